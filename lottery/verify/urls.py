"""URLs of checking a draw."""

from django.urls import path

from lottery.verify import views

urlpatterns = [
    path("results/how-to-check/", views.verify, name="verify"),
    path("results/check/", views.check, name="check"),
    path("results/check/checker.html", views.check_saved, name="check-saved"),
    path("results/audit.py", views.audit_program, name="audit-program"),
    path("results/<int:round_id>/my-ticket/", views.my_ticket, name="my-ticket"),
    path("results/<int:round_id>/my-ticket.json", views.my_ticket_json, name="my-ticket-json"),
]
