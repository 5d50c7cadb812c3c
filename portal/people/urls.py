"""URLs of the people's pages."""

from django.urls import path

from portal.people import changes, join, own, pages, passkeys

app_name = "people"
urlpatterns = [
    path("people/", pages.listed, name="list"),
    path("people/invite/", pages.invite, name="invite"),
    path("people/abilities/", pages.abilities, name="abilities"),
    path("people/changes/<uuid:change_id>/", changes.change, name="change"),
    path("people/changes/<uuid:change_id>/confirm/", changes.confirm, name="confirm"),
    path("people/changes/<uuid:change_id>/link/", changes.link, name="link"),
    path("people/changes/<uuid:change_id>/withdraw/", changes.withdraw, name="withdraw"),
    path("people/leaves/<uuid:leave_id>/end/", pages.leave_over, name="leave-end"),
    path("people/<uuid:person_id>/", pages.person, name="person"),
    path("people/<uuid:person_id>/give/", pages.give, name="give"),
    path("people/<uuid:person_id>/take/<int:role_id>/", pages.take, name="take"),
    path("people/<uuid:person_id>/disable/", pages.disable, name="disable"),
    path("people/<uuid:person_id>/enable/", pages.enable, name="enable"),
    path("people/<uuid:person_id>/reset/", pages.reset, name="reset"),
    path("people/<uuid:person_id>/leave/", pages.leave, name="leave"),
    path("me/", own.me, name="me"),
    path("me/leave/", own.leave, name="me-leave"),
    path("me/leaves/<uuid:leave_id>/end/", own.leave_over, name="me-leave-end"),
    path("me/password/", own.password, name="password"),
    path("me/codes/", own.codes, name="codes"),
    path("me/codes/renew/", own.renew, name="renew"),
    path("me/keys/begin/", passkeys.AddBegin.as_view(), name="key-begin"),
    path("me/keys/complete/", passkeys.AddComplete.as_view(), name="key-complete"),
    path("me/keys/<int:key_id>/remove/", passkeys.remove, name="key-remove"),
    path("sign-in/key/begin/", passkeys.EnterBegin.as_view(), name="enter-begin"),
    path("sign-in/key/complete/", passkeys.EnterComplete.as_view(), name="enter-complete"),
    path("join/<str:token>/", join.join, name="join"),
]
