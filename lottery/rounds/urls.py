"""URLs of the pages of a round."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from lottery.rounds.views import mix, official, progress, public


class StepConverter(StringConverter):
    """The name of one step of a round. Any other word after a round is another address, or none."""

    regex = "|".join(official.ACTIONS)


register_converter(StepConverter, "round_step")

FILES = {  # name of the address: name of the public file
    "announcement": "announcement.json",
    "transcript": "transcript.json",
    "roll": "roll.csv",
    "first": "first.json",
    "admission": "admission.json",
}
urlpatterns = [
    path("results/", public.results, name="results"),
    path("results/<int:round_id>/", public.round_, name="round"),
    *(
        path(f"results/<int:round_id>/{file}", public.download, {"name": file}, name=name)
        for name, file in FILES.items()
    ),
    path("official/rounds/", official.rounds, name="official-rounds"),
    path("official/rounds/<int:round_id>/", official.round_, name="official-round"),
    path("official/rounds/<int:round_id>/mix/", mix.mix, name="official-mix"),
    path("official/rounds/<int:round_id>/run-progress/", progress.run_progress, name="run-progress"),
    path("official/rounds/<int:round_id>/<round_step:action>/", official.act, name="official-act"),
]
