"""What stands beside an application: another entry that may be the same child, another family that asks with the home.

A person who approves an application having seen the other says so, and the pair is asked about no more: two children
for good, two families of one home for this version of the application.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from accounts.models import Account
from enrollment.judging.models import SeenTogether
from enrollment.seasons.models import Application, ApplicationVersion, Child, Round
from enrollment.seasons.states import LIVE_STATES
from foundation import clock

CHILD, HOME = SeenTogether.About.CHILD, SeenTogether.About.HOME
Pair = frozenset[int]  # of two children


def told_apart(children: Collection[int]) -> set[Pair]:
    """The pairs among which a person has found these children to be two; no query where there are none."""
    if not children:
        return set()
    rows = SeenTogether.objects.filter(about=CHILD).filter(Q(other__in=children) | Q(application__child__in=children))
    return {frozenset(pair) for pair in rows.values_list("application__child", "other")}


def accepted_homes(versions: Iterable[ApplicationVersion]) -> dict[UUID, set[int]]:
    """By application the children whose family a person saw at the same home when approving this very version."""
    numbers = {one.application_id: one.number for one in versions}
    found: dict[UUID, set[int]] = defaultdict(set)
    if numbers:
        rows = SeenTogether.objects.filter(about=HOME, application__in=numbers)
        for application, version, other in rows.values_list("application", "version", "other"):
            if numbers[application] == version:
                found[application].add(other)
    return found


class Beside(Protocol):
    """What a judgement found beside an application."""

    @property
    def doubles(self) -> Sequence[int]: ...
    @property
    def rivals(self) -> Sequence[Application]: ...


def beside_names(known: Beside) -> list[str]:
    """What stands beside an application, as a form names what it showed: the child of each, and about what."""
    return [*(f"{CHILD}:{pk}" for pk in known.doubles), *(f"{HOME}:{one.child_id}" for one in known.rivals)]


def seen_note(
    *, version: ApplicationVersion, children: Iterable[int], rivals: Iterable[Application], by: Account
) -> None:
    """A person approves this version having seen these entries and these families beside it."""
    pairs = [(CHILD, pk) for pk in sorted(set(children))] + [(HOME, pk) for pk in sorted({r.child_id for r in rivals})]
    where = {"application": version.application, "version": version.number, "by": by, "at": clock.now()}
    SeenTogether.objects.bulk_create(
        [SeenTogether(about=about, other_id=pk, **where) for about, pk in pairs], ignore_conflicts=True
    )


def twice_entered(round_: Round) -> list[tuple[str, str]]:
    """The receipts of live applications of the round, each with another live one of its season that may be its child.

    Born on the same day and of one sex under two kinds of document, entered by one guardian or under one name, and no
    person has found two children.
    """
    of_child = ("guardian", "name_index", "birth_date", "sex", "document_kind")
    fields = ("receipt", "child", *(f"child__{name}" for name in of_child), "round")
    live = Application.objects.filter(state__in=LIVE_STATES, season_year=round_.season.year, stage=round_.stage)
    live = live.filter(rehearsal=round_.season.rehearsal, district_code=round_.season.district_id)
    rows = live.filter(_beside()).values_list(*fields)
    alike: dict[tuple[object, ...], list[tuple[str, int, str, int]]] = defaultdict(list)
    for receipt, child, guardian, name, born, sex, kind, where in rows:
        for by in (guardian, name):
            alike[by, born, sex].append((receipt, child, kind, where))
    pairs = {
        (one, other)
        for group in alike.values()
        for at, one in enumerate(group)
        for other in group[at + 1 :]
        if one[2] != other[2] and round_.pk in {one[3], other[3]}
    }
    apart = told_apart({one[1] for pair in pairs for one in pair})
    return sorted((one[0], other[0]) for one, other in pairs if frozenset((one[1], other[1])) not in apart)


def _beside() -> Q:
    """Whose child the guardian, or somebody under its name, has entered again: same day and sex, another document."""
    alike = Child.objects.filter(birth_date=OuterRef("child__birth_date"), sex=OuterRef("child__sex"))
    alike = alike.exclude(document_kind=OuterRef("child__document_kind"))
    own = alike.filter(guardian=OuterRef("child__guardian"))
    return Q(Exists(own)) | Q(Exists(alike.filter(name_index=OuterRef("child__name_index")).exclude(name_index="")))
