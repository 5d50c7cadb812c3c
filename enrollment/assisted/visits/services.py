"""Filing with a family: a clerk or helper opens a visit by the family's consent and acts only within it.

A visit names operator, guardian, place and channel for good. It ends by the clerk, by thirty idle minutes, at closing
time, or when the family objects; the family has a message at its beginning and sees every visit in its account.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

import identifiers
from accounts.abilities import Ability
from accounts.askers import account_asker
from accounts.limits import text_count
from accounts.models import Account
from accounts.scopes import scope
from accounts.services import guardian_identify, person_of, phone_checked
from audit.services import record
from enrollment.assisted.models import AssistConsent, AssistEvent, AssistVisit, HelperTraining
from enrollment.documents.files.pages import pages_keep
from enrollment.documents.services import checked
from enrollment.seasons.models import Application, Draft
from foundation import clock, codes, files
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.wording import refusal
from notifications.models import Message
from notifications.services import message_queue, text_check
from schools.models import District

IDLE = timedelta(minutes=30)


CODE_VALID = timedelta(minutes=10)


CODE_PAUSE = timedelta(minutes=1)


LOCK = timedelta(minutes=15)


CLOSING = time(18)


LAST_START = time(17, 30)  # a visit begun later is one of the evening and ends at midnight


COVERS: Final = {
    "file": lazy("Fill in the application with you and submit it"),
    "upload": lazy("Take photos of your documents and add them"),
    "correct": lazy("Correct what the school asks for"),
}


TEXT_VERSION: Final = "2026-1"


TEXT: Final = lazy(
    "I ask this person to fill in the enrollment application of my child with me, and I sit beside them. They may do "
    "only what is ticked below. They may not accept or decline a place, withdraw, or change my phone number. Every "
    "step carries their name. I get a message, I can see every step in my account, and I can object and end it at any "
    "time."
)


CODE_WAY, PAPER_WAY = AssistConsent.Way.CODE, AssistConsent.Way.PAPER


@dataclass(frozen=True, slots=True)
class Named:
    """The guardian as the clerk reads it from the document, and where the visit takes place."""

    name: str
    id_number: str
    phone: str
    place: str
    district: str
    channel: str = "counter"


def trained(account: Account) -> bool:
    """Whether a training is on record; nobody helps a family without one."""
    return HelperTraining.objects.filter(account=account, trained_on__lte=clock.today()).exists()


def refuse_unless_helper(operator: Account, ability: Ability, district: str) -> None:
    """Raises NotAllowed outside the person's places, Refused without a training on record."""
    if not scope(operator).may(ability, district=district):
        raise NotAllowed(_("You may not do this here."))
    if not trained(operator):
        text = _("No training is on record for you. Please ask your district's office to enter it.")
        raise Refused(text, code="untrained")


@transaction.atomic
def training_record(*, official: Account, account: Account, on: datetime) -> HelperTraining:
    """Put a clerk's or helper's training on record. Raises NotAllowed, Refused (a day to come)."""
    districts = account.roles.filter(name__in=("clerk", "helper")).values_list("district_code", flat=True)
    if not any(scope(official).may(Ability.ASSIST_MANAGE, district=code) for code in districts):
        raise NotAllowed(_("You may not do this here."))
    if on.date() > clock.today():
        raise Refused(_("This day is still to come."), code="day", field="on")
    made = HelperTraining.objects.create(
        account=account, trained_on=on.date(), recorded_by=official, recorded_at=clock.now()
    )
    record(actor=official, action="helper.train", object_type="account", object_id=account.pk)
    return made


def visit_start(*, operator: Account, named: Named) -> AssistVisit:
    """Begin a visit; nothing can be done in it before the family's consent.

    Raises NotAllowed, Refused (untrained; a field at fault; another visit of this guardian is open).
    """
    refuse_unless_helper(operator, Ability.APPLICATION_ASSIST, named.district)
    with transaction.atomic():
        guardian, needs_code, said = _guardian_of(named)
        for one in AssistVisit.objects.filter(ended_at__isnull=True, operator=operator):
            end(one, "new", operator)
        for one in AssistVisit.objects.filter(ended_at__isnull=True, guardian=guardian):
            if (reason := over(one)) != "":
                end(one, reason, None)
    now = clock.now()
    place = named.place.replace("\0", "").strip()[:80] or _("Service point")
    text_check(
        template="assist_code", params={"code": "0" * 6, "place": place}, language=guardian.language, field="place"
    )
    fields = {
        "number": f"{now:%y}-{codes.letters(6, codes.PLAIN)}",
        "operator": operator,
        "guardian": guardian,
        "district": District.objects.get(pk=named.district),
        "place": place,
        "channel": named.channel if named.channel in AssistVisit.Channel.values else "counter",
        "named": said,
        "needs_code": needs_code,
        "started_at": now,
        "touched_at": now,
        "closes_at": closing(now),
    }
    try:
        with transaction.atomic():
            visit = AssistVisit.objects.create(**fields)
            event(visit, AssistEvent.Kind.STARTED, operator)
    except IntegrityError:
        text = _("Another visit with this guardian is open at this moment. Ask your colleague to end it first.")
        raise Refused(text, code="busy") from None
    return visit


def closing(now: datetime) -> datetime:
    """When a visit that begins now ends at the latest: at closing time, in the evening at midnight."""
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if now.time() >= LAST_START else now.replace(hour=CLOSING.hour, minute=0, second=0, microsecond=0)


def _guardian_of(named: Named) -> tuple[Account, bool, dict[str, str]]:
    """The guardian's account, whether only a code can show that it is theirs, and the checked name and number."""
    document = identifiers.check("id", named.id_number, role="guardian", today=clock.today())
    if not document.ok:
        raise Refused(refusal(document), code=document.code, field="id_number")
    name = identifiers.check("name", named.name, today=clock.today(), document=document.kind)
    if not name.ok:
        raise Refused(refusal(name), code=name.code, field="name")
    phone = phone_checked(named.phone) if named.phone.strip() else ""
    said = {"name": name.value, "id_number": document.value}
    known = Account.objects.filter(id_index=blind_index("person", document.value), kind="guardian").first()
    if known is not None:
        # of a name that the clerk cannot type either, the other characters are compared
        if known.name != name.value and identifiers.compare_names(known.name, name.value) != "unreadable":
            text = _("This number is known with another name. Please compare both with the document.")
            raise Refused(text, code="name", field="name")
        if phone and known.phone != phone:
            text = _("This person's account has another mobile number. Leave the number empty, or use that one.")
            raise Refused(text, code="phone", field="phone")
        return known, bool(known.phone), {**said, "name": known.name}
    fields = {"username": f"g-{secrets.token_hex(8)}", "phone": phone or None, "created_at": clock.now()}
    if not phone:
        return Account.objects.create(**fields), False, said
    account, _made = Account.objects.get_or_create(phone_index=blind_index("phone", phone), defaults=fields)
    account = person_of(account)
    if account.id_index:
        text = _("This mobile number belongs to another person. Please ask for the guardian's own, or leave it empty.")
        raise Refused(text, code="phone", field="phone")
    return account, True, said


def consent_code_send(*, operator: Account, visit_id: UUID) -> None:
    """Send the guardian a code that opens this visit and nothing else. Raises NotAllowed, Refused."""
    with transaction.atomic():
        visit = _own_waiting(operator, visit_id)
        if not visit.guardian.phone:
            raise Refused(_("There is no phone. Please use the paper."), code="no_phone", field="way")
        before = visit.code_until
        if before and before - CODE_VALID + CODE_PAUSE > clock.now():
            text = _("A code was sent just now. Please wait a minute before sending another.")
            raise Refused(text, code="cool_down", field="code")
        _refuse_locked(visit.guardian)
        text_count("visit", number=visit.guardian.phone, asker=account_asker(operator))
        code = codes.digits()
        _update(visit, code_index=_code_index(visit, code), code_until=clock.now() + CODE_VALID, code_failures=0)
        message_queue(
            key=f"assist-code:{visit.pk}:{clock.now().timestamp()}",
            template="assist_code",
            params={"code": code, "place": visit.place},
            account=visit.guardian,
            district=visit.district_id,
            secret=True,
            ends=clock.now() + CODE_VALID,
        )
        record(actor=operator, action="visit.code", object_type="visit", object_id=visit.pk, district=visit.district_id)


def _refuse_locked(guardian: Account) -> None:
    """Wrong codes of any visit count for the guardian: five end the visit and lock the way for a quarter of an hour."""
    since = clock.now() - LOCK
    if AssistVisit.objects.filter(guardian=guardian, end_reason="locked", ended_at__gt=since).exists():
        text = _("Too many wrong codes were typed for this family. Please wait 15 minutes.")
        raise Refused(text, code="locked", field="code")


def _code_index(visit: AssistVisit, code: str) -> str:
    return blind_index("assist-code", f"{visit.public_id}:{code}")


def consent_by_code(*, operator: Account, visit_id: UUID, code: str, covers: Sequence[str]) -> AssistVisit:
    """Open the visit by the code; it works once. Raises NotAllowed, Refused (wrong, run out, used, locked)."""
    problem: Refusal | None = None
    with transaction.atomic():  # commits the count of wrong codes before refusing
        visit = _own_waiting(operator, visit_id)
        if not visit.code_index or visit.code_until is None or visit.code_until <= clock.now():
            text = _("This code is no longer valid. Please send a new one.")
            raise Refused(text, code="expired", field="code")
        if codes.same(_code_index(visit, codes.read(code)), visit.code_index):
            _store_consent(visit, CODE_WAY, covers)
            return visit_open(visit)
        counted = codes.wrong(visit.code_failures)
        _update(visit, code_failures=counted.failures)
        if not counted.over:
            text = _("This code is not right. Please compare it with the message; %(left)d more tries.")
            problem = Refused(text % {"left": counted.left}, code="wrong_code", field="code")
        else:
            end(visit, "locked", operator)
            text = _("Too many wrong codes: this visit is ended. Please wait 15 minutes before the next one.")
            problem = Refused(text, code="locked", field="code")
    raise problem


def consent_by_paper(*, operator: Account, visit_id: UUID, scan: bytes, covers: Sequence[str]) -> AssistVisit:
    """Keep a photo or scan of the signed paper. Nothing opens by it until a second person has looked at it
    (``paper_look``). Raises NotAllowed, UnfitFile, Refused (a phone that takes a code; another county).
    """
    if not scan:
        raise Refused(_("Please choose the photo of the signed paper."), code="scan", field="scan")
    with transaction.atomic():  # whoever may not give a paper gets none judged: that costs a second of a processor
        _takes_paper(operator, visit_id)
    content = checked(scan)
    digest = files.store(content.body)
    pages_keep(digest, content.pictures)
    with transaction.atomic():
        visit = _takes_paper(operator, visit_id)
        _store_consent(visit, PAPER_WAY, covers, digest)
        _update(visit, touched_at=clock.now(), code_index="", code_until=None)
        event(visit, AssistEvent.Kind.PAPER, operator)
        return visit


def _takes_paper(operator: Account, visit_id: UUID) -> AssistVisit:
    """The operator's waiting visit, locked, that a signed paper may open. Raises NotAllowed, Refused."""
    visit = _own_waiting(operator, visit_id)
    if visit.needs_code:
        text = _("This person has a mobile phone: only a code to it shows that they agree.")
        raise Refused(text, code="needs_code", field="way")
    _refuse_other_county(visit)
    return visit


def _refuse_other_county(visit: AssistVisit) -> None:
    """Raises Refused when the family has applied or begun to elsewhere and not here: on a paper alone only its own
    county opens anything."""
    filed = Application.objects.filter(guardian=visit.guardian).values_list("district_code", flat=True)
    begun = Draft.objects.filter(child__guardian=visit.guardian).values_list("round__season__district_id", flat=True)
    counties = {*filed, *begun}
    if counties and visit.district_id not in counties:
        text = _(
            "This family has applied in another county. Without a phone of its own, only a service point there can "
            "open its application."
        )
        raise Refused(text, code="county", field="way")


def text_sha256() -> str:
    """SHA-256 of the consent's words in the active language, with what can be ticked."""
    return hashlib.sha256("\n".join([str(TEXT), *(str(words) for words in COVERS.values())]).encode()).hexdigest()


def _store_consent(visit: AssistVisit, way: str, covers: Sequence[str], scan: str = "") -> None:
    """Write down what the family agreed to, in which words. Raises Refused when nothing is ticked."""
    wanted = [name for name in COVERS if name in covers]
    if not wanted:
        raise Refused(_("Please tick what the family agrees to."), code="covers", field="covers")
    AssistConsent.objects.create(
        visit=visit,
        way=way,
        text_version=TEXT_VERSION,
        language=translation.get_language() or "zh-hans",
        text_sha256=text_sha256(),
        covers=wanted,
        scan_sha256=scan,
        given_at=clock.now(),
    )


def visit_open(visit: AssistVisit) -> AssistVisit:
    """Open a visit whose consent is given and shown; the family is told. Call inside the caller's transaction."""
    now = clock.now()
    if not visit.guardian.id_index:
        guardian_identify(account=visit.guardian, **_identity(visit.named))
    _update(visit, opened_at=now, touched_at=now, code_index="", code_until=None)
    event(visit, AssistEvent.Kind.CONSENT, visit.operator)
    params = {"operator": visit.operator.name or visit.operator.username, "place": visit.place, "number": visit.number}
    _tell(visit, "assist_opened", params)
    return visit


def _identity(named: Mapping[str, str]) -> dict[str, str]:
    return {"name": named["name"], "id_number": named["id_number"]}


def _tell(visit: AssistVisit, template: str, params: Mapping[str, str]) -> Message | None:
    return message_queue(
        key=f"{template}:{visit.pk}",
        template=template,
        params=params,
        account=visit.guardian,
        district=visit.district_id,
    )


def no_such_visit() -> NotAllowed:
    """What somebody hears who asks for a visit of others: the same as for one that does not exist."""
    return NotAllowed(_("There is no such visit."))


def _own_waiting(operator: Account, visit_id: UUID) -> AssistVisit:
    """The operator's visit that still waits for consent, locked."""
    rows = AssistVisit.objects.select_for_update(of=("self",)).select_related("guardian", "operator")
    visit = rows.filter(public_id=visit_id, operator=operator).first()
    if visit is None:
        raise no_such_visit()
    refuse_unless_helper(operator, Ability.APPLICATION_ASSIST, visit.district_id)
    if visit.ended_at is not None or over(visit):
        raise Refused(_("This visit is over. Please begin a new one."), code="over")
    if visit.opened_at is not None or AssistConsent.objects.filter(visit=visit).exists():
        raise Refused(_("The consent is given already."), code="given")
    return visit


def over(visit: AssistVisit) -> str:
    """Why a visit that is still open must end now; "" while it goes on."""
    now = clock.now()
    if now >= visit.closes_at:
        return "closing"
    return "idle" if now - visit.touched_at >= IDLE else ""


def _update(visit: AssistVisit, **fields: object) -> None:
    AssistVisit.objects.filter(pk=visit.pk).update(**fields)
    for name, value in fields.items():
        setattr(visit, name, value)


def event(visit: AssistVisit, kind: str, actor: Account | None, note: str = "") -> None:
    AssistEvent.objects.create(visit=visit, kind=kind, actor=actor, note=note, at=clock.now())
    record(
        actor=actor,
        action=f"visit.{kind}",
        object_type="visit",
        object_id=visit.pk,
        district=visit.district_id,
        details={"operator": visit.operator.username, "channel": visit.channel},
    )


def end(visit: AssistVisit, reason: str, actor: Account | None) -> bool:
    """End a visit by compare-and-set; whether it was this call that ended it. Call inside a transaction."""
    now = clock.now()
    changed = AssistVisit.objects.filter(pk=visit.pk, ended_at__isnull=True).update(
        ended_at=now, end_reason=reason, code_index="", code_until=None
    )
    if changed:
        visit.ended_at, visit.end_reason = now, reason
        event(visit, AssistEvent.Kind.ENDED, actor, reason)
    return bool(changed)


@transaction.atomic
def visit_touch(*, operator: Account, visit_id: UUID) -> tuple[AssistVisit | None, str]:
    """The operator's open visit, its idle time begun anew; or None and why it is over. One read a page."""
    rows = AssistVisit.objects.select_related("guardian", "operator", "consent")
    visit = rows.filter(public_id=visit_id, operator=operator).first()
    if visit is None or visit.opened_at is None:
        return None, ""
    if visit.ended_at is not None:
        return None, visit.end_reason
    reason = over(visit)
    if not scope(operator).may(Ability.APPLICATION_ASSIST, district=visit.district_id):
        reason = "scope"
    if reason:
        end(visit, reason, None)
        return None, reason
    if clock.now() - visit.touched_at >= timedelta(seconds=30):
        _update(visit, touched_at=clock.now())
    return visit, ""


@transaction.atomic
def visit_end(*, operator: Account, visit_id: UUID) -> AssistVisit:
    """End one's own visit; ended twice is ended once. Raises NotAllowed."""
    visit = AssistVisit.objects.select_related("operator").filter(public_id=visit_id, operator=operator).first()
    if visit is None:
        raise no_such_visit()
    end(visit, "clerk", operator)
    return visit


@transaction.atomic
def visit_object(*, guardian: Account, visit_id: UUID, reason: str) -> AssistVisit:
    """The family objects: an open visit ends at once, and the district's office sees it. Raises NotAllowed, Refused."""
    visit = AssistVisit.objects.select_related("operator").filter(public_id=visit_id, guardian=guardian).first()
    if visit is None:
        raise NotAllowed(_("There is no such visit in your account."))
    if visit.events.filter(kind=AssistEvent.Kind.OBJECTED).exists():
        raise Refused(_("Your objection is with the office already."), code="again")
    words = reason.replace("\0", "").strip()
    if not words:
        raise Refused(_("Please say in a few words what is not right."), code="reason", field="reason")
    end(visit, "objected", guardian)
    event(visit, AssistEvent.Kind.OBJECTED, guardian, words[:1000])
    return visit


@transaction.atomic
def visits_sweep() -> int:
    """End the visits whose time is over and that nobody looked at since; how many."""
    rows = AssistVisit.objects.select_related("operator").filter(ended_at__isnull=True)
    return sum(end(visit, reason, None) for visit in rows if (reason := over(visit)))
