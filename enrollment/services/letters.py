"""Receipts and letters of a family: made from stored data whenever they are asked for, the same bytes every time."""

import hashlib
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from audit.services import record
from enrollment.models import Application, Letter, Offer
from enrollment.papers import LetterFacts, ReceiptFacts, letter_pdf, paper_code, receipt_pdf
from enrollment.papers.letter import LANGUAGES
from enrollment.selectors.after import BRING, check_in_days, messages_to, next_step, rules_of
from enrollment.selectors.core import AnswerRow, answer_rows, own_application, version_of
from foundation import clock
from foundation.errors import Refused
from schools.models import School

LAYOUT: Final = "1"
KIND_OF_STATE: Final = {
    "offered": Letter.Kind.OFFER,
    "accepted": Letter.Kind.ADMISSION,
    "enrolled": Letter.Kind.ADMISSION,
}
MARK: Final = {Letter.Kind.OFFER: "P", Letter.Kind.ADMISSION: "A"}


def check_code(kind: str, number: str) -> str:
    """The code beside a number on a receipt or letter (80 bits); only the portal can make it."""
    return paper_code(settings.INDEX_KEY, kind, number)


def check_url(kind: str, number: str) -> str:
    """Where anybody can check a receipt or letter."""
    path = reverse("enrollment:check-paper", args=[kind, number, check_code(kind, number)])
    return str(settings.SITE_URL).rstrip("/") + path


@transaction.atomic
def letter_issue(*, guardian: Account, application_id: UUID) -> Letter:
    """The letter of the place the child has now, issued at the first call. Raises NotAllowed, Refused (no place)."""
    own_application(guardian, application_id)
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
        digests={language: hashlib.sha256(letter_pdf(facts, language)).hexdigest() for language in LANGUAGES},
        issued_at=clock.now(),
    )
    _audit("letter.issue", guardian, application, {"letter": made.number})
    return made


def _plain(facts: LetterFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in LetterFacts.__slots__}


def _facts(application: Application, offer: Offer, school: School, kind: Letter.Kind) -> LetterFacts:
    season = application.round.season
    rules, district = rules_of(season), season.district.name
    number = f"{application.receipt}-{MARK[kind]}{application.letters.filter(kind=kind).count() + 1}"
    bring = rules.bring or BRING
    answer_by = clock.written(offer.answer_by) if kind == Letter.Kind.OFFER else ""
    return LetterFacts(
        layout=LAYOUT,
        kind=kind.value,
        number=number,
        receipt=application.receipt,
        child=application.child.name,
        school=school.name,
        address=school.address,
        phone=school.phone,
        district=district,
        issuer_zh=str(rules.issuer.get("zh") or f"{district}教育局"),
        issuer_en=str(rules.issuer.get("en") or f"Education Bureau, {district}"),
        year=season.year,
        stage=application.stage,
        days=tuple((first.isoformat(), last.isoformat()) for first, last in check_in_days(season)),
        bring_zh=tuple(str(one["zh"]) for one in bring),
        bring_en=tuple(str(one["en"]) for one in bring),
        answer_by=answer_by,
        synthetic=season.synthetic,
        url=check_url("letter", number),
        issued_at=clock.now().replace(microsecond=0).isoformat(),
    )


def letter_made(letter: Letter, language: str) -> bytes:
    """The letter's PDF made again from its facts. Raises Refused when it does not come out as it was issued."""
    made = letter_pdf(LetterFacts.stored(letter.facts), language)
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


@transaction.atomic
def receipt_document(*, guardian: Account, application_id: UUID, language: str) -> tuple[str, bytes]:
    """The receipt number and its PDF in "zh" or "en", made anew from what was filed. Raises NotAllowed."""
    application = own_application(guardian, application_id)
    _audit("receipt.read", guardian, application, {"language": language})
    with translation.override("en" if language == "en" else "zh-hans"):
        facts = receipt_facts(application)
    return application.receipt, receipt_pdf(facts, language=language, at=application.submitted_at)


def receipt_facts(application: Application) -> ReceiptFacts:
    """What the receipt says, in the active language."""
    version, step = version_of(application), next_step(application)
    schools = School.objects.in_bulk(version.choices)
    number = application.receipt
    return ReceiptFacts(
        title=_("Receipt of the application"),
        number=number,
        child=application.child.name,
        round=f"{application.round.season.district.name} · {application.round.season.year} · "
        f"{application.get_stage_display()} · {application.round.get_kind_display()}",
        rows=(
            (_("Filed on"), clock.written(application.submitted_at)),
            (_("Filed by"), application.guardian.name),
            (_("Way"), channel_words(application.channel)),
            (_("What comes next"), step.sentence),
            *([(_("Until") if step.actor == "family" else _("Expected by"), step.by_words)] if step.by_words else []),
            (_("Messages go to"), messages_to(application)),
        ),
        answers_title=_("What was filed"),
        answers=tuple((row.label, _printed(row)) for row in answer_rows(version.claims.get("answers", {}))),
        choices_title=_("Schools, most wanted first"),
        choices=tuple(schools[code].name for code in version.choices if code in schools),
        scan=_("Scan to check that this receipt is genuine:"),
        code=check_code("receipt", number),
        foot=_("Keep the receipt number. This receipt can be read again in the portal at any time."),
        url=check_url("receipt", number),
    )


def _printed(row: AnswerRow) -> str:
    """An answer as a paper may carry it: numbers of documents masked, because papers are left lying about."""
    return identifiers.mask("id", row.value) if row.name.endswith("_id") and row.value else row.value


def channel_words(channel: str) -> str:
    """The way an application came, in words."""
    words = {
        "web": _("On line, by the family"),
        "app": _("In the app, by the family"),
        "mini-program": _("In the mini-program, by the family"),
        "kiosk": _("At a self-service terminal"),
        "counter": _("At a service point, with help"),
        "helper": _("At home, with a helper"),
    }
    return words.get(channel) or _("Through a government portal")


def _audit(action: str, guardian: Account, application: Application, details: dict[str, str]) -> None:
    record(
        actor=guardian,
        action=action,
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
        details=details,
    )
