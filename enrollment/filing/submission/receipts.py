"""The receipt of an application: made from stored data whenever it is asked for."""

from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from audit.services import record
from enrollment.filing.selectors import AnswerRow, filed_rows, thanks_of
from enrollment.filing.submission.receipt_print import ReceiptFacts, receipt_pdf
from enrollment.filing.submission.standing import messages_to, next_step
from enrollment.printing.codes import check_code, check_url
from enrollment.seasons.models import Application
from enrollment.seasons.selectors import own_application, version_of
from foundation.days import moment_in_full
from foundation.wording import joined
from schools.models import School
from schools.naming import named


@transaction.atomic
def receipt_document(*, guardian: Account, application_id: UUID, language: str) -> tuple[str, bytes]:
    """The receipt number and its PDF in "zh" or "en", made anew from what was filed. Raises NotAllowed."""
    application = own_application(guardian, application_id)
    record(
        actor=guardian,
        action="receipt.read",
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
        details={"language": language},
    )
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
            (_("Filed on"), moment_in_full(application.submitted_at)),
            (_("Filed by"), application.guardian.name),
            (_("Way"), channel_words(application.channel)),
            (_("What comes next"), step.sentence),
            *([(_("Until") if step.actor == "family" else _("Expected by"), step.by_words)] if step.by_words else []),
            (_("Messages go to"), messages_to(application)),
        ),
        answers_title=_("What was filed"),
        answers=tuple((row.label, _printed(row)) for row in filed_rows(version)),
        choices_title=_("Schools, most wanted first"),
        choices=tuple(named(schools[code].name, schools[code].english) for code in version.choices if code in schools),
        scan=_("Scan to check that this receipt is genuine:"),
        code=check_code("receipt", number),
        foot=joined(
            thanks_of(version), _("Keep the receipt number. This receipt can be read again in the portal at any time.")
        ),
        url=check_url("receipt", number),
    )


def _printed(row: AnswerRow) -> str:
    """An answer as a print may carry it: numbers of documents masked, because prints are left lying about."""
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
