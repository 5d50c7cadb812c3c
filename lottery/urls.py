from django.http import HttpRequest, HttpResponse
from django.urls import path


def soon(_request: HttpRequest, **_kwargs: int) -> HttpResponse:
    return HttpResponse("")


app_name = "lottery"
urlpatterns = [
    path("results/", soon, name="results"),
    path("results/how-to-check/", soon, name="verify"),
    path("results/<int:round_id>/", soon, name="round"),
]
