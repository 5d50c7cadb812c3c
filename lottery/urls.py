from django.urls import path

from lottery.views import official, public

app_name = "lottery"
urlpatterns = [
    path("results/", public.results, name="results"),
    path("results/how-to-check/", public.verify, name="verify"),
    path("results/audit.py", public.audit_program, name="audit-program"),
    path("results/<int:round_id>/", public.round_, name="round"),
    path(
        "results/<int:round_id>/announcement.json", public.download, {"name": "announcement.json"}, name="announcement"
    ),
    path("results/<int:round_id>/transcript.json", public.download, {"name": "transcript.json"}, name="transcript"),
    path("results/<int:round_id>/roll.csv", public.download, {"name": "roll.csv"}, name="roll"),
    path("results/<int:round_id>/admission.json", public.download, {"name": "admission.json"}, name="admission"),
    path("results/<int:round_id>/my-ticket/", public.my_ticket, name="my-ticket"),
    path("results/<int:round_id>/my-ticket.json", public.my_ticket_json, name="my-ticket-json"),
    path("official/rounds/", official.rounds, name="official-rounds"),
    path("official/rounds/<int:round_id>/", official.round_, name="official-round"),
    path("official/rounds/<int:round_id>/<slug:action>/", official.act, name="official-act"),
]
