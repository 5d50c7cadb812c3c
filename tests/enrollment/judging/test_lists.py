"""The bureau's lists, points and own facts: brought in as tables, read by the judging, told to the parents only."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from enrollment.judging.facts.collect import Family, Places, build
from enrollment.judging.judgement import gather, judge
from enrollment.judging.later.again import changes_look_through, looks_go_on
from enrollment.judging.lists.listed import counted_points, lists_on
from enrollment.judging.lists.own_lists import own_entries
from enrollment.judging.models import ListEntry, SecondLook
from enrollment.privacy.own_data import people_data
from enrollment.seasons.lists.services import lists_keep, lists_kept, require_sources
from enrollment.seasons.models import Application, KeptList, PolicyVersion, Round
from enrollment.seasons.rules.sources import LISTS, unsourced
from foundation import clock
from foundation.errors import NotAllowed, Refused
from imports.services import import_undo_ask, import_upload
from policy import evaluate, load, scheme_text
from schools.models import School
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import checked as filed_and_checked
from tests.entering import signed_in
from tests.tables import brought, checked, csv_of, undone

pytestmark = pytest.mark.django_db
UNSEEN = (Path(__file__).parents[2] / "policy" / "unseen.yaml").read_text("utf-8")
PLACE = f"{factories.DISTRICT}:{factories.YEAR}"
UNIT = "合成第七三一部队"
ON = date(2026, 6, 1)


@pytest.fixture
def two() -> tuple[Account, Account]:
    return factories.staff("official"), factories.staff("official")


def listed(kind: str, two: tuple[Account, Account], *rows: dict[str, object]) -> Any:
    return brought(kind, PLACE, csv_of(rows), by=two[0], other=two[1])


def filed(agencies: City, one: factories.Family) -> Application:
    agencies.believe(one)
    return filed_and_checked(one.submit())


def facts(application: Application) -> dict[str, Any]:
    return dict(application.versions.get().facts)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("military", {"单位": UNIT, "依据": "合成字〔2026〕1号"}),
        ("martyr", {"类别": "因公牺牲"}),
        ("rescue", {"单位": UNIT}),
        ("talent", {"人才类别": "C类"}),
    ],
)
def test_who_is_on_a_list_is_judged_so_and_who_is_not_is_known_not_to_be(
    kind: str, more: dict[str, object], agencies: City, two: tuple[Account, Account]
) -> None:
    place = factories.world()
    KeptList.objects.all().delete()
    on, off = factories.family(place), factories.family(place)
    made = listed(kind, two, {"儿童证件号": on.child.id_number, **more})
    assert lists_kept([factories.DISTRICT])[factories.DISTRICT] == {kind}
    said = [facts(filed(agencies, one))[f"preferential.{kind}"] for one in (on, off)]
    assert [(one["value"], one["status"]) for one in said] == [(True, "verified"), (False, "verified")]
    with pytest.raises(Refused) as refused:
        import_undo_ask(official=two[0], import_id=made.pk)
    assert refused.value.code == "used"


def test_undone_before_anybody_was_judged_the_list_is_as_if_it_had_never_come(
    agencies: City, two: tuple[Account, Account]
) -> None:
    place = factories.world()
    KeptList.objects.exclude(kind="military").delete()
    one = factories.family(place)
    first = listed("military", two, {"儿童证件号": one.child.id_number, "单位": "甲"})
    second = listed("military", two, {"儿童证件号": one.child.id_number, "单位": "乙"})
    talent = listed("talent", two, {"儿童证件号": one.child.id_number})
    assert undone(second, by=two[0], other=two[1]).state == "undone"
    assert ListEntry.objects.get(kind="military").body["unit"] == "甲"
    assert undone(first, by=two[0], other=two[1]).state == "undone"
    assert undone(talent, by=two[0], other=two[1]).state == "undone"
    assert not ListEntry.objects.exists()
    assert lists_kept([factories.DISTRICT])[factories.DISTRICT] == {"military"}  # it was kept before the table came


def test_the_unit_is_stored_encrypted_and_no_school_and_no_family_ever_reads_it(
    agencies: City, two: tuple[Account, Account]
) -> None:
    place = factories.world()
    one = factories.family(place)
    made = listed("military", two, {"儿童证件号": one.child.id_number, "单位": UNIT})
    application = filed(agencies, one)
    version = application.versions.get()
    assert UNIT not in str([version.facts, version.evaluation])
    reviewer = signed_in(factories.staff("reviewer", school="WL01"))
    assert UNIT not in reviewer.get(f"/admin/enrollment/application/{application.pk}/change/").text
    assert reviewer.get(f"/official/imports/no/{made.pk}/").status_code == 404
    assert UNIT in signed_in(two[1]).get(f"/official/imports/no/{made.pk}/").text
    family = Client()
    factories.assured(one.guardian, id_number=one.answers["guardian_id"])
    family.force_login(one.guardian)
    page = family.get(f"/my/applications/{application.pk}/").text
    assert 'data-qa="lists"' in page
    assert UNIT not in page + str(people_data(one.guardian))


def test_only_the_proven_parent_is_told(agencies: City, two: tuple[Account, Account]) -> None:
    place = factories.world()
    one = factories.family(place)
    listed("talent", two, {"儿童证件号": one.child.id_number})
    application = filed(agencies, one)
    assert own_entries(one.guardian, application) == []  # a code by SMS proves nobody
    factories.assured(one.guardian, id_number=factories.adult_number())
    assert own_entries(one.guardian, application) == []  # somebody, but not the one the register names
    factories.assured(one.guardian, id_number=one.answers["guardian_id"])
    assert [entry.kind for entry in own_entries(one.guardian, application)] == ["talent"]
    assert people_data(one.guardian)["lists"][0]["receipt"] == application.receipt
    assert own_entries(factories.assured(factories.guardian()), application) == []


def test_a_list_that_comes_after_the_submission_is_looked_at_again(
    agencies: City, two: tuple[Account, Account]
) -> None:
    place = factories.world()
    one, other = factories.family(place), factories.family(place)
    applications = [filed(agencies, each) for each in (one, other)]
    changes_look_through()
    looks_go_on()
    listed("military", two, {"儿童证件号": one.child.id_number})
    changes_look_through()
    assert SecondLook.objects.filter(due_at__isnull=False).get().application_id == applications[0].pk
    looks_go_on()
    assert not SecondLook.objects.filter(due_at__isnull=False).exists()
    versions = [each.versions.select_related("application__round__season__district").get() for each in applications]
    known = gather(versions)
    said = [judge(version, known[version.pk]).facts["preferential.military"].value for version in versions]
    assert said == [True, False]


# -- points ------------------------------------------------------------------------------------------------------------


def test_of_several_towns_and_two_parents_the_highest_valid_counts() -> None:
    def of(total: float, *, issued: str = "2026-04-01", until: str = "", matches: bool = True) -> dict[str, Any]:
        return {"total": total, "town": "x", "issued_on": issued, "valid_until": until, "matches": matches}

    assert counted_points([of(60), of(86.5), of(70)], ON) == of(86.5)
    assert counted_points([of(60), of(90, until="2026-05-31")], ON) == of(60)
    assert counted_points([of(60), of(90, issued="2026-06-02")], ON) == of(60)
    assert counted_points([of(90, until="2026-05-31")], ON) is None
    assert counted_points([of(60, matches=False), of(60)], ON) == of(60)
    assert lists_on([("points", "a", of(60)), ("points", "b", of(80)), ("talent", "", {})], ON) == {
        "points": of(80),
        "talent": {},
    }


def test_two_parents_and_two_towns_are_entries_of_their_own(agencies: City, two: tuple[Account, Account]) -> None:
    place = factories.world()
    one = factories.family(place)
    mother, father = factories.adult_number(), factories.adult_number()
    row = {"儿童证件号": one.child.id_number, "出具日期": "2026-04-20"}
    made = listed(
        "points",
        two,
        {**row, "积分": "60", "积分镇街": "甲镇", "积分人证件号": mother},
        {**row, "积分": "75.5", "积分镇街": "乙镇", "积分人证件号": mother, "居住镇街": "甲镇"},
        {**row, "积分": "70", "积分镇街": "甲镇", "积分人证件号": father},
    )
    assert made.counts["new"] == 3
    said = facts(filed(agencies, one))
    assert [said[f"points.{name}"]["value"] for name in ("imported_total", "town", "town_matches")] == [
        75.5,
        "乙镇",
        False,
    ]


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"积分": "很多"}, "积分"),
        ({"积分": "-1"}, "积分"),
        ({"积分镇街": ""}, "积分镇街"),
        ({"出具日期": ""}, "出具日期"),
        ({"出具日期": "四月"}, "出具日期"),
        ({"出具日期": "2999-01-01"}, "出具日期"),
        ({"有效期至": "2020-01-01"}, "有效期至"),
        ({"儿童证件号": "430702201905040011"}, "儿童证件号"),
        ({"积分人证件号": "1"}, "积分人证件号"),
    ],
)
def test_a_wrong_row_of_points_is_named_by_its_column(
    changed: dict[str, object], column: str, two: tuple[Account, Account]
) -> None:
    factories.world()
    row = {"儿童证件号": factories.child_number(), "积分": "60", "积分镇街": "甲镇", "出具日期": "2026-04-20"}
    made = checked("points", PLACE, csv_of([{**row, **changed}]), by=two[0])
    assert (made.state, made.report["wrong"][0]["words"].partition("：")[0]) == ("wrong", column)


def family_of(**changed: Any) -> Family:
    answers = {**factories.answers(), "permit_holder": "self", **changed.pop("answers", {})}
    points = load(scheme_text("linping-2021"))
    return Family(
        answers=answers,
        child_id=factories.child_number(),
        birth_date=date(2019, 5, 4),
        sex="1",
        stage="primary",
        round_kind="main",
        findings={},
        places=Places("", "", same=False),
        today=ON,
        uses=points.uses,
        kept_lists=LISTS,
        **changed,
    )


def test_missing_points_are_a_question_and_never_nothing() -> None:
    policy = load(scheme_text("linping-2021"))
    missing = build(family_of())
    assert (missing["points.imported_total"].value, missing["points.imported_total"].status) == (None, "unavailable")
    judged = evaluate(policy, missing)
    assert judged.needs_person
    assert any(step.code == "points_question" for step in judged.trace)
    there = build(family_of(lists={"points": {"total": 0, "town": "甲镇"}}))
    assert not any(step.code == "points_question" for step in evaluate(policy, there).trace)
    household = build(family_of(answers={"permit_holder": "none"}))
    assert household.get("points.imported_total") is None  # who does not apply by a permit has no points to miss


# -- the district's own facts ------------------------------------------------------------------------------------------


def with_own_facts() -> Round:
    round_ = factories.world().round
    lists_keep(district=round_.season.district, kinds=["local.demolished", "local.island"])
    policy = PolicyVersion.objects.create(
        district=round_.season.district, code="unseen", number=1, text=UNSEEN, digest="x", created_at=clock.now()
    )
    Round.objects.filter(pk=round_.pk).update(policy=policy, check_on=clock.today() + timedelta(days=1))
    KeptList.objects.filter(kind__startswith="local.").delete()
    return Round.objects.get(pk=round_.pk)


def test_own_facts_are_read_by_the_kind_the_policy_gives_them(agencies: City, two: tuple[Account, Account]) -> None:
    round_ = with_own_facts()
    place = factories.World(round_, School.objects.get(pk="WL01"), School.objects.get(pk="WL02"))
    one, other = factories.family(place), factories.family(place)
    policy = load(UNSEEN)
    assert {"local.demolished", "local.island"} <= set(unsourced(policy, LISTS))
    number = one.child.id_number
    wrong = [("拆迁安置户", "也许"), ("local.island", "远"), ("nosuch", "是")]
    rows = [{"儿童证件号": number, "事项": fact, "内容": value} for fact, value in wrong]
    made = checked("local", PLACE, csv_of(rows), by=two[0])
    assert [one["line"] for one in made.report["wrong"]] == [2, 3, 4]
    listed(
        "local",
        two,
        {"儿童证件号": number, "事项": "拆迁安置户", "内容": "是"},
        {"儿童证件号": number, "事项": "local.island", "内容": "外"},
    )
    assert unsourced(policy, LISTS | lists_kept([factories.DISTRICT])[factories.DISTRICT]) == ()
    require_sources(policy, UNSEEN, LISTS | lists_kept([factories.DISTRICT])[factories.DISTRICT])
    versions = [each.submit().versions.get() for each in (one, other)]
    said = [dict(judge(version, gather([version])[version.pk]).facts.items()) for version in versions]
    assert [(each["local.demolished"].value, each["local.demolished"].status) for each in said] == [
        (True, "verified"),
        (False, "verified"),
    ]
    assert said[0]["local.island"].value == "outer"
    assert (said[1]["local.island"].value, said[1]["local.island"].status) == (None, "unavailable")


def test_who_may_bring_lists_in(two: tuple[Account, Account]) -> None:
    factories.world()
    for role, school in (("reviewer", "WL01"), ("clerk", ""), ("notary", ""), ("department", ""), ("supervisor", "")):
        with pytest.raises(NotAllowed):
            import_upload(
                official=factories.staff(role, school=school), kind="military", place=PLACE, content=b"x", file_name=""
            )
    for place in ("430702", "430702:99", "430702:20260", "430799:2026"):
        with pytest.raises(NotAllowed):
            import_upload(official=two[0], kind="military", place=place, content=b"x", file_name="")
