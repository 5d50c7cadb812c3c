"""Addresses of who acts for a child, and of other ways to sign in."""

from django.urls import URLPattern, path

from enrollment.views import signin

urlpatterns: list[URLPattern] = [
    path("sign-in/with/<slug:key>/", signin.leave, name="sign-in-with"),
    path("sign-in/back/<slug:key>/", signin.back, name="sign-in-back"),
    path("entry/<slug:key>/", signin.entry, name="entry"),
]
