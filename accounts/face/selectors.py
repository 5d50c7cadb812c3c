"""What a person agreed to of face checks, and what became of them: for the person's own pages and copy."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import translation

from accounts.face.consent import consent_text, text_digest
from accounts.face.service import face_service
from accounts.models import Account, FaceCheck, FaceConsent
from foundation import clock


@dataclass(frozen=True, slots=True)
class FaceConsentRow:
    """One consent with the check that followed, if one did. ``text`` is "" where the words have changed since."""

    consent: FaceConsent
    ended_at: datetime | None
    outcome: str
    text: str


def own_face_consents(account: Account) -> QuerySet[FaceConsent]:
    """Newest first; those given in an account that was joined to this one are among them."""
    return FaceConsent.objects.filter(Q(account=account) | Q(account__merged_into=account)).order_by("-pk")


def face_consents_of(account: Account) -> list[FaceConsentRow]:
    """As a page shows them, newest first."""
    return [_row(one) for one in own_face_consents(account).select_related("withdrawal", "check_made")]


def _row(one: FaceConsent) -> FaceConsentRow:
    ended = getattr(one, "withdrawal", None)
    check: FaceCheck | None = getattr(one, "check_made", None)
    return FaceConsentRow(one, ended.at if ended else None, _outcome(check), _text(one))


def _outcome(check: FaceCheck | None) -> str:
    """In words; "" where the service never took it. Nobody comes back to say that the time is over."""
    if check is None:
        return ""
    over = check.state == FaceCheck.State.BEGUN and check.expires_at < clock.now()
    return str(FaceCheck.State.EXPIRED.label) if over else str(check.get_state_display())


def _text(one: FaceConsent) -> str:
    service = face_service()
    if service is None or service.key != one.service:
        return ""
    with translation.override(one.language):
        text = consent_text(service)
    return text if text_digest(text) == one.text_sha256 else ""
