"""URLs of what follows publication."""

from django.urls import path

from lottery.afterwards import views

urlpatterns = [
    path("official/rounds/<int:round_id>/afterwards/", views.page, name="afterwards"),
    path("official/rounds/<int:round_id>/afterwards/progress/", views.fill_progress, name="fill-progress"),
    path("official/rounds/<int:round_id>/afterwards/<slug:action>/", views.act, name="afterwards-act"),
    path("official/check-in/", views.check_in_schools, name="check-in-schools"),
    path("official/check-in/<str:school>/", views.check_in, name="check-in"),
    path("official/check-in/<str:school>/<uuid:application_id>/<slug:mark>/", views.mark_child, name="check-in-mark"),
    path("my/applications/<uuid:application_id>/seat/<slug:answer>/", views.seat_answer, name="seat-answer"),
]
