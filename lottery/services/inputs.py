"""What a run reads: the frozen roll and seats, the draw's seed, the announced rules, where the schools lie."""

from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import Any

from django.db import connection

from lottery.engine.draw import sibling_rule
from lottery.engine.entries import EntryReader, Inputs, Site
from lottery.engine.problem import Mechanism
from lottery.models import Draw
from schools.models import School
from schools.selectors import schools_by_code

ROLL = (
    "COPY (SELECT row->>'receipt_hash', group_id, application_id, facts FROM lottery_rollentry"
    " WHERE draw_id = {draw:d} ORDER BY position) TO STDOUT"
)


def _roll(draw: Draw) -> Iterator[list[str]]:
    """(receipt hash, group, application, facts) in roll order: a bulk copy takes a tenth of the time of rows."""
    with TemporaryFile("w+", encoding="utf-8", newline="\n") as file:
        with connection.cursor() as cursor:
            cursor.copy_expert(ROLL.format(draw=draw.pk), file)
        file.seek(0)
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if "\\" in line:  # the only escapes in these columns are backslashes: JSON holds no raw control characters
                fields = [field.replace("\\\\", "\\") for field in fields]
            yield fields


def load(draw: Draw) -> tuple[Inputs, dict[str, str], Mapping[str, School]]:
    """The run's inputs, the application of every pseudonym, and the schools by code. Call on a draw that was made."""
    applications: dict[str, str] = {}
    entries = []
    reader = EntryReader()
    for pupil, group, application, facts in _roll(draw):
        # most families have one child: then the group is the application's own name, and one text serves both
        applications[pupil] = group if application == group else application
        entries.append(reader.read(pupil, group, facts))
    schools = schools_by_code(sorted(draw.seats))
    return rules(draw, schools, tuple(entries)), applications, schools


def rules(draw: Draw, schools: Mapping[str, School], entries: tuple[Any, ...] = ()) -> Inputs:
    """The run's inputs with the entries given: everything but the roll itself, as it was announced."""
    announced = draw.commitment
    coordination = announced["coordination"]
    scored = frozenset(announced.get("score_files", {}))
    return Inputs(
        entries=entries,
        seats=dict(sorted(draw.seats.items())),
        seed=bytes.fromhex(draw.seed),
        domains=dict(announced["school_domains"]),
        sites={code: _site(schools[code], scored) for code in draw.seats},
        mechanism=Mechanism(announced["mechanism"]),
        siblings=sibling_rule(draw.sibling_rule),
        coordination=tuple(coordination["criteria"]) if coordination else (),
        coordination_groups=tuple(coordination["groups"]) if coordination else (),
        private=frozenset(announced.get("private_schools", ())),
        scored=scored,
        shared=dict(announced.get("shared_limits", {})),
        method=announced.get("method", "ticket"),
    )


def _site(school: School, scored: frozenset[str]) -> Site:
    # a private school sets its own fees, an art school its own audition: nobody is sent there who did not ask for it
    takes_anybody = school.kind == School.Kind.PUBLIC and school.code not in scored
    return Site((school.longitude, school.latitude), school.education_group, school.town, takes_anybody)
