"""The synthetic city: repeatable, of the promised mix, valid in every number, true to its labels."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from datetime import date
from itertools import islice
from typing import Any

import pytest

import identifiers
from policy import DICTIONARY, Facts, evaluate, load, scheme_text
from policy.family import problems
from synthetic import AGENCIES, Family, generate, tables
from synthetic import family as family_at
from synthetic.records import FIVE, FURTHER
from tests.synthetic.cities import city


@pytest.fixture(scope="module")
def families() -> list[Family]:
    return list(generate(city()))


def share(count: int, families: list[Family]) -> float:
    return 100 * count / len(families)


def test_same_seed_same_city_and_another_seed_another() -> None:
    def text(seed: int) -> str:
        return json.dumps([f.to_json() for f in generate(city(seed=seed, families=50))], ensure_ascii=False)

    assert text(1) == text(1)
    assert text(1) != text(2)


def test_a_family_does_not_depend_on_the_size_of_the_city(families: list[Family]) -> None:
    assert family_at(city(families=1_200_000), 1234) == families[1234]


def test_personas_and_births_are_near_their_shares(families: list[Family]) -> None:
    personas, births = Counter(f.persona for f in families), Counter(f.births for f in families)
    assert sum(tables.PERSONAS.values()) == pytest.approx(100)
    assert sum(tables.BIRTHS.values()) == pytest.approx(100)
    for name, target in tables.PERSONAS.items():
        assert abs(share(personas[name], families) - target) < max(0.6, target * 0.25), name
    assert 0.7 < share(births["twins"], families) < 2.0


def test_planted_errors_are_near_their_shares_of_the_true_records(families: list[Family]) -> None:
    planted = [entry.split(":") for f in families for entry in f.injected if entry.split(":")[0] in FIVE]
    kinds = Counter("missing" if kind == "missing" else kind.partition("_")[0] for _, kind, _ in planted)
    held = sum(len(f.records[agency]) for f in families for agency in FIVE) + kinds["missing"]
    for kind, target in tables.RECORD_ERRORS.items():
        assert abs(100 * kinds[kind] / held - target) < 0.6, kind


def test_errors_are_planted_in_every_further_register(families: list[Family]) -> None:
    planted = Counter(entry.split(":")[0] for f in families for entry in f.injected)
    held = {agency: sum(len(f.records[agency]) for f in families) for agency in FURTHER}
    for agency, many in held.items():
        assert many > 30, agency
        assert 0 < planted[agency] < 0.12 * many, agency


def test_every_number_is_valid_and_nobody_shares_one(families: list[Family]) -> None:
    seen: Counter[str] = Counter()
    for f in families:
        people = [*f.guardians, *f.grandparents, *(child.person for child in f.children)]
        for person in people:
            seen[person.id_number] += 1
            if person.document == "resident-id":
                checked = identifiers.check("resident-id", person.id_number, today=date(2025, 9, 1))
                assert checked.ok, person
                assert checked.facts["birth_date"] == person.birth_date.isoformat()
                assert checked.facts["sex"] == person.sex
            if person.mobile:
                assert identifiers.check("mobile", person.mobile).ok
    assert max(seen.values()) == 1


@pytest.mark.parametrize("start", [180_000, 600_000, 1_199_000])
def test_children_deep_in_a_large_city_keep_their_own_numbers(start: int) -> None:
    spec = city(families=1_200_000)
    numbers = [c.person.id_number for i in range(start, start + 800) for c in family_at(spec, i).children]
    assert len(set(numbers)) == len(numbers)
    assert all(identifiers.check("id", number).ok for number in numbers)


@pytest.mark.parametrize("stride", [365, 7000, 8000])
def test_families_with_the_same_birthdays_never_share_a_number(stride: int) -> None:
    # Families a stride apart share the day of birth of their children, elders or adults: the densest places of a city.
    spec = city(families=1_200_000)
    seen: Counter[str] = Counter()
    for index in range(0, spec.families, stride):
        f = family_at(spec, index)
        people = [*f.guardians, *f.grandparents, *(child.person for child in f.children)]
        seen.update(person.id_number for person in people)
    assert max(seen.values()) == 1


def test_twins_share_their_birthday_and_stage(families: list[Family]) -> None:
    multiple = [f for f in families if f.births in {"twins", "triplets"}]
    assert multiple
    for f in multiple:
        assert len(f.children) == (2 if f.births == "twins" else 3)
        assert len({(child.person.birth_date, child.stage) for child in f.children}) == 1
        assert f.claims[f.children[0].id]["siblings"] == [child.id for child in f.children[1:]]


def test_rare_and_minority_and_latin_names_occur_and_normalise_alike(families: list[Family]) -> None:
    people = [(f, child) for f in families for child in f.children]
    names = [child.person.name for _, child in people]
    assert any(set(name) & set(tables.RARE) for name in names)
    assert any("\u00b7" in name for name in names)
    for f, child in people:
        document = "passport" if child.person.document == "passport" else None
        typed = identifiers.check("name", f.claims[child.id]["child"]["name"], document=document)
        assert typed.ok
        assert typed.value == identifiers.normalise("name", child.person.name)
    assert any(child.person.document == "passport" for _, child in people)


def rows(f: Family, agency: str) -> list[dict[str, Any]]:
    return [dict(record) for record in f.records[agency]]  # type: ignore[literal-required]


def same_place(first: str, second: str) -> bool:
    return identifiers.normalise("address", first) == identifiers.normalise("address", second)


def holders(people: list[dict[str, Any]]) -> list[tuple[str, float]]:
    return [(person["id_number"], person["share"]) for person in people]


def finding(there: bool, same: bool) -> str:
    return "match" if there and same else "mismatch" if there else "not_found"


def property_finding(f: Family, home: dict[str, Any], agency: str) -> str:
    key = {"real_estate": "certificate", "contract": "contract"}[agency]
    record = next((row for row in rows(f, agency) if row[key] == home[key]), None)
    if record is None:
        return "not_found"
    owners = record["owners"] if agency == "real_estate" else record["buyers"]
    same = holders(owners) == holders(home["owners"]) and same_place(record["address"], home["address"])
    return finding(there=True, same=same)


def test_property_labels_agree_with_claims_and_records(families: list[Family]) -> None:
    judged = Counter[str]()
    for f in families:
        for child in f.children:
            labels = f.truth[child.id].findings
            for agency in {"real_estate", "contract"} & set(labels):
                found = property_finding(f, f.claims[child.id]["home"], agency)
                assert found == labels[agency], (f.id, f.injected)
                judged[found] += 1
    assert set(judged) == {"match", "mismatch", "not_found"}


def household_finding(f: Family, child_id: str, number: str, name: str) -> str:
    record = next((row for row in rows(f, "household") if row["id_number"] == number), None)
    claim = f.claims[child_id]["household"]
    if claim is None:
        return "not_found" if record is None else "mismatch"  # no register of the country knows this child
    same = record is not None and record["name"] == name
    if same and record is not None and claim["here"]:  # about a household in another city nothing more is declared
        same = record["registered_on"] == claim["registered_on"] and same_place(record["address"], claim["address"])
    return finding(record is not None, same)


def permit_finding(f: Family, child_id: str) -> str:
    permit, claim = next(iter(rows(f, "permit")), None), f.claims[child_id]["permit"]
    same = permit is not None and (
        permit["endorsed_until"] >= "2025-06-15"
        and permit["name"] == claim["name"]
        and same_place(permit["address"], claim["address"])
    )
    return finding(permit is not None, same)


def insurance_finding(f: Family, child_id: str) -> str:
    insured, claim = next(iter(rows(f, "insurance")), None), f.claims[child_id]["insurance"]
    same = insured is not None and len(insured["months"]) >= claim["months"] and insured["name"] == claim["name"]
    return finding(insured is not None, same)


def test_household_labels_agree_with_claims_and_records(families: list[Family]) -> None:
    for f in families:
        for child in f.children:
            if "household" in f.truth[child.id].findings:
                found = household_finding(f, child.id, child.person.id_number, child.person.name)
                assert found == f.truth[child.id].findings["household"], (f.id, f.injected)


def test_permit_and_insurance_labels_agree_with_claims_and_records(families: list[Family]) -> None:
    judged = Counter[str]()
    for f in families:
        for child in f.children:
            labels = f.truth[child.id].findings
            if "permit" in labels:
                assert permit_finding(f, child.id) == labels["permit"], (f.id, f.injected)
                assert insurance_finding(f, child.id) == labels["insurance"], (f.id, f.injected)
                judged[labels["permit"]] += 1
    assert set(judged) == {"match", "mismatch", "not_found"}


def test_permits_turn_on_the_day_of_checking() -> None:
    spec = city(check_on="2025-11-21", families=1500)
    permits = [f.records["permit"][0] for f in generate(spec) if f.records["permit"]]
    lapsed = [permit for permit in permits if permit["endorsed_until"] < "2025-11-21"]
    assert 0 < len(lapsed) < len(permits) / 8
    assert {finding for f in generate(spec) for finding in f.truth[f.children[0].id].findings.values()} == {
        "match",
        "mismatch",
        "not_found",
    }


def test_every_finding_other_than_match_has_a_planted_reason(families: list[Family]) -> None:
    for f in families:
        for child in f.children:
            for agency, found in f.truth[child.id].findings.items():
                reasons = [e for e in f.injected if e.startswith(f"{agency}:") or agency in e or "lapsed_permit" in e]
                unknown = f.persona == "overseas" and (agency, found) == ("household", "not_found")
                assert found == "match" or reasons or unknown


def test_true_facts_fit_the_dictionary_and_every_persona_is_judged(families: list[Family]) -> None:
    policy = load(scheme_text("changde"))
    groups: Counter[tuple[str, str]] = Counter()
    for f in families:
        for child in f.children:
            facts = Facts.from_json(f.truth[child.id].facts)
            assert set(facts) <= set(DICTIONARY)
            assert problems(facts, {}) == ()
            result = evaluate(policy, facts)
            assert not result.needs_person
            groups[f.persona, result.group.id if result.group else ""] += 1
    expected = {"plain": "class_1", "home_only": "class_2", "household_only": "class_3", "neither": "class_5"}
    for persona, group in expected.items():
        assert {g for p, g in groups if p == persona} == {group}
    assert groups["migrant", "class_4"] > groups["migrant", "class_5"] > 0


def test_some_children_are_born_after_the_cut_off(families: list[Family]) -> None:
    born = [c.person.birth_date for f in families for c in f.children if c.stage == "primary"]
    late = sum(day > date(2019, 8, 31) for day in born)
    assert 0 < 100 * late / len(born) < 2.5
    assert max(born) <= date(2019, 12, 31)
    juniors = [c.person.birth_date for f in families for c in f.children if c.stage == "junior"]
    assert date(2012, 9, 1) <= min(juniors) <= max(juniors) <= date(2013, 8, 31)


def test_everything_says_synthetic(families: list[Family]) -> None:
    for f in families[:200]:
        assert f.to_json()["synthetic"] is True
        assert all(record["synthetic"] for agency in AGENCIES for record in rows(f, agency))
        assert all(claim["synthetic"] for claim in f.claims.values())


def test_streaming_keeps_memory_flat() -> None:
    stream = generate(city(families=1_200_000))
    for _ in islice(stream, 200):
        pass
    tracemalloc.start()
    for _ in islice(stream, 1500):
        pass
    grown, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 200_000
