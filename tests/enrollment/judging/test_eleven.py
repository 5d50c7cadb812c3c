"""All eleven data items: what is judged without a person is the truth, whoever is silent."""

from collections import Counter
from functools import cache

import pytest

from enrollment.judging.facts.claims import Applying, claims_asked
from enrollment.seasons.rules.sources import FURTHER, LISTS, unsourced
from policy import Policy, Verdict, load
from synthetic import AGENCIES
from tests.enrollment.judging.eleven import eleven_text
from tests.enrollment.judging.on_lists import LOCAL
from tests.enrollment.judging.truth import (
    DISTRICT,
    TODAY,
    Case,
    by_data,
    cases,
    judged,
    policy,
    told,
    true_evaluation,
    true_told,
)
from verification.agencies import FIVE

FAMILIES = 500
NEEDLESS = 0.02


@cache
def eleven() -> Policy:
    return load(eleven_text())


@cache
def city() -> tuple[Case, ...]:
    return tuple(case for case in cases(FAMILIES, planted=True) if case.persona != "overseas")


@pytest.mark.parametrize("silent", ["", *AGENCIES])
def test_nobody_is_approved_wrongly_and_nobody_refused(silent: str) -> None:
    approved: Counter[str] = Counter()
    for case in city():
        found = judged(case, silent=silent, rules=eleven(), items=AGENCIES)
        if not by_data(found):
            continue
        assert found.evaluation.eligible is Verdict.YES
        assert found.evaluation.group is not None
        assert told(found) == true_told(case, eleven()), (case.persona, case.planted)
        approved[found.evaluation.group.id] += 1
    if not silent:
        assert {"class_m", "class_t", "class_l", "class_p"} <= approved.keys(), approved
        assert {"class_0", "class_1", "class_2a", "class_2", "class_3", "class_4", "class_r"} <= approved.keys(), (
            approved
        )


def test_faithful_records_ask_nothing() -> None:
    clean = [case for case in city() if not case.planted and true_evaluation(case, eleven()).eligible is Verdict.YES]
    clean = [case for case in clean if not true_evaluation(case, eleven()).needs_offline_check]
    asked = [case for case in clean if judged(case, rules=eleven(), items=AGENCIES).needs_person]
    assert len(clean) > FAMILIES / 2
    assert len(asked) <= NEEDLESS * len(clean), [(case.persona, case.answers) for case in asked[:5]]


def test_a_planted_error_of_each_further_register_is_met() -> None:
    kinds = {kind for case in cases(6000, seed=11, planted=True) for kind in case.planted}
    planted = {kind.split(":")[0] for kind in kinds} & set(FURTHER)
    assert planted == set(FURTHER)


def test_only_what_the_policy_needs_is_asked() -> None:
    for case in city()[:80]:
        child = Applying(case.child_id, case.child["name"], case.child["birth_date"], case.stage, TODAY, DISTRICT)
        few = claims_asked(case.answers, child, used=policy().uses, items=AGENCIES, lists=LISTS)
        more = claims_asked(case.answers, child, used=eleven().uses, items=AGENCIES, lists=LISTS)
        kind = case.answers["home_kind"]
        assert ("permit" in few) == (case.answers["permit_holder"] != "none")
        assert ("insurance" in few) == (case.answers["insurance_holder"] != "none")
        assert ("real_estate" in few) == (kind != "contract")
        assert ("contract" in few) == (kind not in {"deed", "grandparents"} or "home_owner_id" in case.answers)
        assert ("rental" in few) == ("rental" in more) == (kind in {"rented", "public_rental"})
        assert not {"birth", "disability", "marriage", "registry"} & few.keys()
        assert {"birth", "business", "disability", "marriage", "registry"} <= more.keys()
        assert not set(FURTHER) & claims_asked(case.answers, child, used=eleven().uses).keys()


def test_a_policy_needs_the_items_it_looks_at() -> None:
    kept = {*LISTS, *LOCAL}
    assert unsourced(eleven(), kept, AGENCIES) == ()
    assert set(unsourced(eleven(), LISTS, AGENCIES)) == {*LOCAL}
    assert set(unsourced(eleven(), kept - {"points", "talent"}, AGENCIES)) == {
        "points.imported_total",
        "points.town_matches",
        "preferential.talent",
    }
    missing = unsourced(eleven(), kept - {"disabled"}, (*FIVE, "birth"))
    assert set(missing) == {
        "child.disability",
        "home.leased_since",
        "parents.custody",
        "study.in_district",
        "study.registered_elsewhere",
    }
    assert set(unsourced(policy(), LISTS - {"seats"}, (*FIVE, "registry"))) == set()
