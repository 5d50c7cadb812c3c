"""What a run reads: the frozen roll and seats, the draw's seed, the announced rules, where the schools lie.

Every leaf of the roll is made again from the very columns the run is about to use (``lottery.engine.drawing.bound``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from django.db import connection

from enrollment.seasons.models import Round
from enrollment.seasons.rules.policies import compiled
from lottery.admission.bound import bound_only, check_draw, check_sites
from lottery.ceremony.models import Draw
from lottery.engine.admission.entries import Entry, EntryReader, Inputs, Site
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.bound import BoundRoll
from lottery.engine.drawing.draw import sibling_rule
from schools.models import School
from schools.selectors import schools_by_code

if TYPE_CHECKING:
    from lottery.engine.admission.standings import Names

ROLL = (
    "COPY (SELECT app.receipt, roll.salt, roll.group_id, roll.leaf, roll.row, roll.application_id, roll.facts"
    " FROM lottery_rollentry roll JOIN enrollment_application app ON app.id = roll.application_id"
    " WHERE roll.draw_id = {draw:d} ORDER BY roll.position) TO STDOUT"
)


def _roll(draw: Draw) -> Iterator[list[str]]:
    """The stored columns in roll order: a bulk copy takes a tenth of the time of rows."""
    with TemporaryFile("w+", encoding="utf-8", newline="\n") as file:
        with connection.cursor() as cursor:
            cursor.copy_expert(ROLL.format(draw=draw.pk), file)
        file.seek(0)
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if "\\" in line:  # COPY escapes tabs, line ends and backslashes; JSON holds only the last of them
                fields = [field.replace("\\\\", "\\") for field in fields]
            yield fields


def load(draw: Draw) -> tuple[Inputs, dict[str, str], Mapping[str, School]]:
    """The run's inputs, the application of every pseudonym, and the schools by code. Call on a draw that was made.

    Raises NotBound where anything of it is not what the draw bound.
    """
    schools, scored = schools_by_code(sorted(draw.seats)), draw.commitment.get("score_files", {})
    with bound_only():
        check_draw(draw)
        check_sites(draw.commitment["sites"], {code: site_of(one, scored) for code, one in schools.items()})
        entries, applications = read_roll(draw)
    return rules(draw, schools, entries, draw.roll_root), applications, schools


def load_again(draw: Draw) -> tuple[Inputs, dict[str, str]]:
    """What a published run read, made again; the schools stand as they were announced. Raises NotBound."""
    with bound_only():
        check_draw(draw)
        entries, applications = read_roll(draw)
    return rules(draw, {}, entries, draw.roll_root), applications


def read_roll(draw: Draw) -> tuple[tuple[Entry, ...], dict[str, str]]:
    """The entries of the roll and the application of every pseudonym, each leaf made again. Raises LotteryError."""
    applications: dict[str, str] = {}
    entries = []
    reader, bound = EntryReader(), BoundRoll()
    for receipt, salt, group, leaf, row, application, facts in _roll(draw):
        pupil = bound.add(receipt=receipt, salt=salt, group=group, facts=facts, leaf=leaf, row=row)
        # most families have one child: then the group is the application's own name, and one text serves both
        applications[pupil] = group if application == group else application
        entries.append(reader.read(pupil, group, facts))
    bound.check(draw.commitment["roll"])
    return tuple(entries), applications


def rules(draw: Draw, schools: Mapping[str, School], entries: tuple[Entry, ...] = (), root: str = "") -> Inputs:
    """The run's inputs with the entries given: everything but the roll itself, as it was announced."""
    announced = draw.commitment
    coordination = announced["coordination"]
    scored = frozenset(announced.get("score_files", {}))
    return Inputs(
        entries=entries,
        seats=dict(sorted(draw.seats.items())),
        seed=bytes.fromhex(draw.seed),
        domains=dict(announced["school_domains"]),
        sites=_sites(announced, schools, scored),
        mechanism=Mechanism(announced["mechanism"]),
        siblings=sibling_rule(draw.sibling_rule),
        coordination=tuple(coordination["criteria"]) if coordination else (),
        coordination_groups=tuple(coordination["groups"]) if coordination else (),
        private=frozenset(announced.get("private_schools", ())),
        scored=scored,
        shared=dict(announced.get("shared_limits", {})),
        method=announced.get("method", "ticket"),
        root=root,
    )


def _sites(announced: Mapping[str, Any], schools: Mapping[str, School], scored: frozenset[str]) -> dict[str, Site]:
    """What coordination looks at: as announced; a simulation before the freeze takes the table of schools."""
    if "sites" not in announced:
        return {code: site_of(school, scored) for code, school in schools.items()}
    return {code: Site(**{**site, "point": tuple(site["point"])}) for code, site in announced["sites"].items()}


def site_of(school: School, scored: Collection[str]) -> Site:
    """What coordination needs to know of a school, from the table."""
    # Coordination sends nobody to a school with fees or an audition of its own who did not ask for it.
    takes_anybody = school.kind == School.Kind.PUBLIC and school.code not in scored
    return Site((school.longitude, school.latitude), school.education_group, school.town, takes_anybody)


def names_of(round_: Round, schools: dict[str, str], english: dict[str, str] | None = None) -> Names:
    """How the schools and the policy's groups are called; ``english`` only where a person reads it."""
    # not at the top: it stands on numpy, which costs every start 0.1 s and 15 MB
    from lottery.engine.admission.standings import Names

    policy = compiled(round_.policy)
    return Names(schools, {group.id: group.name for group in policy.groups}, policy.points is not None, english or {})
