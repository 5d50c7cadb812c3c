"""Pre-check (现场预审的线上版): what the registers know already, judged by the round's policy, binding nobody."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account
from audit.selectors import times_lately
from audit.services import record
from enrollment.materials import MaterialAsked, draft_facts, materials_for
from enrollment.models import Child, Draft, Round
from enrollment.policies import compiled
from enrollment.prefill import suggested_answers
from enrollment.services.drafts import registers_say
from foundation import clock
from foundation.errors import Refused
from policy import Evaluation, Facts, evaluate

MOST_CHECKS = 20  # a day and account


@dataclass(frozen=True, slots=True)
class PreCheck:
    """What is known without a form: the facts with their standing, the judgement, and the papers it would ask for."""

    child: Child
    round: Round
    known: dict[str, str]  # agency -> found, empty or silent
    facts: Facts
    judged: Evaluation
    papers: tuple[MaterialAsked, ...]


def precheck(*, guardian: Account, child: Child, round_: Round) -> PreCheck:
    """Ask the registers and judge; nothing is stored but that it was asked. Works before the round opens, too.

    ``child`` is the guardian's own (services.drafts.owned_child). Raises Refused (asked too often today).
    """
    if times_lately(actor_id=guardian.pk, action="child.precheck") >= MOST_CHECKS:
        text = _("The registers were asked often today. Please come back tomorrow, or begin the application.")
        raise Refused(text, code="too_often")
    known = registers_say(guardian, child, guardian.name)
    record(actor=guardian, action="child.precheck", object_type="child", object_id=child.pk)
    found = suggested_answers(known, guardian_id=guardian.id_number or "", district=round_.season.district_id)
    if guardian.id_number:
        found |= {"guardian_id": guardian.id_number, "guardian_name": guardian.name}
    now = clock.now()
    draft = Draft(child=child, round=round_, answers=found, prefilled=known, started_at=now, saved_at=now)  # not stored
    facts, _silent = draft_facts(draft)
    judged = evaluate(compiled(round_.policy), facts)
    outcomes = {agency: str(row["outcome"]) for agency, row in known.items()}
    return PreCheck(child, round_, outcomes, facts, judged, materials_for(draft))
