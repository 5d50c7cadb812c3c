"""URLs of the desk."""

from django.urls import path

from enrollment.review import views

urlpatterns = [
    path("official/desk/", views.queued, name="desk"),
    path("official/desk/alike/", views.alike, name="desk-alike"),
    path("official/desk/alike/decide/", views.alike_decide, name="desk-alike-decide"),
    path("official/desk/after/<uuid:application_id>/", views.following, name="desk-following"),
    path("official/desk/take-back/", views.take_back, name="desk-take-back"),
    path("official/desk/reasons/", views.reasons, name="desk-reasons"),
    path("official/desk/readings/", views.readings, name="desk-readings"),
    path("official/desk/errands/", views.errands, name="desk-errands"),
]
