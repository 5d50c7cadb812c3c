"""What a simulation reads, how many draws it is given, and the name of its progress."""

import hashlib
from collections.abc import Sequence

from enrollment.seasons.models import Application, ApplicationState, Round
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.states import UNSETTLED, RoundState
from lottery.admission.inputs import rules
from lottery.afterwards.seats import seats_left
from lottery.ceremony.digests import domains
from lottery.ceremony.models import Draw
from lottery.engine.admission.entries import Inputs, entry, inputs_digest
from lottery.roll.stated import Stated, stated
from lottery.roll.surroundings import announced, schools_of_the_run
from schools.selectors import schools_by_code, seat_plan

STATES = (ApplicationState.APPROVED, *UNSETTLED)
ROUND_STATES = (RoundState.OPEN, RoundState.CLOSED)
# About twenty seconds of one worker.
MOST_WORK = 3_000_000


def whatif_name(whatif_id: int) -> str:
    """Under which name a simulation reports its progress."""
    return f"simulation {whatif_id}"


def most_draws(pupils: int) -> int:
    """How many draws a round of this size is given."""
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.studies.whatif import LEAST_DRAWS, MOST_DRAWS

    return max(LEAST_DRAWS, min(MOST_DRAWS, MOST_WORK // max(1, pupils)))


def simulated(round_: Round) -> int:
    """How many applications of a round a simulation would read now."""
    return Application.objects.filter(round=round_, state__in=STATES).count()


def whatif_inputs(round_: Round) -> tuple[Inputs, str]:
    """The inputs a run would have if the roll were frozen now with every live application on it, and their digest."""
    rows = list(stated(round_, STATES))
    entries = tuple(entry(str(one.application), one.group, one.facts) for one in rows)
    season, policy = round_.season, compiled(round_.policy)
    listed = {school: 0 for one in entries for school, _near in one.choices}
    later = round_.kind == Round.Kind.SUPPLEMENTARY
    offered = seats_left(round_) if later else seat_plan(season.district_id, season.year, round_.stage)
    seats = dict(sorted((listed | offered).items()))
    announcement = announced(round_, seats, entries)
    commitment = announcement | {
        "school_domains": domains(round_, schools_of_the_run(seats, announcement["shared_limits"])),
        "mechanism": policy.mechanism,
        "method": "ticket",
    }
    # This draw is never stored. Its seed is a placeholder: the simulation makes tickets of its own.
    draw = Draw(round=round_, seats=seats, seed=bytes(32).hex(), sibling_rule=policy.last_seat, commitment=commitment)
    inputs = rules(draw, schools_by_code(sorted(seats)), entries)
    return inputs, inputs_digest(inputs, _root(rows), round_.policy.digest)


def _root(rows: Sequence[Stated]) -> str:
    """Stands for the roll in the digest: over what the rows state."""
    lines = sorted(f"{one.application},{one.group},{one.facts}" for one in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
