"""What people agree to, word by word: each text has a version, and its digest as shown is kept (PIPL art. 29-31).

A changed text gets a new version here; consents to an older one stay what they were.
"""

import hashlib
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from audit.services import record
from enrollment.guardians.models import Consent, ConsentWithdrawal
from enrollment.seasons.models import Child
from foundation import clock
from foundation.errors import NotAllowed

TEXTS: Final = {
    "guardian.invite": (
        2,
        lazy(
            "I let this person see where my child's application stands, the class, and what I stated in it: names, "
            "numbers and addresses are shortened. A grandparent or another person sees the child and the schools only, "
            "until the day I named. If my address is protected, what I stated of my home, the household register and "
            "the chosen schools is not shown. The person may do what I have ticked. I can end this at any time."
        ),
    ),
    "guardian.accept": (
        1,
        lazy(
            "I am a guardian of this child. What I do here is noted with my name. The other guardian sees my family "
            "name and the last digits of my phone, nothing else. I can end this at any time."
        ),
    ),
    "carer.accept": (
        1,
        lazy(
            "The parents let me act for this child. What I do here is noted with my name. I use what I see for this "
            "application only. I can end this at any time."
        ),
    ),
    "siblings.together": (
        2,
        lazy(
            "I am a guardian of these children and agree that they stay together: one lot for all of them, a place at "
            "the same school for all or for none. Where the bureau arranges places afterwards, they go to one school "
            "as long as one has room for all of them. I can change my mind until the round closes."
        ),
    ),
    "guardian.ask": (
        1,
        lazy(
            "I am a guardian of this child and ask the guardian who applied to add me. They see my family name and the "
            "last digits of my phone."
        ),
    ),
}


def consent_text(kind: str) -> str:
    """The text a person agrees to, in the active language."""
    return str(TEXTS[kind][1])


def consent_give(*, account: Account, kind: str, child: Child | None = None) -> Consent:
    """Keep a consent to the text as it is shown now, in the caller's transaction."""
    made = Consent.objects.create(
        account=account,
        kind=kind,
        version=TEXTS[kind][0],
        language=get_language() or "zh-hans",
        text_sha256=hashlib.sha256(consent_text(kind).encode()).hexdigest(),
        child=child,
        given_at=clock.now(),
    )
    record(actor=account, action="consent.give", object_type="consent", object_id=made.pk, details={"kind": kind})
    return made


def consent_end(*, account: Account, consent: Consent) -> None:
    """Note that a consent is withdrawn, once, in the caller's transaction. Raises NotAllowed for another's consent."""
    if consent.account_id != account.pk:
        raise NotAllowed(_("There is no such consent in your account."))
    try:
        with transaction.atomic():
            ConsentWithdrawal.objects.create(consent=consent, at=clock.now())
    except IntegrityError:
        return
    record(actor=account, action="consent.withdraw", object_type="consent", object_id=consent.pk)
