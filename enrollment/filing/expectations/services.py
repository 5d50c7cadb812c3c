"""Pre-check (现场预审的线上版): what the registers know already, judged by the round's policy, binding nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.assured import assured_person
from accounts.models import Account
from audit.services import record
from enrollment.documents.materials import MaterialAsked, draft_facts, materials_for
from enrollment.filing.drafts.homes import KnownHome, must_pick
from enrollment.filing.drafts.prefill import suggested_answers
from enrollment.filing.drafts.registers import registers_say
from enrollment.seasons.models import Child, Draft, Round
from enrollment.seasons.rules.policies import compiled
from foundation import clock
from policy import Evaluation, Facts, evaluate


@dataclass(frozen=True, slots=True)
class PreCheck:
    """What is known without a form: facts with their standing, the judgement, and the materials it would ask for."""

    child: Child
    round: Round
    known: dict[str, str]  # agency -> found, empty, silent, closed or unsaid (drafts.registers)
    facts: Facts
    judged: Evaluation
    materials: tuple[MaterialAsked, ...]
    home: str  # the address that was judged; "" for none
    other_homes: int  # further homes that registers name: the family picks one when it applies


def precheck(*, guardian: Account, child: Child, round_: Round) -> PreCheck:
    """Ask the registers and judge; nothing is stored but that it was asked. Works before the round opens, too.

    For who is not assured no register is asked. ``child`` is the guardian's own (owned_child). Raises TooOften.
    """
    known = registers_say(guardian, child, round_.season.district_id, round_.pk)
    person = assured_person(guardian)
    found: dict[str, str] = {}
    several: Sequence[KnownHome] = ()
    if person is not None:
        record(actor=guardian, action="child.precheck", object_type="child", object_id=child.pk)
        # of several homes the first is judged: the family picks one when it applies, and the page says so
        several = must_pick(known, person.id_number)
        found = suggested_answers(
            known,
            guardian_id=person.id_number,
            district=round_.season.district_id,
            home=several[0] if several else None,
        )
        found |= {"guardian_id": person.id_number, "guardian_name": person.name}
    now = clock.now()
    draft = Draft(child=child, round=round_, answers=found, prefilled=known, started_at=now, saved_at=now)  # not stored
    facts, _silent = draft_facts(draft)
    judged = evaluate(compiled(round_.policy), facts)
    outcomes = {agency: str(row["outcome"]) for agency, row in known.items()}
    others = len(several) - 1 if several else 0
    return PreCheck(child, round_, outcomes, facts, judged, materials_for(draft), found.get("home_address", ""), others)
