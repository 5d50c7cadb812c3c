"""The two routes to a school side by side: public schools by rank, drawn ones by the lot alone; and shared seats."""

from collections.abc import Sequence
from dataclasses import dataclass

from enrollment.filing.big_zones import BigZone
from enrollment.filing.schools import Nearby, SchoolOption
from enrollment.seasons.models import Round
from enrollment.seasons.rules.policies import compiled
from schools.models import School
from schools.naming import several


@dataclass(frozen=True, slots=True)
class Routes:
    """What the page of choices explains. ``drawn`` are the schools on offer at which only the draw ranks."""

    drawn: tuple[SchoolOption, ...]
    most: int  # schools that can be named
    sequential: bool
    coordinates: bool
    big_zones: tuple[BigZone, ...]

    @property
    def public(self) -> str:
        """What the schools are called that rank by the policy."""
        return str(School.Kind.PUBLIC.label)

    @property
    def kinds(self) -> str:
        """What the drawn schools are called, each kind once."""
        return several(dict.fromkeys(str(option.school.get_kind_display()) for option in self.drawn))


def routes_for(round_: Round, options: Sequence[SchoolOption], here: Nearby | None) -> Routes:
    """How the schools on offer in a round are come by; without ``here`` nothing that leads to the home."""
    policy = compiled(round_.policy)
    return Routes(
        tuple(option for option in options if option.school.is_drawn),
        min(policy.choices, len(options)),
        policy.mechanism == "sequential",
        policy.coordination is not None,
        here.big_zones if here else (),
    )
