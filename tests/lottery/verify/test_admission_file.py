"""The public file of an admission run: the stand-alone verifier plays it again, to the last place and digest."""

import contextlib
import io
import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lottery import audit
from lottery.engine.admission.admission_file import admission_text
from lottery.engine.admission.entries import ELSEWHERE, IN_BIG_ZONE, IN_ZONE, SHARED, Entry, Inputs, Site
from lottery.engine.admission.placing import place
from lottery.engine.admission.province import place_columns
from lottery.engine.allocation.problem import Mechanism
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.drawing.methods import METHODS
from schools.matching import distance_m
from tests.lottery.engine.test_province import runs

Json = dict[str, Any]
CODES = ("A", "B", "C", "D", "E", "P")
# A town found by trying: without repeating the closing one pair of twins is parted in it.
STRADDLING = 2
SCARCE = {"A": 11, "B": 15, "C": 5, "D": 9, "E": 6, "P": 4}
CRITERIA = ("same_education_group", "seats_left", "nearby", "same_town")
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def text_of(inputs: Inputs) -> str:
    """The public file, with the run digest of the reference."""
    return "".join(admission_text(place_columns(inputs), place(inputs).digest))


def checked(text: str, folder: Path) -> tuple[int, str]:
    """Exit code and words of the verifier."""
    path = folder / "admission.json"
    path.write_text(text, encoding="utf-8")
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = audit.main(["admission", str(path)])
    return code, said.getvalue()


def town(seed: int, mechanism: Mechanism = Mechanism.SEQUENTIAL, rule: SiblingRule = SiblingRule.EXPAND) -> Inputs:
    """Sixty children, every third pair twins, more than the schools they chose can take; nobody chose D and E."""
    chance = random.Random(seed)
    entries = []
    for number in range(60):
        listed = chance.sample(("A", "B", "C", "P"), 3)
        levels = [ELSEWHERE if code == "P" else chance.choice([IN_ZONE, IN_BIG_ZONE]) for code in listed]
        twins = number // 2 % 3 == 0
        group = f"g{number // 2}" if twins else f"s{number}"
        scores = {"C": chance.randrange(90)} if chance.random() < 0.5 else {}
        key = (chance.randrange(1, 3), (chance.randrange(3),))
        choices = tuple(zip(listed, levels, strict=True))
        entries.append(Entry(f"{number:064x}", group, "class_1", key[0], 0, key[1], choices, scores))
    sites = {
        code: Site((111.0 + at / 30, 29.0), "G" if at % 2 else "H", "T" if at > 1 else "", code != "P")
        for at, code in enumerate(CODES)
    }
    return Inputs(
        tuple(entries),
        {"A": 8, "B": 24, "C": 5, "D": 8, "E": 6, "P": 4},
        chance.randbytes(32),
        {code: f"domain {code}" for code in (*CODES, *(code + SHARED for code in CODES), "*")},
        sites,
        mechanism,
        rule,
        CRITERIA,
        private=frozenset({"P"}),
        scored=frozenset({"C"}),
        shared={"A": 2, "B": 12},
    )


@cache
def town_text(mechanism: Mechanism = Mechanism.SEQUENTIAL, rule: SiblingRule = SiblingRule.EXPAND) -> str:
    return text_of(town(7, mechanism, rule))


def test_siblings_on_both_sides_of_where_another_group_closed_a_school_are_not_parted(tmp_path: Path) -> None:
    """Under first choice first twins with own lists stand apart; the closing is repeated until none is split."""
    inputs = replace(town(STRADDLING, Mechanism.SEQUENTIAL, SiblingRule.STOP), method="ring", seats=SCARCE)
    province, reference = place_columns(inputs), place(inputs)
    assert province.settled.passes > 2
    assert (province.certificate.valid, reference.result.certificate.valid) == (True, True)
    assert checked(text_of(inputs), tmp_path)[0] == 0


@given(inputs=runs())
@settings(quick, max_examples=200)
def test_every_run_is_verified_from_its_public_file(inputs: Inputs, tmp_path: Path) -> None:
    code, said = checked(text_of(inputs), tmp_path)
    assert (code, said[:9]) == (0, "verified:"), said
    assert place(inputs).digest in said


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("mechanism", Mechanism)
@pytest.mark.parametrize("rule", SiblingRule)
def test_a_town_is_verified_under_every_rule(
    rule: SiblingRule, mechanism: Mechanism, method: str, tmp_path: Path
) -> None:
    for seed in range(4):
        inputs = replace(town(seed, mechanism, rule), method=method)
        code, said = checked(text_of(inputs), tmp_path)
        assert code == 0, said
        assert f"{len(place(inputs).coordinated)} coordinated" in said
        assert place(inputs).coordinated


def first(public: Json, wanted: Callable[[str], bool]) -> str:
    queue: Json = public["coordination"]["queue"]
    return next(pupil for pupil in sorted(queue) if wanted(pupil))


def moved(public: Json) -> str:
    """A child coordination placed."""
    return str(next(iter(sorted(public["coordination"]["places"]))))


def twin(public: Json) -> str:
    """A child who waits together with a sibling."""
    groups, queue = public["order"]["groups"], public["coordination"]["queue"]
    waiting = [groups[pupil] for pupil in queue]
    return first(public, lambda pupil: waiting.count(groups[pupil]) > 1)


def _criteria(public: Json) -> str:
    public["coordination"]["criteria"].reverse()
    return "coordination of "


def _unknown_criterion(public: Json) -> str:
    public["coordination"]["criteria"][0] = "whom we like"
    return "the criteria of coordination are not known"


def _no_criteria(public: Json) -> str:
    public["coordination"]["criteria"] = []
    return "pupils in the queue of coordination, position 1"


def _closed_site(public: Json) -> str:
    public["coordination"]["sites"]["D"]["open"] = False
    return "coordination of "


def _site_left_out(public: Json) -> str:
    del public["coordination"]["sites"]["D"]
    return "schools of coordination"


def _moved_site(public: Json) -> str:
    # under the first criterion that tells them apart, D now lies beyond the sea
    public["coordination"]["criteria"].remove("seats_left")
    public["coordination"]["criteria"].insert(0, "nearby")
    public["coordination"]["sites"]["D"]["point"] = [170.0, 20.0]
    return "coordination of "


def _site_of_another_group(public: Json) -> str:
    public["coordination"]["sites"]["D"]["education_group"] = "H"
    return "coordination of "


def _band(public: Json) -> str:
    queue = public["coordination"]["queue"]
    last = max(band for band, _ in queue.values())
    for pupil in queue:
        queue[pupil][0] = last - queue[pupil][0]
    return "coordination of "


def _band_of_a_sibling(public: Json) -> str:
    public["coordination"]["queue"][twin(public)][0] += 1
    return "and of its siblings in coordination"


def _left_out_of_the_queue(public: Json) -> str:
    pupil = moved(public)
    del public["coordination"]["queue"][pupil], public["coordination"]["places"][pupil]
    return "pupils in the queue of coordination"


def _placed_child_in_the_queue(public: Json) -> str:
    placed = next(pupil for pupil, at in public["result"]["placements"].items() if at)
    public["coordination"]["queue"][placed] = [0, "A"]
    return f"pupil {placed} waits for coordination but has a place"


def _another_place(public: Json) -> str:
    pupil = moved(public)
    public["coordination"]["places"][pupil] = "A"
    return f"coordination of {pupil}"


def _a_place_withheld(public: Json) -> str:
    pupil = moved(public)
    del public["coordination"]["places"][pupil]
    return f"coordination of {pupil}"


def _a_place_for_nobody(public: Json) -> str:
    public["coordination"]["places"]["f" * 64] = "D"
    return f"coordination of {'f' * 64}"


def _run_digest(public: Json) -> str:
    public["run_digest"] = "sha256:" + "0" * 64
    return "run digest"


def _cutoff_choice(public: Json) -> str:
    public["result"]["cutoffs"]["A"]["choice"] = 9
    return "cut-off of A, choice"


def _cutoff_without_choice(public: Json) -> str:
    del public["result"]["cutoffs"]["A"]["choice"]
    return "names in the cut-off of A"


def _shared_limit(public: Json) -> str:
    public["order"]["shared"]["B"] = 0
    return "shared seats"


def _shared_seats(public: Json) -> str:
    school = next(one for one in public["problem"]["schools"] if one["id"] == "B+")
    school["seats"] += 1
    return "shared seats"


def _parted_in_secret(public: Json) -> str:
    pupil = next(one for one in public["problem"]["pupils"] if one["group"])
    pupil["group"] = None
    return f"sibling group of {pupil['id']}"


def _band_of_a_sibling_at_a_school(public: Json) -> str:
    one, two = next(
        (one, two)
        for one in public["problem"]["pupils"]
        for two in public["problem"]["pupils"]
        if one["group"] and one is not two and one["group"] == two["group"]
        if {row["school"] for row in one["choices"]} & {row["school"] for row in two["choices"]}
    )
    at = next(n for n, row in enumerate(two["choices"]) if row["school"] in {row["school"] for row in one["choices"]})
    public["order"]["bands"][two["id"]][at] += 1
    return "and of its siblings at"


def _passes(public: Json) -> str:
    public["result"]["certificate"]["passes"] += 1
    return "certificate, passes"


def _withdrawn(public: Json) -> str:
    public["result"]["certificate"]["withdrawn"].append([f"{1:064x}", "A"])
    return "certificate, withdrawn"


def _promise(public: Json) -> str:
    public["result"]["certificate"]["no_justified_envy"] = False
    return "certificate, no_justified_envy"


FLIPS = [value for name, value in sorted(globals().items()) if name.startswith("_") and callable(value)]


@pytest.mark.parametrize("flip", FLIPS, ids=lambda flip: flip.__name__.strip("_"))
def test_the_first_difference_of_a_changed_file_is_named(flip: Callable[[Json], str], tmp_path: Path) -> None:
    public = json.loads(town_text())
    wanted = flip(public)
    code, said = checked(json.dumps(public), tmp_path)
    assert (code, said.startswith("DIFFERS: ")) == (1, True), said
    assert wanted in said


def leaves(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of everything that is not a list or an object."""
    if isinstance(value, dict | list) and value:
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, (*path, key))
    elif path:
        yield path


def other(value: object) -> object:
    """Something of the same kind that is not the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return "B" if value != "B" else "A"


@given(data=st.data(), mechanism=st.sampled_from(Mechanism), rule=st.sampled_from(SiblingRule))
@quick
def test_no_published_outcome_can_be_changed_anywhere(
    data: st.DataObject, mechanism: Mechanism, rule: SiblingRule, tmp_path: Path
) -> None:
    public = json.loads(town_text(mechanism, rule))
    outcome = {
        "result": public["result"],
        "coordination": {"places": public["coordination"]["places"]},
        "run_digest": public["run_digest"],
    }
    *path, last = data.draw(st.sampled_from(list(leaves(outcome))))
    at = public
    for step in path:
        at = at[step]
    at[last] = other(at[last])
    code, said = checked(json.dumps(public), tmp_path)
    assert code == 1, (path, last, said)


@pytest.mark.parametrize("gone", ["order", "coordination", "run_digest"])
def test_a_file_cannot_lose_a_part_that_would_be_checked(gone: str, tmp_path: Path) -> None:
    public = json.loads(town_text())
    del public[gone]
    code, said = checked(json.dumps(public), tmp_path)
    assert (code, "run_digest; this one does not" in said) == (2, True), said


def test_a_file_without_a_draw_says_what_was_not_checked(tmp_path: Path) -> None:
    public = json.loads(town_text())
    for part in ("order", "coordination", "run_digest"):
        del public[part]
    code, said = checked(json.dumps(public), tmp_path)
    assert (code, "ranks NOT checked" in said) == (0, True), said


def test_nothing_of_a_family_but_its_wishes_and_ranks_is_in_the_file() -> None:
    inputs = town(7)
    marked = tuple(
        replace(one, group_code="SECRETGROUP", order=(one.order[0] * 1_000_003 + 777_777_001,), points=888_888_001)
        for one in inputs.entries
    )
    changed = replace(inputs, entries=marked, coordination_groups=("SECRETGROUP",))
    text = text_of(changed)
    assert not [word for word in ("SECRETGROUP", "777777", "888888", "1000003") if word in text]
    public, plain = json.loads(text), json.loads(text_of(inputs))
    assert (public["coordination"].pop("everybody"), plain["coordination"].pop("everybody")) == (False, True)
    assert public == plain


def test_only_the_children_of_the_groups_named_wait(tmp_path: Path) -> None:
    inputs = town(7)
    mixed = tuple(replace(one, group_code="class_2") if at % 2 else one for at, one in enumerate(inputs.entries))
    text = text_of(replace(inputs, entries=mixed, coordination_groups=("class_2",)))
    assert checked(text, tmp_path)[0] == 0
    waiting = set(json.loads(text)["coordination"]["queue"])
    assert waiting
    assert waiting <= {one.pupil for one in mixed if one.group_code == "class_2"}


@given(st.tuples(*[st.floats(-180, 180), st.floats(-90, 90)] * 2))
@settings(max_examples=300)
def test_the_verifier_s_distance_is_the_portal_s_to_the_bit(numbers: tuple[float, float, float, float]) -> None:
    one, two = numbers[:2], numbers[2:]
    assert audit.metres(list(one), list(two)) == round(distance_m(one, two))
    assert math.isclose(distance_m(one, two), distance_m(two, one), abs_tol=1e-6)
