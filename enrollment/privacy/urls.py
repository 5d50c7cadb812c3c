"""URLs of a person's own data."""

from django.urls import path

from enrollment.privacy import views

urlpatterns = [
    path("my/data/", views.my_data, name="my-data"),
    path("my/data/code/", views.code_send, name="my-data-code"),
    path("my/data/copy/", views.copy, name="my-data-copy"),
    path("my/data/delete/", views.delete, name="my-data-delete"),
]
