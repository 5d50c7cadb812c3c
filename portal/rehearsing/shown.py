"""The report of a rehearsal as its page shows it: sentences first, then tables, names in place of codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from enrollment.seasons.models import ApplicationState
from foundation.wording import content_language
from portal.rehearsing.report import Report, played_kinds, problems, wrong_kinds
from portal.rehearsing.words import PHASES, REFUSALS, error_said, kind_said, said, wrong_said
from schools.models import Stage

WITH_A_PLACE: Final = (
    ApplicationState.OFFERED,
    ApplicationState.ACCEPTED,
    ApplicationState.DECLINED,
    ApplicationState.LAPSED,
    ApplicationState.ENROLLED,
)
NO_ERROR: Final = "no error planted"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What one group of the rules did in one stage."""

    group: str
    children: int
    asked: int
    choice: int
    coordination: int

    @property
    def without(self) -> int:
        return self.children - self.choice - self.coordination


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One school: its seats, how many named it first, how many have a place there."""

    school: str
    seats: int
    first: int
    placed: int

    @property
    def full(self) -> bool:
        return self.placed >= self.seats


@dataclass(frozen=True, slots=True)
class StagePart:
    """One stage of the report."""

    title: str
    rules: tuple[RuleRow, ...]
    schools: tuple[PlaceRow, ...]


@dataclass(frozen=True, slots=True)
class KindRow:
    title: str
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One kind of error in the registers: in how many applications, how many were approved wrongly all the same."""

    title: str
    count: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the page says."""

    families: int
    children: int
    filed: int
    placed: int
    unplaced: int
    refused: tuple[tuple[str, int], ...]
    problems: tuple[str, ...]
    stages: tuple[StagePart, ...]
    errors: tuple[ErrorRow, ...]
    kinds: tuple[KindRow, ...]  # those that ended wrongly
    kinds_right: tuple[str, ...]
    needless: int
    without_person: int  # percent
    messages: int
    seconds: tuple[tuple[str, float], ...]
    numbers: tuple[tuple[str, str], ...]


def shown(report: Report) -> Shown:
    """The report in the language that is read now."""
    states, judging, wrong = report["states"], report["judging"], wrong_kinds(report)
    placed = sum(states.get(state, 0) for state in WITH_A_PLACE)
    filed = sum(states.values())
    return Shown(
        families=report["families"],
        children=report["children"],
        filed=filed,
        placed=placed,
        unplaced=filed - placed,
        refused=tuple((str(REFUSALS.get(code, code)), n) for code, n in report["refused_at_filing"].items()),
        problems=tuple(said(one) for one in problems(report)),
        stages=tuple(_stages(report)),
        errors=tuple(_errors(judging)),
        kinds=tuple(KindRow(_kind(report, name), tuple(map(wrong_said, what))) for name, what in wrong.items()),
        kinds_right=tuple(_kind(report, name) for name in played_kinds(report) if name not in wrong),
        needless=sum(judging["needless_questions"].values()),
        without_person=round(100 * report["rates"]["without_person"]),
        messages=sum(count for name, count in report["messages"].items() if name != "failed"),
        seconds=tuple(_seconds(report)),
        numbers=tuple(_numbers(report)),
    )


def _seconds(report: Report) -> Iterator[tuple[str, float]]:
    for name, took in report["seconds"].items():
        if name != "total":
            yield str(PHASES.get(name, name)), took


def _stages(report: Report) -> Iterator[StagePart]:
    groups, schools = report["names"]["groups"], report["names"]["schools"]
    for stage in Stage.values:
        rules = [row for row in report["rules"] if row["stage"] == stage]
        places = [row for row in report["places"] if row["stage"] == stage]
        if rules or places:
            yield StagePart(
                str(Stage(stage).label),
                tuple(_rule(row, groups) for row in rules),
                tuple(
                    PlaceRow(schools.get(row["school"], row["school"]), row["seats"], row["first"], row["placed"])
                    for row in places
                ),
            )


def _rule(row: Mapping[str, Any], groups: Mapping[str, Mapping[str, str]]) -> RuleRow:
    name = groups.get(row["group"], {}).get(content_language()) or row["group"] or _("In no class of the rules")
    return RuleRow(name, row["children"], row["asked"], row["choice"], row["coordination"])


def _errors(judging: Mapping[str, Any]) -> Iterator[ErrorRow]:
    wrong: Mapping[str, int] = judging["wrong_approvals"]
    kinds: Sequence[str] = sorted(judging["by_kind"], key=lambda kind: (-wrong.get(kind, 0), kind == NO_ERROR, kind))
    for kind in kinds:
        yield ErrorRow(error_said(kind), judging["by_kind"][kind], wrong.get(kind, 0))


def _kind(report: Report, name: str) -> str:
    return kind_said(name, report["kinds"][name]["differs"])


def _numbers(report: Report) -> Iterator[tuple[str, str]]:
    yield _("Seed"), str(report["seed"])
    yield _("Digest of the synthetic city"), report["city"]
    yield _("Digest of everything that was decided"), report["replay"]
    for run in report["admission"]:
        yield _("Places, %(stage)s") % {"stage": Stage(run["stage"]).label}, run["digest"]
