"""Passkeys and security keys (WebAuthn) of staff: which site they are for, how many, their end.

The ceremony is django-otp-webauthn's. Ours is what it is held to: a key proves the person (user verification) and is
found without a user name (discoverable), so that it stands for password and one-time password together. What is final
is confirmed with a one-time password, whatever signed the person in.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import Account
from accounts.people.words import no_such_page
from audit.services import record
from foundation.errors import Refused

MOST: Final = 10  # keys of one person


class StaffKeys(WebAuthnHelper):  # type: ignore[misc,unused-ignore]
    """Keys are made for the host of SITE_URL; on one's own machine for the host that was asked."""

    def get_relying_party_domain(self) -> str:
        """The host a browser binds the key to."""
        return urlsplit(self._site()).hostname or "localhost"

    def get_allowed_origins(self) -> list[str]:
        """The one origin that is taken."""
        site = urlsplit(self._site())
        return [f"{site.scheme}://{site.netloc}"]

    def _site(self) -> str:
        return self.request.build_absolute_uri("/") if settings.LOCAL else settings.SITE_URL

    def get_generate_registration_options_kwargs(self, *, user: Account) -> dict[str, Any]:
        """The key proves the person and is found without a user name."""
        found: dict[str, Any] = super().get_generate_registration_options_kwargs(user=user)
        chosen = found["authenticator_selection"]
        chosen.resident_key, chosen.require_resident_key = type(chosen.resident_key)("required"), True
        chosen.user_verification = type(chosen.user_verification)("required")
        return found


def keys_of(account: Account) -> list[WebAuthnCredential]:
    """The keys a person signs in with, the newest first."""
    return list(WebAuthnCredential.objects.filter(user=account).order_by("-pk"))


def refuse_many(account: Account) -> None:
    """Raises Refused when the person has as many keys as there may be."""
    if len(keys_of(account)) >= MOST:
        raise Refused(_("You have ten keys already. Remove one first."), code="many")


def key_note_added(account: Account) -> None:
    """Put into the log that a key was added."""
    record(actor=account, action="staff.key.add", object_type="account", object_id=account.pk)


@transaction.atomic
def key_remove(*, account: Account, key_id: int) -> None:
    """A key signs nobody in any more; a session that it opened ends. Raises NotAllowed."""
    gone, _rows = WebAuthnCredential.objects.filter(user=account, pk=key_id).delete()
    if not gone:
        raise no_such_page()
    record(actor=account, action="staff.key.remove", object_type="account", object_id=account.pk)
