"""URLs of who acts for a child."""

from django.urls import path

from enrollment.guardians.views import agreements, protection

urlpatterns = [
    path("my/children/<uuid:child_id>/guardians/", agreements.guardians, name="guardians"),
    path("my/children/<uuid:child_id>/guardians/invite/", agreements.invite, name="guardians-invite"),
    path("my/children/<uuid:child_id>/guardians/ask/", agreements.ask, name="guardians-ask"),
    path("my/invitations/", agreements.invitations, name="invitations"),
    path("my/invitations/<uuid:invitation_id>/revoke/", agreements.revoke, name="invitation-revoke"),
    path("my/invitations/<uuid:invitation_id>/answer/", agreements.answer_request, name="request-answer"),
    path("my/agreements/<uuid:guardianship_id>/end/", agreements.end, name="guardianship-end"),
    path("my/agreements/<uuid:guardianship_id>/messages/", agreements.told, name="guardianship-messages"),
    path("official/protection/<uuid:application_id>/", protection.order, name="protection-order"),
]
