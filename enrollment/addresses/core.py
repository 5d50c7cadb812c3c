"""Addresses of the first slice: signing in, children, the wizard, one application."""

from django.urls import path

from enrollment.views import family, signin, wizard

urlpatterns = [
    path("sign-in/", signin.sign_in, name="sign-in"),
    path("sign-in/code/", signin.code, name="code"),
    path("sign-out/", signin.sign_out, name="sign-out"),
    path("my/", family.home, name="home"),
    path("my/children/add/", family.child_add, name="child-add"),
    path("my/children/<uuid:child_id>/apply/<int:round_id>/", family.start, name="start"),
    path("my/apply/<uuid:draft_id>/check/", wizard.check, name="check"),
    path("my/apply/<uuid:draft_id>/<slug:name>/", wizard.page, name="page"),
]
