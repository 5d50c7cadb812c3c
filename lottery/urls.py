from django.urls import path

from lottery.views import classes, hall, official, proof, public, run, scores, whatif, witness

app_name = "lottery"
urlpatterns = [
    path("results/", public.results, name="results"),
    path("results/how-to-check/", proof.verify, name="verify"),
    path("results/check/", proof.check, name="check"),
    path("results/check/checker.html", proof.check_saved, name="check-saved"),
    path("results/audit.py", proof.audit_program, name="audit-program"),
    path("results/<int:round_id>/", public.round_, name="round"),
    path(
        "results/<int:round_id>/announcement.json", public.download, {"name": "announcement.json"}, name="announcement"
    ),
    path("results/<int:round_id>/transcript.json", public.download, {"name": "transcript.json"}, name="transcript"),
    path("results/<int:round_id>/roll.csv", public.download, {"name": "roll.csv"}, name="roll"),
    path("results/<int:round_id>/admission.json", public.download, {"name": "admission.json"}, name="admission"),
    path("results/<int:round_id>/my-ticket/", proof.my_ticket, name="my-ticket"),
    path("results/<int:round_id>/my-ticket.json", proof.my_ticket_json, name="my-ticket-json"),
    path("classes/", classes.public_all, name="classes-all"),
    path("classes/class_audit.py", classes.audit_program, name="classes-audit-program"),
    path("classes/<int:run_id>/", classes.public, name="classes-public"),
    path(
        "classes/<int:run_id>/announcement.json",
        classes.download,
        {"name": "announcement.json"},
        name="classes-announcement",
    ),
    path(
        "classes/<int:run_id>/classes-public.json",
        classes.download,
        {"name": "classes-public.json"},
        name="classes-file",
    ),
    path("my/applications/<uuid:application_id>/class/", classes.mine, name="my-class"),
    path("my/applications/<uuid:application_id>/class/wish/", classes.wish, name="my-class-wish"),
    path("official/classes/", classes.schools, name="classes"),
    path("official/classes/plan/", classes.plan, name="classes-plan"),
    path("official/classes/<int:run_id>/", classes.run_, name="classes-run"),
    path("official/classes/<int:run_id>/classes-full.json", classes.full_file, name="classes-full"),
    path("official/classes/<int:run_id>/<slug:action>/", classes.act, name="classes-act"),
    path("results/<int:round_id>/hall/", hall.hall, name="hall"),
    path("results/<int:round_id>/hall/live/", hall.live, name="hall-live"),
    path("results/<int:round_id>/minutes.pdf", hall.minutes, name="minutes"),
    path("results/<int:round_id>/first.json", public.download, {"name": "first.json"}, name="first"),
    path("witness/<int:round_id>/", witness.witness, name="witness"),
    path("witness/<int:round_id>/live/", witness.live, name="witness-live"),
    path("witness/<int:round_id>/<slug:action>/", witness.act, name="witness-act"),
    path("official/rounds/", official.rounds, name="official-rounds"),
    path("official/rounds/<int:round_id>/", official.round_, name="official-round"),
    path("official/rounds/<int:round_id>/run-progress/", run.run_progress, name="run-progress"),
    path("official/rounds/<int:round_id>/whatif/", whatif.page, name="whatif"),
    path("official/rounds/<int:round_id>/whatif/progress/", whatif.progress_, name="whatif-progress"),
    path("official/rounds/<int:round_id>/scores/", scores.page, name="scores"),
    path("official/rounds/<int:round_id>/scores/<slug:action>/", scores.act, name="scores-act"),
    path("official/rounds/<int:round_id>/<slug:action>/", official.act, name="official-act"),
]
