"""A person settles a character of a name that could not be typed, from the page of the register the family gave.

What was submitted keeps its placeholder; the settled name stands beside it as a row, and becomes the name of the child
or of the account, by which everything is shown, printed, exported and found from then on.
"""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from accounts.services import guardian_name_settle
from enrollment.desk.services import case_words, held_by_another, reviewed
from enrollment.guardians.services.decision_messages import tell
from enrollment.judging.judgement import gather, judge
from enrollment.judging.services import store
from enrollment.review.models import HeldDecision
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, Draft, SettledName
from enrollment.seasons.naming.described import (
    CHILD,
    GUARDIAN,
    NAME_OF_GUARDIAN,
    answers_settled,
    descriptions,
    is_open,
)
from enrollment.seasons.naming.names import names_note
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import Refused
from foundation.wording import refusal

WHOSE: Final = (CHILD, GUARDIAN)
LONGEST_REASON: Final = 300


def described_name(version: ApplicationVersion, whose: str) -> str:
    """The name with placeholders as it was filed; "" where every character of it could be typed."""
    claims = version.claims
    filed = claims["child"]["name"] if whose == CHILD else claims.get("answers", {}).get(NAME_OF_GUARDIAN, "")
    return str(filed) if is_open(str(filed)) else ""


@transaction.atomic
def name_settle(*, reviewer: Account, application_id: UUID, whose: str, given: str, reason: str) -> SettledName:
    """Settle a described name: ``given`` has each character as itself or as its code point (U+2C497).

    The newest settlement counts, as long as the case is open. Raises NotAllowed, Refused (no such name, no character of
    names, no reason, decided already, a colleague has the case open).
    """
    application = reviewed(reviewer, application_id)
    if why := held_by_another(application, reviewer):
        raise Refused(why, code="held")
    if HeldDecision.objects.filter(pk=application.pk, refused="").exists():
        raise Refused(_("This case is decided already and can still be taken back."), code="decided")
    version = _version(application)
    described = described_name(version, whose) if whose in WHOSE else ""
    if not described:
        raise Refused(_("Every character of this name is there already."), code="name", field="name_given")
    settled = identifiers.settle_name(described, given[:LONGEST_REASON])
    if not settled.ok:
        raise Refused(refusal(settled), code=settled.code, field="name_given")
    why = case_words(reason, field="name_reason", longest=LONGEST_REASON)
    if application.state != ApplicationState.IN_REVIEW:
        application_step(application=application, event=ApplicationEvent.OPEN_REVIEW, actor=reviewer)
    made = SettledName.objects.create(
        application=application,
        version=version.number,
        whose=whose,
        described=described,
        description=descriptions(version).get(whose, ""),
        name=settled.value,
        reason=why,
        by=reviewer,
        at=clock.now(),
    )
    due = application.next_step_by
    application_step(
        application=application, event=ApplicationEvent.SETTLE_NAME, actor=reviewer, reason=why, next_step_by=due
    )
    _use(made, reviewer)
    known = gather([version])[version.pk]
    store(version, judge(version, known), known)
    tell(
        application=application,
        key=f"name_settled:{made.pk}",
        template="name_settled",
        params={"receipt": application.receipt, "name": made.name},
    )
    return made


def _version(application: Application) -> ApplicationVersion:
    """The version that counts, about the very application that is locked."""
    related = ("application__child", "application__guardian", "application__round__season__district__parent", "policy")
    version = ApplicationVersion.objects.select_related(*related).get(
        application=application, number=application.version
    )
    application.child, application.guardian = version.application.child, version.application.guardian
    application.round = version.application.round
    version.application = application
    return version


def _use(made: SettledName, reviewer: Account) -> None:
    """From now on this is the name: of the child and in the search for it, or of the account and in its drafts."""
    application = made.application
    if made.whose == CHILD:
        child = application.child
        child.name, child.name_index = made.name, blind_index("child-name", made.name)
        child.save(update_fields=["name", "name_index"])
        names_note(Application.objects.filter(child=child).select_related("child").exclude(name_marks=None))
        return
    guardian = application.guardian
    guardian_name_settle(account=guardian, name=made.name, by=reviewer)
    for draft in Draft.objects.select_for_update().filter(child__guardian=guardian):
        typed = str(draft.answers.get(NAME_OF_GUARDIAN, ""))
        found = identifiers.stands_for(typed)
        if found is not None:
            draft.answers = answers_settled({**draft.answers, NAME_OF_GUARDIAN: found.name}, guardian)
            draft.save(update_fields=["answers"])
