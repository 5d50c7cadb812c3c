"""Face checks: agreed to, begun, and ended by what the service itself says to the portal.

The service is asked outside of any transaction. A check belongs to the account that began it and to the session in
which it was begun: that session alone holds the name and the number, so that no row does.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

import identifiers
from accounts import limits
from accounts.face.consent import VERSION, consent_text, text_digest
from accounts.face.model import Asked, FaceAdapter, FaceFailed, Outcome, Result
from accounts.face.selectors import own_face_consents
from accounts.face.service import FaceService
from accounts.face.states import FACE_CHECK, FaceCheckEvent
from accounts.identity import identity_confirm
from accounts.limit_rules import FACE
from accounts.models import Account, FaceCheck, FaceConsent, FaceConsentWithdrawal
from audit.services import record
from foundation import acting, clock, events
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from foundation.steps import make_step
from foundation.wording import content_language, refusal

MINUTES: Final = 10  # how long a person may take at the service
RESIDENT: Final = "resident-id"
LONGEST_NAME: Final = 60
EVENTS: Final = {
    Outcome.PASSED: FaceCheckEvent.PASS,
    Outcome.FAILED: FaceCheckEvent.FAIL,
    Outcome.CANCELLED: FaceCheckEvent.CANCEL,
    Outcome.EXPIRED: FaceCheckEvent.EXPIRE,
}


@dataclass(frozen=True, slots=True)
class FaceBegun:
    """What the browser's session remembers of a check under way; the session is encrypted at rest."""

    reference: str
    name: str
    id_number: str
    page: str

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def adapter_of(service: FaceService) -> FaceAdapter:
    """How this service is spoken to. The HTTP library is read when somebody is checked, not at a start."""
    from accounts.face.redirect import SignedRedirect

    return SignedRedirect(service)


@transaction.atomic
def face_consent_give(*, account: Account, service: FaceService, district: str) -> FaceConsent:
    """Keep that the person agreed to one check, to the text as it is shown now."""
    made = FaceConsent.objects.create(
        account=account,
        district_code=district,
        service=service.key,
        version=VERSION,
        language=get_language() or "zh-hans",
        text_sha256=text_digest(consent_text(service)),
        given_at=clock.now(),
    )
    _log(account, "face_consent.give", "face_consent", made.pk, district)
    return made


@transaction.atomic
def face_consents_end(*, account: Account) -> int:
    """Take back every consent to a face check that stands, and give up a check under way; how many were taken back.

    Taken back twice, also at once, is taken back once.
    """
    _one_at_a_time(account)
    standing = list(own_face_consents(account).filter(withdrawal=None))
    for one in standing:
        FaceConsentWithdrawal.objects.create(consent=one, at=clock.now())
        _log(account, "face_consent.withdraw", "face_consent", one.pk, one.district_code)
    _drop(FaceCheck.objects.filter(account=account, state=FaceCheck.State.BEGUN))
    return len(standing)


def named(*, name: str, id_number: str) -> tuple[str, str]:
    """Name and number as they are sent. Raises Refused at the fields at fault: a face check knows identity cards."""
    fields = {}
    document = identifiers.check("id", id_number, role="guardian", today=clock.today())
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        fields["name"] = _("Please enter your name as it stands on your identity card.")
    if not document.ok:
        fields["id_number"] = refusal(document)
    elif document.kind != RESIDENT:
        fields["id_number"] = _(
            "The face check knows resident identity cards only. With another document please use one of the other ways."
        )
    if fields:
        raise Refused(next(iter(fields.values())), code="named", field=next(iter(fields)), fields=fields)
    return name.strip(), document.value


def face_begin(
    *, account: Account, service: FaceService, district: str, person: tuple[str, str], back: str
) -> FaceBegun:
    """Keep the consent and announce a check of this person (see ``named``); an older one of the account is given up.

    Asks over the network: call it outside a transaction, and only for who has just agreed. Raises NotAllowed (somebody
    acts for the family: a face is nobody else's), TooOften, FaceFailed (silent).
    """
    if acting.current() is not None or account.kind != Account.Kind.GUARDIAN:
        raise NotAllowed
    limits.count("face", FACE, account=str(account.pk), person=person[1])
    consent = face_consent_give(account=account, service=service, district=district)
    check = FaceCheck(account=account, consent=consent, person_index=_index(*person))
    asked = _asked(check, person, back)
    try:
        session = adapter_of(service).begin(asked)
    except FaceFailed as failed:
        events.refused("face", failed.code, step="begin", why=failed.why)
        raise
    now = clock.now()
    check.session, check.begun_at, check.expires_at = session.name, now, now + timedelta(minutes=MINUTES)
    with transaction.atomic():
        _one_at_a_time(account)
        if FaceConsentWithdrawal.objects.filter(consent=consent).exists():  # taken back in another window meanwhile
            raise FaceFailed("state", "consent taken back")
        _drop(FaceCheck.objects.filter(account=account, state=FaceCheck.State.BEGUN))
        check.save(force_insert=True)
        _log(account, "face_check.request", "face_check", check.pk, district)
    return FaceBegun(asked.reference, asked.name, asked.id_number, session.page)


def face_finish(*, account: Account, service: FaceService, begun: FaceBegun | None, reference: str) -> FaceCheck:
    """Ask the service what became of a check, and make the account assured where it was passed.

    ``begun`` is what this session remembers, ``reference`` what the browser brought back. Asks over the network: call
    it outside a transaction. Raises FaceFailed; after ``silent`` and ``unfinished`` the check is still under way.
    """
    try:
        return _finished(account, service, begun, reference)
    except FaceFailed as failed:
        events.refused("face", failed.code, step="finish", why=failed.why)
        raise


def _finished(account: Account, service: FaceService, begun: FaceBegun | None, reference: str) -> FaceCheck:
    if begun is None or not begun.reference or begun.reference != reference:
        raise FaceFailed("state", "nothing was begun in this browser, or another check")
    check = FaceCheck.objects.filter(
        reference=UUID(begun.reference), account=account, state=FaceCheck.State.BEGUN
    ).first()
    person = (begun.name, begun.id_number)
    if check is None or check.person_index != _index(*person):
        raise FaceFailed("state", "no check of this account is under way")
    if check.expires_at < clock.now():
        result = Result(Outcome.EXPIRED)
    else:
        result = adapter_of(service).result(_asked(check, person, ""), check.session)
    if result.outcome is Outcome.UNFINISHED:
        raise FaceFailed("unfinished")
    with transaction.atomic():
        _one_at_a_time(account)
        _step(check, EVENTS[result.outcome])
        passed = result.outcome is Outcome.PASSED
        ours = passed and identity_confirm(
            account=account, name=begun.name, id_number=begun.id_number, level=service.level
        )
        details = {"service": service.key, "result": result.outcome.value, "assured": ours}
        _log(account, "face_check.result", "face_check", check.pk, check.consent.district_code, **details)
    if not ours:
        raise _failed(result)
    return check


def _failed(result: Result) -> FaceFailed:
    if result.outcome is Outcome.PASSED:
        return FaceFailed("elsewhere")
    if result.outcome is Outcome.FAILED and not result.left:
        return FaceFailed("no_tries")
    return FaceFailed(result.outcome.value)


def _asked(check: FaceCheck, person: tuple[str, str], back: str) -> Asked:
    return Asked(str(check.reference), person[0], person[1], back, content_language())


def _index(name: str, id_number: str) -> str:
    return blind_index("face-person", f"{id_number}\n{name}")


def _one_at_a_time(account: Account) -> None:
    """Beginning, ending and taking back of one account come one after the other."""
    lock(f"face:{account.pk}")


def _drop(checks: Iterable[FaceCheck]) -> None:
    for one in checks:
        _step(one, FaceCheckEvent.DROP)


def _step(check: FaceCheck, event: FaceCheckEvent) -> None:
    """One legal step. Raises FaceFailed when the check has ended meanwhile."""
    try:
        make_step(
            check,
            FACE_CHECK,
            event,
            illegal=lambda: FaceFailed("state", "ended before"),
            overtaken=lambda: "",
            ended_at=clock.now(),
        )
    except FaceFailed:
        raise
    except Refused as overtaken:
        raise FaceFailed("state", "ended meanwhile") from overtaken


def _log(account: Account, action: str, kind: str, pk: int, district: str, **details: Any) -> None:
    record(actor=account, action=action, object_type=kind, object_id=pk, district=district, details=details)
