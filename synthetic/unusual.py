"""Kinds of unusual families: how each differs from a faithful family of the city, and the end that is right for it.

Beside the city, not in it: the city's mix stays what its table says, and each kind is there in the smallest season.
Each change touches whatever it makes untrue: what the parent types, what the registers hold, what is true.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final, Literal, cast

from stdnum.iso7064 import mod_11_2

from synthetic import people, tables
from synthetic.addresses import draw_home, official
from synthetic.family import ChildTruth, Family
from synthetic.generate import faithful_family
from synthetic.people import resident_id
from synthetic.records import Records
from synthetic.spec import CitySpec

End = Literal["placed", "not_eligible", "refused"]
SCHEME: Final = "changde"  # whose classes the table names
SPARE_SLOT: Final = 3  # of a family's four numbers for children; no family of the city has a fourth child


class Story:
    """A family that is being changed; ``claims``, ``facts`` and ``findings`` are by child id, in order."""

    def __init__(self, spec: CitySpec, index: int, family: Family) -> None:
        self.spec, self.index, self.family = spec, index, family
        self.rng = Random(f"{spec.seed}:{index}:unusual")
        self.claims: dict[str, dict[str, Any]] = deepcopy(dict(family.claims))  # type: ignore[arg-type]
        self.records: dict[str, list[dict[str, Any]]] = deepcopy(cast(Any, family.records))
        self.facts = {child: dict(truth.facts) for child, truth in family.truth.items()}
        self.findings = {child: dict(truth.findings) for child, truth in family.truth.items()}
        self.lists = list(family.lists)
        self.planted: list[str] = []

    @property
    def claim(self) -> dict[str, Any]:
        """Of the first child."""
        return next(iter(self.claims.values()))

    @property
    def fact(self) -> dict[str, Any]:
        """Of the first child."""
        return next(iter(self.facts.values()))

    def type(self, **answers: str) -> None:
        """What every form of the family says in the place of what follows from its claim."""
        for claim in self.claims.values():
            claim["answers"] = {**claim.get("answers", {}), **answers}

    def say(self, **facts: object) -> None:
        """What is true of every child."""
        for known in self.facts.values():
            known.update(facts)

    def written(self, old: str, new: str) -> None:
        """Every register and every form write this in the place of that."""

        def changed(what: Any) -> Any:
            return json.loads(json.dumps(what, ensure_ascii=False).replace(f'"{old}"', f'"{new}"'))

        self.claims, self.records = changed(self.claims), changed(self.records)

    def child_is(self, at: int, *, number: str = "", name: str = "", born: date | None = None) -> None:
        """Another number, name or birthday of one child, wherever it stands."""
        key = list(self.claims)[at]
        child = self.claims[key]["child"]
        if number:
            self.written(child["id_number"].lower(), number)
            self.written(child["id_number"].upper(), number)
        if name:
            self.written(self.family.children[at].person.name, name)
            self.claims[key]["child"]["name"] = name
        if born:
            self.claims[key]["child"]["birth_date"] = self.facts[key]["child.birth_date"] = born.isoformat()
            for record in self.records["birth"]:
                if record["id_number"] == (number or child["id_number"].upper()):
                    record["born_on"] = born.isoformat()

    def born(self, at: int, day: date) -> None:
        """The day of birth, and a number of nobody else for it."""
        serial = self.index // 365 * 4 + SPARE_SLOT
        sex = self.family.children[at].person.sex
        self.child_is(at, number=resident_id(self.spec.district, day, serial % 500, sex), born=day)

    def unregistered(self) -> None:
        """No household register of the country knows the children."""
        self.records["household"] = []
        for key, claim in self.claims.items():
            claim["household"] = None
            self.findings[key]["household"] = "not_found"
            kept = {name: fact for name, fact in self.facts[key].items() if not name.startswith("household.")}
            self.facts[key] = {**kept, "household.zone_relation": "elsewhere", "home.matches_household": False}

    def ended(self, kind: str) -> Family:
        truth = {
            key: ChildTruth(self.facts[key], self.findings[key], one.honest, one.zone)
            for key, one in self.family.truth.items()
        }
        return replace(
            self.family,
            kind=kind,
            claims=self.claims,
            records=cast(Records, self.records),
            truth=truth,
            lists=tuple(self.lists),
            injected=tuple(self.planted),
        )


def _numbered(first: str) -> str:
    return first + str(mod_11_2.calc_check_digit(first))


def _foreign_parents(story: Story) -> None:
    for at, one in enumerate(story.family.guardians):
        story.written(one.name, people.latin_name(story.rng))
        story.written(one.id_number, f"EA{story.index:06d}{at}")


def _foreign(story: Story) -> None:
    _foreign_parents(story)
    story.child_is(0, number=f"EC{story.index:07d}", name=people.latin_name(story.rng))
    story.unregistered()


def _resident_card(story: Story) -> None:
    _foreign_parents(story)
    born = f"{story.family.children[0].person.birth_date:%Y%m%d}"
    story.child_is(0, number=_numbered(f"911156{born}{story.index % 1000:03d}"), name=people.latin_name(story.rng))
    story.unregistered()


def _permit_of(division: str) -> Callable[[Story], None]:
    def change(story: Story) -> None:
        person = story.family.children[0].person
        pair = int(person.id_number[14:17]) // 2
        story.child_is(0, number=resident_id(division, person.birth_date, pair, person.sex))
        story.unregistered()

    return change


def _travel_permit(story: Story) -> None:
    story.child_is(0, number=f"{90_000_000 + story.index:08d}")  # no day: the year 9000
    story.unregistered()


def _collective(story: Story) -> None:
    for record in story.records["household"]:
        record["type"] = "collective"
    story.say(**{"household.type": "collective"})


def _no_number(story: Story) -> None:
    story.child_is(0, number=f"T{story.index:09d}")
    story.unregistered()


def _described(story: Story) -> None:
    surname = people.surname_of(story.family.children[0].person.name)
    story.child_is(0, name=f"{surname}{story.rng.choice(tables.RARE)}")
    story.claim["child_typed"] = {"name": f"{surname}？", "name_character": "左右两边各一半，读音见户口簿（合成）"}
    key = next(iter(story.claims))
    story.findings[key]["household"] = "mismatch"  # a name with a hole agrees with no other
    story.planted.append(f"claim:described_name:{key}")


def _one_telephone(story: Story) -> None:
    """A second family, that of the mother's mother, typed its form on the first one's telephone."""
    other = _base(story.spec, story.index + len(KINDS), Kind("", ""))
    key, (own, claim) = f"{story.family.id}-2", next(iter(other.claims.items()))
    story.claims[key] = deepcopy(dict(claim))
    for agency, records in cast(Mapping[str, Any], other.records).items():
        story.records[agency] += deepcopy(records)
    truth = other.truth[own]
    story.facts[key], story.findings[key] = dict(truth.facts), dict(truth.findings)
    child = replace(other.children[0], id=key)
    story.family = replace(
        story.family,
        guardians=(*story.family.guardians, *other.guardians),
        children=(*story.family.children, child),
        truth={**story.family.truth, key: truth},
    )


def _grandparent(story: Story) -> None:
    number, _born = people.elder_number(story.index, 1, story.spec.district, story.spec.year - 90, "female")
    mother = story.claim["guardian"]
    for claim in story.claims.values():
        claim["second_guardian"] = mother
        claim["guardian"] = {**mother, "name": f"{mother['name'][0]}奶奶", "id_number": number}
        claim["guardian"]["relation"] = "grandparent"
    story.type(authorised_by="both")


def _abroad(story: Story) -> None:
    helper = people.mobile(story.index, 1)
    story.type(family_situation="abroad", helper_name="合成亲友", helper_phone=helper)


def _protected(story: Story) -> None:
    story.claim["order"] = f"示例保护令（{story.spec.year}）第{story.index}号"


def _midnight(story: Story) -> None:
    story.born(1, story.family.children[0].person.birth_date + timedelta(days=1))


def _leap_day(story: Story) -> None:
    year = story.spec.year - 6
    story.born(0, date(year, 3, 1) - timedelta(days=1))


def _several_homes(story: Story) -> None:
    home = story.records["real_estate"][0]
    second = draw_home(story.rng, story.spec)
    number = home["certificate"].replace("不动产权第", "不动产权第8")[: len(home["certificate"]) + 1]
    story.records["real_estate"].append({**home, "certificate": number, "address": official(story.spec, second)})


def _disabled(story: Story) -> None:
    person = story.family.children[0].person
    story.type(need_kinds="moving", need_text="需要一楼教室（合成）")
    card = {"card": f"{person.id_number}42", "id_number": person.id_number, "name": person.name, "grade": "2"}
    until = date(story.spec.year + 5, 6, 30).isoformat()
    story.records["disability"] = [{**card, "until": until, "status": "valid", "synthetic": True}]
    story.say(**{"child.disability": "severe"})


def _listed(kind: str) -> Callable[[Story], None]:
    def change(story: Story) -> None:
        story.lists.append(kind)
        story.say(**{f"preferential.{kind}": True})

    return change


def _dots(story: Story) -> None:
    name, group = people.minority_name(story.rng)
    story.child_is(0, name=name)
    story.claim["child"]["name"] = name.replace("\u00b7", " \u2022 ")
    story.say(**{"child.ethnic_group": group})


def _second_document(story: Story) -> None:
    key = f"{story.family.id}-2"
    story.claims[key] = deepcopy(story.claim)
    story.claims[key]["child"]["id_number"] = f"EB{story.index:07d}"
    story.facts[key], story.findings[key] = dict(story.fact), {}
    truth = next(iter(story.family.truth.values()))
    child = replace(story.family.children[0], id=key)
    story.family = replace(
        story.family, children=(*story.family.children, child), truth={**story.family.truth, key: truth}
    )


def _insured_by_the_other(story: Story) -> None:
    second = story.family.guardians[1]
    for record in story.records["insurance"]:
        record |= {"id_number": second.id_number, "name": second.name}
    story.type(insurance_holder="other_parent")


def _too_young(story: Story) -> None:
    story.born(0, date(story.spec.year - 6, 9, 2))


def _unchanged(_story: Story) -> None:
    return


def _primary(family: Family) -> bool:
    return {child.stage for child in family.children} == {"primary"}


def _of_age(spec: CitySpec, family: Family) -> bool:
    last = date(spec.year - 6, 8, 31)
    return all(child.person.birth_date <= last for child in family.children if child.stage == "primary")


def _own_primary(family: Family) -> bool:
    """In the zone's own home by certificate, which is one parent's alone, and with nothing else that is unusual."""
    home = family.home
    alone = home is not None and home["kind"] == "deed" and len(home["owners"]) == 1
    return alone and _primary(family) and len(family.records["real_estate"]) == 1


def _primary_with(**wanted: int) -> Callable[[Family], bool]:
    """``guardians`` and ``owners``: how many there are."""

    def fits(family: Family) -> bool:
        owners = len(family.home["owners"]) if family.home else 0
        found = {"guardians": len(family.guardians), "owners": owners}
        return _primary(family) and all(found[name] == many for name, many in wanted.items())

    return fits


def _leased(filed: bool) -> Callable[[Family], bool]:
    return lambda family: _primary(family) and bool(family.records["rental"]) is filed


def _moved_here(family: Family) -> bool:
    truth = next(iter(family.truth.values()))
    return _primary(family) and truth.facts["household.zone_relation"] == "elsewhere"


def _two_stages(family: Family) -> bool:
    return [child.stage for child in family.children] == ["primary", "junior"]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a family differs and where it rightly ends. ``person``: somebody has to look at the case; ``group``: the
    class of ``SCHEME``; ``document``: by which the child applies; ``ends``: of the first child, and
    ``second_ends`` of every other one.
    """

    differs: str
    group: str
    person: bool = False
    persona: str = "plain"
    births: str = "single"
    fits: Callable[[Family], bool] = _own_primary
    change: Callable[[Story], None] = _unchanged
    document: str = "resident-id"
    ends: End = "placed"
    second_ends: End | None = None


_ABROAD: Final[dict[str, Any]] = {"group": "class_2", "person": True}
KINDS: Final[Mapping[str, Kind]] = {
    "foreign": Kind(
        "parents and child by passport, names in Latin letters", change=_foreign, document="passport", **_ABROAD
    ),
    "permanent_resident": Kind(
        "the child by the 18-digit card of foreigners",
        change=_resident_card,
        document="foreign-permanent-resident",
        **_ABROAD,
    ),
    "hong_kong": Kind(
        "the child by a residence permit, 810000", change=_permit_of("810000"), document="residence-permit", **_ABROAD
    ),
    "macau": Kind(
        "the child by a residence permit, 820000", change=_permit_of("820000"), document="residence-permit", **_ABROAD
    ),
    "taiwan": Kind(
        "the child by a residence permit, 830000", change=_permit_of("830000"), document="residence-permit", **_ABROAD
    ),
    "taiwan_travel": Kind(
        "the child by a travel permit, which says no day", change=_travel_permit, document="travel-permit", **_ABROAD
    ),
    "no_number": Kind(
        "the child by its birth certificate",
        change=_no_number,
        document="birth-certificate",
        **_ABROAD,
    ),
    "collective": Kind("a household of the employer", "class_2", change=_collective),
    "described_name": Kind("a character nobody can type; staff settle it", "class_1", person=True, change=_described),
    "one_telephone": Kind("two families on one telephone", "class_1", change=_one_telephone, second_ends="placed"),
    "grandparent": Kind("the grandmother applies for the parents", "class_1", change=_grandparent),
    "separated": Kind("parents apart", "class_1", persona="separated", fits=_primary_with(guardians=2)),
    "single": Kind("one parent only", "class_1", persona="separated", fits=_primary_with(guardians=1)),
    "abroad": Kind("the parent is abroad, a friend acts here", "class_1", change=_abroad),
    "protected": Kind("an order keeps the address secret", "class_1", change=_protected),
    "twins": Kind("twins", "class_1", births="twins", second_ends="placed"),
    "twins_midnight": Kind("twins of two days", "class_1", births="twins", change=_midnight, second_ends="placed"),
    "triplets": Kind("three of one birth", "class_1", births="triplets", second_ends="placed"),
    "two_stages": Kind(
        "brother and sister of two stages",
        "class_1",
        births="siblings",
        fits=lambda family: _two_stages(family) and bool(family.home) and family.records["real_estate"] != [],
        second_ends="placed",
    ),
    "leap_day": Kind("born on the last day of February", "class_1", change=_leap_day),
    "permit": Kind("household elsewhere, a residence permit", "class_4", persona="migrant", fits=_leased(filed=False)),
    "lease": Kind("a filed lease beside the permit", "class_4", persona="migrant", fits=_leased(filed=True)),
    "insured_by_other": Kind(
        "the other parent is insured here",
        "class_4",
        persona="migrant",
        fits=_primary_with(guardians=2),
        change=_insured_by_the_other,
    ),
    "several_homes": Kind("a second home beside the one lived in", "class_1", change=_several_homes),
    "shared_home": Kind("father and mother own by shares", "class_1", fits=_primary_with(owners=2)),
    "mortgaged": Kind("the deed lies with the bank", "class_1", persona="mortgaged", fits=_primary),
    "bought": Kind("bought, no deed yet; household elsewhere", "class_2", persona="contract", fits=_moved_here),
    "grandparents_home": Kind(
        "home and household of the grandparents", "class_1", persona="grandparents_home", fits=_primary
    ),
    "household_only": Kind("a household and no home", "class_3", persona="household_only", fits=_primary),
    "neither": Kind(
        "neither home nor household: somebody visits", "class_5", person=True, persona="neither", fits=_primary
    ),
    "disabled": Kind("a child that cannot walk, and says what it needs", "class_1", change=_disabled),
    "military": Kind("child of a soldier, on the list", "class_1", persona="military", fits=_primary),
    "martyr": Kind("child of a martyr, on the list", "class_1", change=_listed("martyr")),
    "dots": Kind("a name with a dot, typed as it fell", "class_1", change=_dots),
    "second_document": Kind(
        "one child entered again by its passport", "class_1", change=_second_document, second_ends="refused"
    ),
    "too_young": Kind("born two days after the cut-off", "", person=True, change=_too_young, ends="not_eligible"),
}


def _base(spec: CitySpec, index: int, kind: Kind) -> Family:
    return faithful_family(
        spec, index, kind.persona, kind.births, lambda family: kind.fits(family) and _of_age(spec, family)
    )


def unusual(spec: CitySpec) -> Iterator[Family]:
    """One family of every kind, numbered behind the families of the city."""
    for at, (name, kind) in enumerate(KINDS.items()):
        index = spec.families + at
        story = Story(spec, index, _base(spec, index, kind))
        kind.change(story)
        yield story.ended(name)
