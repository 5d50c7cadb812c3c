"""Addresses of who acts for a child, of the account, and of other ways to sign in."""

from django.urls import URLPattern, path, re_path

from enrollment.views import account, guardians, protection, shared, signin

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
SHARED = rf"^my/shared/(?P<child_id>{UUID})/(?P<application_id>{UUID})"
urlpatterns: list[URLPattern] = [
    path("sign-in/with/<slug:key>/", signin.leave, name="sign-in-with"),
    path("sign-in/back/<slug:key>/", signin.back, name="sign-in-back"),
    path("entry/<slug:key>/", signin.entry, name="entry"),
    path("my/account/", account.account, name="account"),
    path("my/account/everywhere/", account.everywhere, name="account-everywhere"),
    path("my/account/protection/", account.protection, name="account-protection"),
    path("my/account/join/", account.join, name="account-join"),
    path("my/account/phone/", account.phone, name="account-phone"),
    path("my/children/<uuid:child_id>/guardians/", guardians.guardians, name="guardians"),
    path("my/children/<uuid:child_id>/guardians/invite/", guardians.invite, name="guardians-invite"),
    path("my/children/<uuid:child_id>/guardians/ask/", guardians.ask, name="guardians-ask"),
    path("my/invitations/", guardians.invitations, name="invitations"),
    path("my/invitations/<uuid:invitation_id>/revoke/", guardians.revoke, name="invitation-revoke"),
    path("my/invitations/<uuid:invitation_id>/answer/", guardians.answer_request, name="request-answer"),
    path("my/agreements/<uuid:guardianship_id>/end/", guardians.end, name="guardianship-end"),
    path("my/agreements/<uuid:guardianship_id>/messages/", guardians.told, name="guardianship-messages"),
    path("official/protection/<uuid:application_id>/", protection.order, name="protection-order"),
    path("my/shared/<uuid:child_id>/", shared.shared, name="shared"),
    re_path(rf"{SHARED}/(?P<action>withdraw|accept|decline)/$", shared.shared_act, name="shared-act"),
    re_path(rf"{SHARED}/statements/$", shared.statements, name="shared-statements"),
    re_path(rf"{SHARED}/attendance/$", shared.attendance, name="shared-attendance"),
    re_path(rf"{SHARED}/correct/$", shared.correct, name="shared-correct"),
    re_path(rf"{SHARED}/together/$", shared.together, name="binding-answer"),
    re_path(rf"{SHARED}/letter-(?P<language>zh|en)\.pdf$", shared.shared_paper, name="shared-letter"),
]
