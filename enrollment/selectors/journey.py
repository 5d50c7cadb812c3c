"""Reads on the way to a submission: where a round stands, what registers answered, schools to choose, twins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from enrollment.eligibility import home_rules
from enrollment.models import Application, Child, Draft, ReturnRequest, Round
from enrollment.policies import compiled
from enrollment.prefill import suggested_answers
from enrollment.selectors.core import SchoolOption
from enrollment.states import LIVE_STATES
from foundation import clock
from foundation.prepared import Prepared
from foundation.wording import tongue
from schools.matching import Zone
from schools.models import School
from schools.selectors import zones

MAP_SIZE = 100.0  # units of the drawing's longer side; it is scaled to the screen
MARGIN = 8.0


def standing(round_: Round) -> str:
    """Whether a round takes applications now: ``open``, ``planned``, ``paused`` or ``closed``."""
    now = clock.now()
    if round_.state == "planned" or now < round_.opens_at:
        return "planned"
    if clock.deadline_passed(round_.closes_at, now) or round_.state not in {"open", "paused"}:
        return "closed"
    return str(round_.state)


FILED = Prepared(
    lambda child, round_: (
        Application.objects.filter(child=child, round=round_).exclude(state="withdrawn").order_by("pk")[:1]
    ),
    2,
)


def filed_application(draft: Draft) -> Application | None:
    """The application this draft has become, if it has."""
    return FILED.first(draft.child_id, draft.round_id)


def open_return(draft: Draft) -> bool:
    """Whether a correction is asked for: that may be answered after the round is closed."""
    rows = ReturnRequest.objects.filter(application__child=draft.child, application__round=draft.round)
    return rows.filter(application__state="returned", answered_at__isnull=True).exists()


def register_answers(draft: Draft) -> dict[str, str]:
    """What the registers answer to questions of the form, as far as they know this child and this guardian."""
    number = str(draft.answers.get("guardian_id", ""))
    return suggested_answers(draft.prefilled, guardian_id=number, district=draft.round.season.district_id)


def unfiled_twins(draft: Draft) -> list[Child]:
    """The guardian's other children born the same day who are to be kept together but are not filed yet."""
    if draft.answers.get("keep_siblings") != "yes":
        return []
    child = draft.child
    others = Child.objects.filter(guardian=child.guardian, birth_date=child.birth_date).exclude(pk=child.pk)
    live = Application.objects.filter(round=draft.round, state__in=LIVE_STATES).values("child_id")
    return list(others.exclude(pk__in=live))


def home_notes(draft: Draft) -> list[str]:
    """What the district's policy says of a home whose owner is a grandparent, in its own words."""
    language = tongue()
    rule = home_rules(compiled(draft.round.policy), draft.round.stage, draft.round.kind)["grandparents"]
    if rule is None:
        return [_("A home of the grandparents: this district's policy leaves it to a person. Apply all the same.")]
    text = _("A home of the grandparents counts in this district as: %(group)s.")
    return [text % {"group": rule.name.of(language)}]


@dataclass(frozen=True, slots=True)
class Mark:
    """A school on the map; ``number`` is its number in the list below the map."""

    x: float
    y: float
    number: int
    in_zone: bool
    name: str


@dataclass(frozen=True, slots=True)
class SchoolMap:
    """A drawing of the schools and the home's zone, made from coordinates; north is up."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    areas: tuple[str, ...]  # points of polygons

    @property
    def has_own(self) -> bool:
        """Whether a school of the zone is among them: without one there is nothing to measure from."""
        return any(mark.in_zone for mark in self.marks)


def school_map(draft: Draft, options: Sequence[SchoolOption]) -> SchoolMap | None:
    """The drawing of the schools to choose from, or None where no two lie apart."""
    season = draft.round.season
    marked = [(option.school, option.in_zone) for option in options]
    return drawn(marked, zones(season.district_id, season.year, draft.round.stage))


def drawn(marked: Sequence[tuple[School, bool]], areas: Sequence[Zone] = ()) -> SchoolMap | None:
    """Schools, numbered in this order and marked as one's own or not, with the areas of the own ones; or None."""
    own = {school.code for school, in_zone in marked if in_zone}
    rings = [_ring(zone.polygon) for zone in areas if zone.polygon and own & set(zone.schools)]
    places = [(school.longitude, school.latitude) for school, _own in marked]
    everything = [*places, *(point for ring in rings for point in ring)]
    if not everything:
        return None
    west, east = min(x for x, _y in everything), max(x for x, _y in everything)
    south, north = min(y for _x, y in everything), max(y for _x, y in everything)
    narrow = 0.875  # a degree of longitude is shorter than one of latitude: cosine of 29 degrees north
    span = max((east - west) * narrow, north - south)
    if not span:
        return None
    scale = MAP_SIZE / span

    def at(point: tuple[float, float]) -> tuple[float, float]:
        x, y = (point[0] - west) * narrow * scale, (north - point[1]) * scale
        return round(x + MARGIN, 1), round(y + MARGIN, 1)

    marks = tuple(
        Mark(*at((school.longitude, school.latitude)), number, in_zone, school.name)
        for number, (school, in_zone) in enumerate(marked, start=1)
    )
    shapes = tuple(" ".join(f"{x},{y}" for x, y in map(at, ring)) for ring in rings)
    width, height = (east - west) * narrow * scale + 2 * MARGIN, (north - south) * scale + 2 * MARGIN
    return SchoolMap(round(width, 1), round(max(height, 40.0), 1), marks, shapes)


def _ring(polygon: Sequence[Any]) -> list[tuple[float, float]]:
    """The outer ring of a stored polygon: either a ring itself, or a list of rings."""
    ring = polygon[0] if isinstance(polygon[0][0], list | tuple) else polygon
    return [(float(point[0]), float(point[1])) for point in ring]


def choice_warnings(draft: Draft, picked: Sequence[SchoolOption], options: Sequence[SchoolOption]) -> list[str]:
    """What is worth knowing about the named schools. Plain words, no advice which school is better; never blocks."""
    if not picked:
        return []
    policy = compiled(draft.round.policy)
    most = min(policy.choices, len(options))
    said = []
    if policy.mechanism == "sequential":
        said.append(_("In this district the first choice counts first. A school you name second may be full by then."))
    if len(picked) < most:
        text = _("You named %(count)d of %(most)d possible schools. More choices never harm the first one.")
        if policy.mechanism == "sequential":
            text = _("You named %(count)d of %(most)d possible schools.")
        said.append(text % {"count": len(picked), "most": most})
    if all(option.last_year and option.last_year.full for option in picked):
        said.append(_("Every school you named was full last year. Another one makes a place more certain."))
    if any(option.in_zone for option in options) and not any(option.in_zone for option in picked):
        said.append(_("The school of your zone is not among your choices."))
    return said
