"""Letters of a family: made from stored data whenever they are asked for, the same bytes every time."""

import hashlib
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.outcome.letter_print import LANGUAGES, LetterFacts, letter_pdf
from enrollment.outcome.models import Letter
from enrollment.printing.codes import check_url
from enrollment.seasons.days.calendar import bring_to, check_in_days, rules_of
from enrollment.seasons.models import Application, ApplicationState, Offer
from enrollment.seasons.selectors import own_application
from foundation import clock
from foundation.errors import Refused
from schools.badges import badge_of, badge_picture
from schools.models import School
from schools.naming import in_both, in_latin
from schools.switches import refuse_unless_offered

LAYOUT: Final = "2"


KIND_OF_STATE: Final[Mapping[str, Letter.Kind]] = {
    ApplicationState.OFFERED: Letter.Kind.OFFER,
    ApplicationState.ACCEPTED: Letter.Kind.ADMISSION,
    ApplicationState.ENROLLED: Letter.Kind.ADMISSION,
}


MARK: Final = {Letter.Kind.OFFER: "P", Letter.Kind.ADMISSION: "A"}


@transaction.atomic
def letter_issue(*, guardian: Account, application_id: UUID) -> Letter:
    """The letter of the place the child has now, issued at the first call. Raises NotAllowed, Refused (no place)."""
    refuse_unless_offered("letters", own_application(guardian, application_id).district_code)
    rows = Application.objects.select_for_update(of=("self",)).select_related("child", "round__season__district")
    application = rows.get(pk=application_id)
    offer, kind = application.offer, KIND_OF_STATE.get(application.state)
    if kind is None or offer is None or offer.school is None:
        raise Refused(_("There is a letter as soon as your child has a place. Nothing need be done now."), code="none")
    issued = Letter.objects.filter(offer=offer, kind=kind).first()
    if issued is not None:
        return issued
    facts = _facts(application, offer, offer.school, kind)
    made = Letter.objects.create(
        number=facts.number,
        kind=kind,
        application=application,
        offer=offer,
        facts=_plain(facts),
        digests={language: hashlib.sha256(_drawn(facts, language)).hexdigest() for language in LANGUAGES},
        issued_at=clock.now(),
    )
    _audit("letter.issue", guardian, application, {"letter": made.number})
    return made


def _plain(facts: LetterFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in LetterFacts.__slots__}


def _drawn(facts: LetterFacts, language: str) -> bytes:
    return letter_pdf(facts, language, badge=badge_picture(facts.badge))


def _facts(application: Application, offer: Offer, school: School, kind: Letter.Kind) -> LetterFacts:
    season = application.round.season
    rules, district = rules_of(season), season.district.name
    number = f"{application.receipt}-{MARK[kind]}{application.letters.filter(kind=kind).count() + 1}"
    bring, badge = bring_to(season, application.stage), badge_of(school.pk)
    answer_by = clock.written(offer.answer_by) if kind == Letter.Kind.OFFER else ""
    return LetterFacts(
        layout=LAYOUT,
        kind=kind.value,
        number=number,
        receipt=application.receipt,
        child=application.child.name,
        school=school.name,
        school_en=in_both(school.name, school.english),
        address=school.address,
        phone=school.phone,
        district=district,
        issuer_zh=str(rules.issuer.get("zh") or f"{district}教育局"),
        issuer_en=str(rules.issuer.get("en") or f"Education Bureau, {in_latin(district)}"),
        year=season.year,
        stage=application.stage,
        days=tuple((first.isoformat(), last.isoformat()) for first, last in check_in_days(season)),
        bring_zh=tuple(str(one["zh"]) for one in bring),
        bring_en=tuple(str(one["en"]) for one in bring),
        answer_by=answer_by,
        synthetic=season.synthetic,
        url=check_url("letter", number),
        issued_at=clock.now().replace(microsecond=0).isoformat(),
        badge=badge.digest if badge else "",
    )


def letter_made(letter: Letter, language: str) -> bytes:
    """The letter's PDF made again from its facts. Raises Refused when it does not come out as it was issued."""
    made = _drawn(LetterFacts.stored(letter.facts), language)
    if hashlib.sha256(made).hexdigest() != letter.digests[language]:
        text = _("This letter cannot be made again exactly as it was issued. Please call the bureau.")
        raise Refused(text, code="differs")
    return made


@transaction.atomic
def letter_document(*, guardian: Account, application_id: UUID, language: str) -> tuple[Letter, bytes]:
    """The family's letter as PDF in "zh" or "en". Raises NotAllowed, Refused."""
    letter = letter_issue(guardian=guardian, application_id=application_id)
    _audit("letter.read", guardian, letter.application, {"letter": letter.number, "language": language})
    return letter, letter_made(letter, language)


def _audit(action: str, guardian: Account, application: Application, details: dict[str, str]) -> None:
    record(
        actor=guardian,
        action=action,
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
        details=details,
    )
