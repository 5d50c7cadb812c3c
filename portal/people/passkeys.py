"""Passkeys and security keys: adding one on one's own page, signing in with one."""

import json
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_otp import login as otp_login
from django_otp_webauthn import exceptions, views
from django_otp_webauthn.models import WebAuthnCredential

from accounts import limits
from accounts.limit_rules import PASSWORDS
from accounts.models import Account
from accounts.pages import StaffRequest, staff_page
from accounts.people.passkeys import key_note_added, key_remove, refuse_many
from accounts.services import totp_confirm
from accounts.staff_site import is_verified_staff
from audit.services import record
from foundation import events
from foundation.errors import Refusal
from portal.people.shown import said


class Ceremony:
    """What every step shares: a body that is an object, refusals in words, an answer nobody keeps."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Do the step; a refusal of ours is told as theirs are."""
        try:
            dict.items(json.loads(request.body or b"{}"))  # of anything but an object: TypeError
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except Refusal as refused:
            answer = JsonResponse({"detail": refused.message, "code": refused.code}, status=422)
        except (ValueError, KeyError, TypeError, AttributeError):
            answer = JsonResponse({"detail": _("This key was not taken."), "code": "malformed"}, status=400)
        return answer


class Adding(Ceremony):
    """Only staff who are signed in with a second factor."""

    def check_can_register(self) -> None:
        """Raises what the library answers with 403, and Refused."""
        if not is_verified_staff(self.request) or not isinstance(self.request.user, Account):
            raise exceptions.NotVerified
        refuse_many(self.request.user)


class AddBegin(Adding, views.BeginCredentialRegistrationView):  # type: ignore[misc,unused-ignore]
    """A one-time password, and then the browser is asked for a key: a stolen session adds none."""

    def post(self, *args: object, **kwargs: object) -> JsonResponse:
        """What the browser needs."""
        account = self.request.user
        if isinstance(account, Account):
            data: Any = self.request.data  # type: ignore[attr-defined]
            totp_confirm(account=account, token=str(data.get("token", "")))
        answer: JsonResponse = super().post(*args, **kwargs)
        return answer


class AddComplete(Adding, views.CompleteCredentialRegistrationView):  # type: ignore[misc,unused-ignore]
    """The key is kept."""

    def post(self, *args: object, **kwargs: object) -> JsonResponse:
        """Keep it."""
        super().post(*args, **kwargs)
        if isinstance(self.request.user, Account):
            key_note_added(self.request.user)
            said(self.request, _("The key is added. It signs you in without password and one-time password."))
        return JsonResponse({"redirect_url": reverse("people:me")})


class Entering(Ceremony):
    """Whoever holds the key: nobody is signed in yet, and who is, is not asked about."""

    def get_user(self) -> None:
        """Nobody: the key says who it is, and proves the person."""

    def initial(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Raises TooOften while too many wrong ones came from this address."""
        limits.refuse_when_full("password", PASSWORDS, address=limits.address_of(request))
        super().initial(request, *args, **kwargs)  # type: ignore[misc]

    def handle_exception(self, exc: Exception) -> HttpResponse:
        """A key that is not right is counted as a wrong password is."""
        if isinstance(exc, exceptions.OTPWebAuthnApiError):
            events.refused("staff_sign_in", f"key: {exc.code}")
            limits.count("password", PASSWORDS, address=limits.address_of(self.request))
        answer: HttpResponse = super().handle_exception(exc)  # type: ignore[misc]
        return answer


class EnterBegin(Entering, views.BeginCredentialAuthenticationView):  # type: ignore[misc,unused-ignore]
    """The browser is asked for any key of this site."""


class EnterComplete(Entering, views.CompleteCredentialAuthenticationView):  # type: ignore[misc,unused-ignore]
    """The key is right: the person is in."""

    def check_device_usable(self, device: WebAuthnCredential) -> None:
        """Raises for somebody who is switched off, or no member of staff."""
        super().check_device_usable(device)
        if not device.user.is_staff:
            raise exceptions.UserDisabled

    def complete_auth(self, device: WebAuthnCredential) -> None:
        """Sign in."""
        account = device.user
        login(self.request, account, backend="django.contrib.auth.backends.ModelBackend")
        otp_login(self.request, device)
        record(
            actor=account,
            action="staff.sign_in",
            object_type="account",
            object_id=account.pk,
            details={"way": "key"},
        )

    def get_success_url(self) -> str:
        """Where the person wanted to go, if that is here."""
        return self.get_redirect_url() or reverse("admin:index")


@staff_page
@require_POST
def remove(request: StaffRequest, key_id: int) -> HttpResponse:
    """A key of one's own ends."""
    key_remove(account=request.account, key_id=key_id)
    said(request, _("The key is removed."))
    return redirect("people:me")
