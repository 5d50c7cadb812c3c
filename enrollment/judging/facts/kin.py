"""Whether those whose documents count are the child's parents by a register, and not by word alone (pure).

The form asks for two parents, and the household of the child need only name one of them. The other may be anybody: a
neighbour with a home in the zone, a colleague with a residence permit. So what rests on a person whom no register
joins to the child is put before a person: the household, the birth certificate, or a marriage to a parent they name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from enrollment.judging.facts.doubts import PROVED
from policy import Fact
from verification.agencies import birth, marriage, number, rows
from verification.agencies.household import people_of

Answers = Mapping[str, str]
SHARE: Final = "home.ownership_share"
# Where the record of an agency names its people; the others are about one person, the holder.
_PEOPLE: Final[Mapping[str, str]] = {"real_estate": "owners", "contract": "buyers", "rental": "tenants"}
_HOLDERS: Final = ("permit", "insurance", "business")


class Into(Protocol):
    """Where facts are collected (``enrollment.judging.facts.collect``)."""

    @property
    def family(self) -> Any: ...
    @property
    def facts(self) -> dict[str, Fact]: ...
    def record(self, agency: str) -> Mapping[str, Any]: ...


def doubt_strangers(into: Into) -> None:
    """What only a declared parent whom no register joins to the child would give is not found, and so is asked."""
    answers: Answers = into.family.answers
    declared = {number(answers.get(name, "")) for name in ("guardian_id", "second_guardian_id")} - {""}
    kin = _kin(into)
    for agency in (*_PEOPLE, *_HOLDERS):
        named = _named(agency, into.record(agency)) & declared
        if not named:
            continue
        if not named & kin:
            _not_found(into, agency, PROVED[agency])
        elif not named <= kin:
            _not_found(into, agency, (SHARE,))  # one of them is the child's parent; the other's share may not count


def _kin(into: Into) -> set[str]:
    born = into.record("birth")
    kin = people_of(into.record("household")) | (birth.parents_on(born) if born else set())
    wed = marriage.couple(into.record("marriage")) if into.record("marriage") else set()
    return (kin | wed if wed & kin else kin) - {number(into.family.child_id), ""}


def _named(agency: str, record: Mapping[str, Any]) -> set[str]:
    if not record:
        return set()
    if agency in _HOLDERS:
        return {number(record.get("id_number"))}
    return {number(one.get("id_number")) for one in rows(record, _PEOPLE[agency])}


def _not_found(into: Into, agency: str, names: Iterable[str]) -> None:
    for name in names:
        fact = into.facts.get(name)
        if fact is not None and fact.status == "verified" and fact.source == agency:
            into.facts[name] = replace(fact, status="not_found", source="household")
