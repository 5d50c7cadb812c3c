"""Points in the wrong town, end to end: a family lives in Fuhai, its points stand in Longshan, both of Cixi."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from enrollment.cases.models import JointCase
from enrollment.cases.services.points import points_end, town_office
from enrollment.judging.later.again import changes_look_through, looks_go_on
from enrollment.judging.models import ListEntry
from enrollment.review.services import review_approve
from enrollment.seasons.lists.services import lists_keep
from enrollment.seasons.models import Application, Round
from enrollment.seasons.rules.sources import LISTS
from enrollment.seasons.services.rounds import refuse_unsettled
from enrollment.seasons.services.seasons import policy_store, season_store
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from policy import scheme_text
from schools.models import School, SeatPlan
from schools.services import district_ensure, schools_store, seat_plans_store
from tests import factories
from tests.entering import signed_in
from tests.tables import brought, csv_of

pytestmark = pytest.mark.django_db
CIXI, LONGSHAN, FUHAI = "330282", "330282123", "330282108"
PLACE = f"{CIXI}:{factories.YEAR}"
GROUPS = """groups:
  - id: points_here
    name: {zh: 积分在居住镇街, en: Points in the town of residence}
    rule: {zh: 积分在居住镇街, en: Points in the town of residence}
    when: {fact: points.town_matches, eq: true}
    order: [{by: points}, {by: ticket}]
    agencies: [permit]
    materials: [{id: permit, name: {zh: 居住证, en: Residence permit}, proves: [points.town_matches]}]
  - id: points_elsewhere
    name: {zh: 积分在其他镇街, en: Points in another town}
    rule: {zh: 积分在其他镇街, en: Points in another town}
    when: {fact: points.town_matches, eq: false}
    order: [{by: points}, {by: ticket}]
    agencies: [permit]
    materials: [{id: permit, name: {zh: 居住证, en: Residence permit}, proves: [points.town_matches]}]
points:"""


def policy() -> str:
    """A scheme that ranks points of another town lower: what coordination has to prevent."""
    text = scheme_text("linping-2021").replace("linping-2021", "cixi").replace('"330113"', f'"{CIXI}"')
    text = text.replace("2021", str(factories.YEAR))
    return re.sub(r"(?s)definitions:.*?\npoints:", GROUPS, text)


def cixi() -> factories.World:
    district = district_ensure(code=CIXI)
    lists_keep(district=district, kinds=LISTS)
    school = School(
        code="CX01", district=district, name="附海镇小学（示例）", address="示例", longitude=121.5, latitude=30.2
    )
    schools_store(schools=[school])
    seat_plans_store(plans=[SeatPlan(school_id="CX01", year=factories.YEAR, stage="primary", seats=40)])
    now = clock.now()
    season = season_store(
        district=district,
        year=factories.YEAR,
        synthetic=True,
        calendar=[],
        rounds=[
            {
                "stage": "primary",
                "kind": "main",
                "policy": policy_store(district=district, code="cixi", text=policy()),
                "opens_at": now - timedelta(days=1),
                "closes_at": now + timedelta(days=7),
                "results_at": now + timedelta(days=14),
                "state": "open",
            }
        ],
    )
    return factories.World(season.rounds.get(), school, school)


def official() -> Account:
    return factories.staff("official", district=CIXI)


def office(town: str, department: str = "education") -> Account:
    return factories.staff("department", district=town, department=department)


def points_of(one: factories.Family, **changed: object) -> None:
    row = {
        "儿童证件号": one.child.id_number,
        "积分": "86",
        "积分镇街": "龙山镇",
        "居住镇街": "附海镇",
        "出具日期": "2026-04-20",
        **changed,
    }
    brought("points", PLACE, csv_of([row]), by=official(), other=official())


def filed(**changed: object) -> tuple[Application, JointCase]:
    """A family whose points stand in Longshan, judged; and the case that is opened by itself."""
    one = factories.family(cixi(), household_here="no", home_kind="none", permit_holder="parent", choices="CX01")
    points_of(one, **changed)
    application = factories.judged(one)
    return application, JointCase.objects.get(application=application)


def says(who: Account, verdict: str, reason: str = "") -> Client:
    """An office answers the one question on its desk, by its pages."""
    browser = signed_in(who)
    waiting = re.search(r"/official/enquiries/[0-9a-f-]{36}/", browser.get("/official/enquiries/").content.decode())
    assert waiting is not None
    answer = browser.post(waiting[0], {"verdict": verdict, "reason": reason})
    assert answer.status_code == 302, answer.content.decode()
    return browser


def decided(application: Application) -> Application:
    """What a worker looks at again, and a reviewer approves."""
    looks_go_on()
    application.refresh_from_db()
    if application.state in {"attention", "in_review"}:
        review_approve(reviewer=official(), application_id=application.pk, reason="积分已在居住镇街")
        application.refresh_from_db()
    return application


def told(template: str) -> list[Message]:
    return list(Message.objects.filter(template=template))


def refuse_freeze(round_: Round) -> str:
    with pytest.raises(Refused) as refused:
        refuse_unsettled(round_)
    return refused.value.message


def test_the_towns_are_found_by_their_names() -> None:
    assert (town_office(CIXI, "龙山镇"), town_office(CIXI, "附海")) == (LONGSHAN, FUHAI)
    assert town_office(CIXI, "无此镇") == CIXI


def test_the_story_of_ningbo_from_the_table_to_the_rank() -> None:
    application, case = filed()
    assert (application.state, application.group_code) == ("approved", "points_elsewhere")
    parts = [(one.part, one.department, one.division) for one in case.enquiries.order_by("pk")]
    assert parts == [
        ("gives", "education", LONGSHAN),
        ("receives", "education", FUHAI),
        ("police", "public_security", FUHAI),
    ]
    (opening,) = told("points_asked")
    assert "龙山镇" in opening.body
    assert application.receipt in refuse_freeze(application.round)

    says(office(LONGSHAN), "confirmed")
    says(office(FUHAI), "confirmed")
    case.refresh_from_db()
    assert case.state == "asked"
    says(office(FUHAI, "public_security"), "confirmed")
    case.refresh_from_db()
    assert (case.state, case.is_open) == ("given", False)
    assert len(told("points_given")) == 1

    application = decided(application)
    assert (application.state, application.group_code, application.points) == ("approved", "points_here", 86)
    said: dict[str, Any] = application.versions.get().facts or {}
    assert (said["points.town"]["value"], said["points.town_matches"]["value"]) == ("附海镇", True)
    refuse_unsettled(application.round)
    assert JointCase.objects.count() == 1

    family = Client()
    family.force_login(application.guardian)
    assert "同意转移" in family.get(f"/my/applications/{application.pk}/").content.decode()


def test_an_office_sees_its_own_town_and_its_own_part_only() -> None:
    _application, case = filed()
    assert "三项" not in case.question
    pages = {
        who: signed_in(office(*who)).get("/official/enquiries/").content.decode()
        for who in ((LONGSHAN,), (FUHAI,), (FUHAI, "public_security"), (LONGSHAN, "public_security"), ("330281",))
    }
    counts = {who: len(re.findall(r"/official/enquiries/[0-9a-f-]{36}/", page)) for who, page in pages.items()}
    assert counts == {
        (LONGSHAN,): 1,
        (FUHAI,): 1,
        (FUHAI, "public_security"): 1,
        (LONGSHAN, "public_security"): 0,
        ("330281",): 0,
    }


def test_a_refusal_needs_the_towns_word_and_a_reason_and_opens_no_second_case() -> None:
    application, case = filed()
    who = official()
    with pytest.raises(Refused) as silent:
        points_end(official=who, case_id=case.public_id, how="refuse", reason="无人答复")
    assert silent.value.code == "silent"
    says(office(LONGSHAN), "different", "该家庭在龙山镇的积分已用于兄姐入学")
    page = signed_in(who)
    here = f"/official/cases/{case.public_id}/"
    refused = page.post(here, {"step": "end", "how": "refuse", "reason": ""})
    assert refused.status_code == 422
    said = page.post(here, {"step": "end", "how": "refuse", "reason": "见 https://a.cn/b"})
    assert said.status_code == 422
    assert "https://a.cn/b" in said.content.decode()  # no carrier delivers it: said at once, and what was typed stays
    reason = "龙山镇的积分已用于兄姐入学，不能转移"
    assert page.post(here, {"step": "end", "how": "refuse", "reason": reason}).status_code == 302
    case.refresh_from_db()
    assert case.state == "refused"
    (message,) = told("points_refused")
    assert reason in message.body
    ListEntry.objects.filter(kind="points").get()  # nothing was transferred
    changes_look_through()
    looks_go_on()
    assert JointCase.objects.count() == 1
    refuse_unsettled(application.round)  # it is decided: the round goes on


def test_a_silent_town_holds_up_nobody_where_an_official_counts_the_points_in_full() -> None:
    application, case = filed()
    with pytest.raises(Refused):
        points_end(official=official(), case_id=case.public_id, how="give", reason="没有人答复")
    with pytest.raises(NotAllowed):
        points_end(official=factories.staff("official"), case_id=case.public_id, how="carry", reason="别处的人")
    with clock.at(case.due_at + timedelta(days=9)):
        points_end(official=official(), case_id=case.public_id, how="carry", reason="龙山镇逾期未复，先行计分")
        application = decided(application)
    case.refresh_from_db()
    assert case.state == "carried"
    assert application.group_code == "points_here"
    assert not case.enquiries.filter(state="open").exists()
    refuse_unsettled(application.round)


def test_a_newer_table_ends_the_case_by_itself() -> None:
    application, case = filed()
    one = application.child
    row = {"儿童证件号": one.id_number, "积分": "90", "积分镇街": "附海镇", "出具日期": "2026-05-20"}
    brought("points", PLACE, csv_of([row]), by=official(), other=official())
    changes_look_through()
    application = decided(application)
    case.refresh_from_db()
    assert (case.state, application.group_code, application.points) == ("given", "points_here", 90)
    assert len(told("points_given")) == 1


def test_points_that_the_policy_does_not_look_at_are_nobodys_business() -> None:
    place = factories.world()
    one = factories.family(place)
    row = {
        "儿童证件号": one.child.id_number,
        "积分": "86",
        "积分镇街": "甲镇",
        "居住镇街": "乙镇",
        "出具日期": "2026-04-20",
    }
    two = factories.staff("official"), factories.staff("official")
    brought("points", f"{factories.DISTRICT}:{factories.YEAR}", csv_of([row]), by=two[0], other=two[1])
    factories.judged(one)
    assert not JointCase.objects.exists()
