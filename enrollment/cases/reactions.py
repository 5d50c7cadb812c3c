"""What follows for cases from a judgement, and what stands against freezing a roll."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from enrollment.cases.models import JointCase
from enrollment.cases.owners import OWNER
from enrollment.cases.services.contradictions import contradictions_open
from enrollment.cases.services.points import FACT, points_arrived, points_open, still_open
from enrollment.cases.states import OPEN
from enrollment.judging.happenings import JUDGED
from enrollment.judging.judgement import Judged
from enrollment.judging.lists.listed import POINTS, counted_points
from enrollment.judging.models import ListEntry
from enrollment.seasons.happenings import ROUND_FREEZES
from enrollment.seasons.models import WITH_A_PERSON, ApplicationState, ApplicationVersion, Round
from foundation import clock
from foundation.errors import Refused

Pairs = Sequence[tuple[ApplicationVersion, Judged]]
SHOWN = 20  # receipts a refusal names


@JUDGED.reaction
def look(judged: Pairs) -> None:
    """Open what a judgement asks for: points of another town, and registers that a family contradicts."""
    _points(judged)
    doubted = [
        (version, one)
        for version, one in judged
        if version.application.state in WITH_A_PERSON
        and any(fact.status == "mismatch" and fact.source in OWNER for _name, fact in one.facts.items())
    ]
    if doubted:
        contradictions_open(doubted)


def _points(judged: Pairs) -> None:
    stands = {
        version.application_id: bool(one.facts[FACT].value)
        for version, one in judged
        if FACT in one.facts and one.facts[FACT].value is not None
    }
    if not stands:
        return
    for case in still_open([pk for pk, matches in stands.items() if matches]):
        points_arrived(case)
    apart = [version for version, one in judged if _counts(one) and stands.get(version.application_id) is False]
    bodies = _bodies(apart) if apart else {}
    for version in apart:
        if version.application_id in bodies:
            points_open(version, bodies[version.application_id])


def _counts(judged: Judged) -> bool:
    """Whether the policy looks at points at all: else nobody is asked about them."""
    return any(name.startswith("points.") for name in judged.uses)


def _bodies(versions: Sequence[ApplicationVersion]) -> Mapping[UUID, dict[str, Any]]:
    """The certificate that was counted, by application."""
    rows = ListEntry.objects.filter(kind=POINTS, child_index__in={one.application.child_index for one in versions})
    held: dict[tuple[str, int, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        held[row.district_id, row.year, row.child_index].append(row.body)
    found = {}
    for one in versions:
        application = one.application
        key = (application.district_code, application.season_year, application.child_index)
        body = counted_points(held[key], application.round.check_on or clock.today())
        if body is not None:
            found[application.pk] = dict(body)
    return found


@ROUND_FREEZES.reaction
def refuse(round_: Round) -> None:
    """No child is ranked while its points are under way between two towns: given, refused, or counted by a decision."""
    rows = JointCase.objects.filter(application__round=round_, kind=JointCase.Kind.POINTS, state__in=OPEN)
    rows = rows.exclude(application__state__in=(ApplicationState.WITHDRAWN, ApplicationState.NOT_ELIGIBLE))
    receipts = list(rows.order_by("application__receipt").values_list("application__receipt", flat=True)[: SHOWN + 1])
    if receipts:
        text = _(
            "Points in another town are still being coordinated: %(receipts)s. End each case, or count the points in "
            "full by a decision on its page; only then the roll can be frozen."
        )
        more = ["…"] if len(receipts) > SHOWN else []
        raise Refused(text % {"receipts": "、".join([*receipts[:SHOWN], *more])}, code="points")
