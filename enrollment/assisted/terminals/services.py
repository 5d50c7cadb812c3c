"""Self-service terminals: a bureau turns a browser into one by a pairing code, and can take it back.

The browser keeps a signed cookie that names the terminal and holds a secret; the database knows only the secret's
keyed digest, so that neither a copied row nor a guessed id makes a terminal.
"""

import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.assisted.models import Terminal
from foundation import clock, codes
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from schools.models import District

ABILITY: Final = Ability.ASSIST_MANAGE


PAIRING: Final = timedelta(minutes=15)


SALT: Final = "terminal"


LENGTH: Final = 8


def _audit(actor: Account | None, action: str, terminal: Terminal) -> None:
    record(
        actor=actor,
        action=f"terminal.{action}",
        object_type="terminal",
        object_id=terminal.pk,
        district=terminal.district_id,
    )


@transaction.atomic
def terminal_make(*, official: Account, name: str, district: str) -> tuple[Terminal, str]:
    """A new terminal and the code that pairs one browser with it within 15 minutes. Raises NotAllowed, Refused."""
    if not scope(official).may(ABILITY, district=district):
        raise NotAllowed(_("You may not do this here."))
    words = name.replace("\0", "").strip()[:80]
    if not words:
        raise Refused(_("Please say where the terminal stands."), code="name", field="name")
    code, now = codes.letters(LENGTH), clock.now()
    made = Terminal.objects.create(
        name=words,
        district=District.objects.get(pk=district),
        pairing_index=blind_index("terminal-pairing", code),
        pairing_until=now + PAIRING,
        created_by=official,
        created_at=now,
    )
    _audit(official, "make", made)
    return made, f"{code[:4]}-{code[4:]}"


@transaction.atomic
def terminal_pair(*, code: str) -> tuple[Terminal, str]:
    """The terminal of a pairing code, now used up, and the cookie for its browser. Raises Refused."""
    plain = codes.read(code)
    rows = Terminal.objects.select_for_update().filter(revoked_at__isnull=True)
    terminal = rows.filter(pairing_index=blind_index("terminal-pairing", plain)).first()
    if terminal is None or terminal.pairing_until <= clock.now():
        text = _("This code is not right or no longer valid. Please make a new one on the staff page.")
        raise Refused(text, code="wrong_code", field="code")
    secret = secrets.token_urlsafe(24)
    terminal.pairing_index, terminal.paired_at = "", clock.now()
    terminal.secret_index = blind_index("terminal-secret", secret)
    terminal.save(update_fields=["pairing_index", "paired_at", "secret_index"])
    _audit(None, "pair", terminal)
    return terminal, signing.dumps([str(terminal.public_id), secret], salt=SALT)


@transaction.atomic
def terminal_revoke(*, official: Account, terminal_id: UUID) -> Terminal:
    """The browser is an ordinary one again from its next page on. Raises NotAllowed."""
    terminal = Terminal.objects.select_for_update().filter(public_id=terminal_id).first()
    if terminal is None or not scope(official).may(ABILITY, district=terminal.district_id):
        raise NotAllowed(_("There is no such terminal."))
    if terminal.revoked_at is None:
        terminal.revoked_at, terminal.pairing_index = clock.now(), ""
        terminal.save(update_fields=["revoked_at", "pairing_index"])
        _audit(official, "revoke", terminal)
    return terminal


def terminal_of(cookie: str) -> Terminal | None:
    """The terminal a cookie names; None for one that is forged or revoked."""
    try:
        public_id, secret = signing.loads(cookie, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    terminal = Terminal.objects.filter(public_id=public_id, revoked_at__isnull=True).first()
    known = terminal is not None and secrets.compare_digest(
        terminal.secret_index, blind_index("terminal-secret", str(secret))
    )
    return terminal if known else None


def terminals_of(official: Account) -> list[Terminal]:
    """The terminals in a person's places, the newest first."""
    rows = Terminal.objects.select_related("district", "created_by").order_by("revoked_at", "-created_at")
    return list(scope(official).rows(rows, ABILITY, district="district__code"))
