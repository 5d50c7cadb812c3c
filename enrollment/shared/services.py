"""What a second guardian or carer does: answers a correction, reads a letter."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.filing.asked import questions_for
from enrollment.filing.drafts.services import LONGEST_ANSWER, open_names
from enrollment.filing.submission.services import add_version, checked_answers, locked_draft, repeated, resubmit
from enrollment.guardians import masking
from enrollment.guardians.selectors import may_correct
from enrollment.outcome.services.letters import letter_issue, letter_made
from enrollment.seasons.models import Application, Draft
from enrollment.seasons.selectors import CHILDS_DRAFT_LOCKED, no_such_application, open_items, version_of
from foundation import clock
from foundation.errors import Refused


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was sent: ``returned`` is the request for correction the form was made for, ``typed`` the new answers.

    An answer that is missing here stays as it was filed.
    """

    returned: int
    typed: Mapping[str, str]
    client_token: UUID


@transaction.atomic
def shared_correct(*, guardian: Account, application_id: UUID, corrected: Corrected) -> Application:
    """Submit a new version of another guardian's returned application, as its second guardian.

    The same client token always answers with the same application. Raises NotAllowed (no such agreement, protected),
    InvalidAnswers, Refused (answered meanwhile, late, an item that only who applied may answer).
    """
    return repeated(guardian, corrected.client_token) or _correct(guardian, application_id, corrected)


def _correct(guardian: Account, application_id: UUID, corrected: Corrected) -> Application:
    mine = Application.objects.filter(may_correct(guardian), pk=application_id).first()
    if mine is None:
        raise no_such_application()
    draft = locked_draft(CHILDS_DRAFT_LOCKED.first(mine.child_id, mine.round_id))
    # once more under the lock: the agreement may have ended, or the address been protected, while it was waited for
    rows = Application.objects.select_for_update(of=("self",)).select_related("guardian", "child")
    application = rows.filter(may_correct(guardian), pk=application_id).first()
    if application is None:
        raise no_such_application()
    returned = open_items(application)
    if returned is None or returned.pk != corrected.returned:
        return _answered(guardian, corrected.client_token)
    # a page the guardian who applied has added and not sent would go with the new version
    unsent = draft.documents.filter(application__isnull=True).exists()
    if unsent or not all(map(masking.answerable, returned.items)):
        raise Refused(_("Only the guardian who applied can answer this."), code="owner")
    draft.answers = _answers(draft, application, corrected.typed, open_names(returned.items, questions_for(draft)))
    draft.saved_at = clock.now()
    answers, choices = checked_answers(draft)
    draft.save(update_fields=["answers", "saved_at"])
    application = resubmit(application, guardian, draft)
    add_version(application, draft, guardian, corrected.client_token, answers, choices)
    return application


def _answered(guardian: Account, token: UUID) -> Application:
    """What the same button, pressed at the same moment, has made by now. Raises Refused when somebody else answered."""
    found = repeated(guardian, token)
    if found is None:
        text = _("Somebody has answered this already. Nothing of what you typed was sent.")
        raise Refused(text, code="changed")
    return found


def _answers(draft: Draft, application: Application, typed: Mapping[str, str], names: set[str]) -> dict[str, str]:
    """The draft with the open items as filed last, and over them what was typed now."""
    version = version_of(application)
    filed = {**version.claims["typed"], masking.CHOICES: ",".join(version.choices)}
    as_filed = {name: str(filed.get(name, "")) for name in names}
    new = {name: str(value)[:LONGEST_ANSWER] for name, value in typed.items() if name in names}
    return {**draft.answers, **as_filed, **new}


@transaction.atomic
def shared_letter(*, viewer: Account, application_id: UUID, language: str) -> tuple[str, bytes]:
    """The number and PDF of a letter for somebody who sees the child by agreement; the caller has checked it."""
    application = Application.objects.select_related("guardian").get(pk=application_id)
    letter = letter_issue(guardian=application.guardian, application_id=application_id)
    record(
        actor=viewer,
        action="letter.read",
        object_type="application",
        object_id=application_id,
        district=application.district_code,
        details={"letter": letter.number, "language": language},
    )
    return letter.number, letter_made(letter, language)
