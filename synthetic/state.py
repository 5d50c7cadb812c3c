"""The true state of a family: who they are, where they live and are registered.

Built first; all else follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from synthetic import people, tables
from synthetic.addresses import Home, draw_home, official
from synthetic.family import Child
from synthetic.people import Person
from synthetic.spec import CitySpec

COHORT_AGE: Final = {"kindergarten": 4, "primary": 7, "junior": 13}
OWNED: Final = frozenset(
    {"plain", "contract", "grandparents_home", "separated", "home_only", "mortgaged", "military", "talent"}
)
MIGRANT: Final = frozenset({"migrant", "points_other_town"})
_HOUSEHOLD_AT_HOME: Final = frozenset({"plain", "grandparents_home", "separated", "mortgaged", "military", "talent"})


@dataclass(frozen=True, slots=True)
class HouseholdState:
    """The child's household; `head_relation` is seen from the child, `home` is None for one outside the city."""

    head: Person
    head_relation: str
    members: tuple[tuple[Person, str], ...]
    address: str
    division: str
    registered_on: date
    home: Home | None


@dataclass(frozen=True, slots=True)
class HomeState:
    """The family's home; `number` is the certificate or contract, `since` the deed or filing day, owners' shares sum
    to 1.
    """

    kind: str
    home: Home
    number: str
    unit_number: str
    owners: tuple[tuple[Person, float], ...]
    owner_relation: str
    since: date
    mortgaged: bool


@dataclass(frozen=True, slots=True)
class PermitState:
    """A residence permit; it may truly have lapsed before the check day."""

    number: str
    holder: Person
    address: str
    issued_on: date
    endorsed_until: date


@dataclass(frozen=True, slots=True)
class InsuranceState:
    """Months of social insurance in the city, oldest first; `backpaid` months do not count."""

    person: Person
    city: str
    months: tuple[str, ...]
    backpaid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is true of a family."""

    index: int
    persona: str
    births: str
    guardians: tuple[Person, ...]
    grandparents: tuple[Person, ...]
    children: tuple[Child, ...]
    residence: Home
    household: HouseholdState | None
    home: HomeState | None
    permit: PermitState | None
    insurance: InsuranceState | None
    points: tuple[int, str, str] | None  # total, town of the points, town of the residence

    @property
    def id(self) -> str:
        """The family's id within its city."""
        return f"S{self.index:07d}"


def build(spec: CitySpec, index: int, rng: Random, wanted: tuple[str, str] | None = None) -> State:
    """Draw the true state of one family; ``wanted`` are its persona and births where they are not drawn."""
    persona, births = wanted or (people.pick(rng, tables.PERSONAS), people.pick(rng, tables.BIRTHS))
    residence = draw_home(rng, spec)
    overseas = persona == "overseas"
    guardians = _guardians(spec, index, rng, persona)
    grandparents = _grandparents(spec, index, rng, persona, guardians)
    children = _children(spec, index, rng, persona, births, guardians)
    household = None if overseas else _household(spec, rng, persona, residence, guardians, grandparents, children)
    home = _home(spec, index, rng, persona, residence, guardians, grandparents)
    permit = _permit(spec, index, rng, residence, guardians[0]) if persona in MIGRANT else None
    insurance = _insurance(spec, rng, guardians[0]) if persona in MIGRANT or rng.randrange(3) == 0 else None
    return State(
        index=index,
        persona=persona,
        births=births,
        guardians=guardians,
        grandparents=grandparents,
        children=children,
        residence=residence,
        household=household,
        home=home,
        permit=permit,
        insurance=insurance,
        points=_points(spec, rng, persona, residence),
    )


def _division(spec: CitySpec, rng: Random, persona: str) -> str:
    # The last divisions of the table are kept for people born elsewhere; children's overflow uses the first ones.
    return rng.choice(tables.OUTSIDE_DIVISIONS[28:]) if persona in MIGRANT | {"neither"} else spec.district


def _guardians(spec: CitySpec, index: int, rng: Random, persona: str) -> tuple[Person, ...]:
    found: list[Person] = []
    count = 1 if persona == "separated" and rng.randrange(3) == 0 else 2
    for slot in range(count):
        # A single guardian is the mother or the father alike.
        sex = ("male", "female")[slot] if count == 2 else rng.choice(("male", "female"))
        division = _division(spec, rng, persona) if rng.randrange(3) else rng.choice(tables.OUTSIDE_DIVISIONS)
        number, born = people.adult_number(index, slot, division, spec.year - 52, sex)
        name = people.surname(rng) + people.given_name(rng)
        found.append(Person(name, number, born, sex, mobile=people.mobile(index, slot)))
    return tuple(found)


def _grandparents(
    spec: CitySpec, index: int, rng: Random, persona: str, guardians: tuple[Person, ...]
) -> tuple[Person, ...]:
    if persona not in {"grandparents_home", "household_only"}:
        return ()
    number, born = people.elder_number(index, 0, spec.district, spec.year - 90, "male")
    return (Person(people.surname_of(guardians[0].name) + people.given_name(rng), number, born, "male"),)


def _stages(spec: CitySpec, rng: Random, births: str) -> tuple[str, ...]:
    if births == "siblings" and len(spec.stages) > 1:
        return spec.stages[:2]
    count = {"twins": 2, "triplets": 3}.get(births, 1)
    return (rng.choices(spec.stages, weights=[tables.STAGES[stage] for stage in spec.stages])[0],) * count


def _children(
    spec: CitySpec, index: int, rng: Random, persona: str, births: str, guardians: tuple[Person, ...]
) -> tuple[Child, ...]:
    minority = rng.random() * 100 < tables.MINORITY_NAMES
    late = people.can_be_late(index) and rng.random() * 100 < tables.LATE_BORN * 365 / 122
    division = _division(spec, rng, persona)
    found: list[Child] = []
    for slot, stage in enumerate(_stages(spec, rng, births)):
        sex = rng.choice(("male", "female"))
        cohort = spec.year - COHORT_AGE[stage]
        number, born = people.child_number(index, slot, division, cohort, sex, late=late and stage == "primary")
        group = "汉族"
        if minority:
            name, group = people.minority_name(rng)
        else:
            name = people.surname_of(guardians[0].name) + people.given_name(
                rng, rare=rng.random() * 100 < tables.RARE_NAMES
            )
        person = Person(name, number, born, sex, ethnic_group=group)
        if persona == "overseas":
            person = _overseas(rng, index, slot, person)
        found.append(Child(f"S{index:07d}-{slot + 1}", person, stage))
    return tuple(found)


def _overseas(rng: Random, index: int, slot: int, person: Person) -> Person:
    if rng.randrange(2) and index < 365 * 125:
        # Hong Kong, Macao and Taiwan residence permits carry 810000, 820000, 830000 in the same standard.
        division = rng.choice(("810000", "820000", "830000"))
        body = int(person.id_number[14:17]) // 2
        number = people.resident_id(division, person.birth_date, body, person.sex)
        return Person(person.name, number, person.birth_date, person.sex, ethnic_group=person.ethnic_group)
    number = f"E{index * 4 + slot:08d}"
    return Person(people.latin_name(rng), number, person.birth_date, person.sex, "passport", ethnic_group="")


def _household(
    spec: CitySpec,
    rng: Random,
    persona: str,
    residence: Home,
    guardians: tuple[Person, ...],
    grandparents: tuple[Person, ...],
    children: tuple[Child, ...],
) -> HouseholdState:
    head, relation = (grandparents[0], "grandparent") if grandparents else (guardians[0], "parent")
    where = _household_place(spec, rng, persona, residence)
    together = guardians[:1] if persona == "separated" else guardians
    members = [(head, "户主")]
    members += [(person, "配偶" if head is guardians[0] else "子女") for person in together if person is not head]
    members += [(child.person, "孙辈" if grandparents else "子女") for child in children]
    # A child is registered on its birth or when the family moved: never before its own first day.
    latest = max(child.person.birth_date for child in children)
    days = (date(spec.year, 3, 1) - latest).days
    registered = latest + timedelta(days=rng.randrange(60) if rng.randrange(2) else rng.randrange(days))
    home = where if isinstance(where, Home) else None
    address = official(spec, home) if home else str(where)
    division = spec.district if home else rng.choice(tables.OUTSIDE_DIVISIONS)
    return HouseholdState(head, relation, tuple(members), address, division, registered, home)


def _household_place(spec: CitySpec, rng: Random, persona: str, residence: Home) -> Home | str:
    if persona in _HOUSEHOLD_AT_HOME:
        return residence
    if persona == "household_only":
        return draw_home(rng, spec, residence.estate)
    elsewhere = [estate for estate in spec.estates if estate.zone_id != residence.estate.zone_id]
    if persona == "contract" and rng.randrange(2):
        return draw_home(rng, spec)
    if persona == "home_only" and elsewhere and rng.randrange(5) < 3:
        return draw_home(rng, spec, rng.choice(elsewhere))
    return f"{rng.choice(tables.OUTSIDE_PLACES)}{rng.choice(tables.VILLAGES)}{rng.randint(1, 400)}号"


def _home(
    spec: CitySpec,
    index: int,
    rng: Random,
    persona: str,
    residence: Home,
    guardians: tuple[Person, ...],
    grandparents: tuple[Person, ...],
) -> HomeState | None:
    if persona not in OWNED and not (persona == "overseas" and rng.randrange(2)):
        return None
    since = date(spec.year - rng.randint(1, 12), rng.randint(1, 12), rng.randint(1, 28))
    owners = ((grandparents[0], 1.0),) if grandparents else _owners(rng, guardians, persona)
    relation = "grandparent" if grandparents else "parent"
    unit_number = (
        f"{spec.district}{index % 999 + 1:03d}{index // 999 % 999 + 1:03d}GB{index % 99_999 + 1:05d}F{index:08d}"
    )
    if persona == "contract":
        since = date(spec.year - rng.randint(0, 2), rng.randint(1, 3), rng.randint(1, 28))
        return HomeState(
            "contract", residence, f"HT{since.year}{index:08d}", unit_number, owners, relation, since, False
        )
    initial = tables.PROVINCE_INITIALS.get(spec.district[:2], "国")
    number = f"{initial}（{since.year}）{spec.place}不动产权第{index:07d}号"
    mortgaged = persona == "mortgaged" or rng.randrange(4) == 0
    return HomeState("deed", residence, number, unit_number, owners, relation, since, mortgaged)


def _owners(rng: Random, guardians: tuple[Person, ...], persona: str) -> tuple[tuple[Person, float], ...]:
    if len(guardians) == 1 or persona == "separated" or rng.randrange(3) == 0:
        return ((guardians[0], 1.0),)
    first = rng.choice((0.5, 0.5, 0.5, 0.6, 0.99))
    return ((guardians[0], first), (guardians[1], round(1 - first, 4)))


def _permit(spec: CitySpec, index: int, rng: Random, residence: Home, holder: Person) -> PermitState:
    issued = date(spec.year - rng.randint(1, 7), rng.randint(1, 12), rng.randint(1, 28))
    until = spec.check_day + timedelta(days=60 + rng.randrange(300))
    if rng.random() * 100 < tables.LAPSED_PERMITS:
        until = spec.check_day - timedelta(days=rng.randint(1, 150))
    return PermitState(f"J{spec.district}{index:08d}", holder, official(spec, residence), issued, until)


def month_text(year: int, offset: int) -> str:
    """Return "YYYY-MM" for a month `offset` months before May of the year."""
    at = year * 12 + 4 - offset
    return f"{at // 12:04d}-{at % 12 + 1:02d}"


def _insurance(spec: CitySpec, rng: Random, person: Person) -> InsuranceState:
    count = rng.randint(6, 84)
    gap = rng.randint(3, count - 1) if rng.randrange(5) == 0 else -1
    months = tuple(month_text(spec.year, offset) for offset in range(count - 1, -1, -1) if offset != gap)
    backpaid = (month_text(spec.year, gap),) if gap >= 0 else ()
    return InsuranceState(person, spec.city or spec.district[:4], months, backpaid)


def _points(spec: CitySpec, rng: Random, persona: str, residence: Home) -> tuple[int, str, str] | None:
    if persona not in MIGRANT:
        return None
    town = residence.estate.town or spec.towns[0]
    others = [name for name in spec.towns if name != town]
    registered = rng.choice(others) if persona == "points_other_town" and others else town
    return rng.randint(20, 240), registered, town
