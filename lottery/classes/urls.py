"""URLs of class assignments."""

from django.urls import path

from lottery.classes import views

urlpatterns = [
    path("classes/", views.public_all, name="classes-all"),
    path("classes/class_audit.py", views.audit_program, name="classes-audit-program"),
    path("classes/<int:run_id>/", views.public, name="classes-public"),
    path(
        "classes/<int:run_id>/announcement.json",
        views.download,
        {"name": "announcement.json"},
        name="classes-announcement",
    ),
    path(
        "classes/<int:run_id>/classes-public.json", views.download, {"name": "classes-public.json"}, name="classes-file"
    ),
    path("my/applications/<uuid:application_id>/class/", views.mine, name="my-class"),
    path("my/applications/<uuid:application_id>/class/wish/", views.wish, name="my-class-wish"),
    path("official/classes/", views.schools, name="classes"),
    path("official/classes/plan/", views.plan, name="classes-plan"),
    path("official/classes/<int:run_id>/", views.run_, name="classes-run"),
    path("official/classes/<int:run_id>/classes-full.json", views.full_file, name="classes-full"),
    path("official/classes/<int:run_id>/<slug:action>/", views.act, name="classes-act"),
]
