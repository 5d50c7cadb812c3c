"""The page of rehearsals: who may, what is refused and why, pressed twice, the report, the checklist, the sweep."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from audit.models import Entry
from enrollment.seasons.models import Round, Season
from enrollment.setup.selectors import checklist
from foundation import clock
from foundation.errors import NotAllowed, Refused
from portal.rehearsing import space
from portal.rehearsing.ground import digest_of
from portal.rehearsing.models import FEWEST, MOST, Rehearsal
from portal.rehearsing.selectors import phases_of
from portal.rehearsing.services import rehearsal_start, rehearsal_stop, rehearsal_wipe
from portal.rehearsing.tasks import LOST_AFTER, left_overs, rehearsals_go_on
from schools.models import District
from tests import factories
from tests.entering import signed_in
from tests.portal.rehearsing.reports import REPORT
from tests.threads import at_once

pytestmark = pytest.mark.django_db
PLACE, YEAR = factories.DISTRICT, factories.YEAR
AT = f"/official/season/{PLACE}/{YEAR}/rehearsal/"


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def official() -> Account:
    factories.world()
    return factories.staff("official")


def start(who: Account, families: int = 50, **more: Any) -> Rehearsal:
    return rehearsal_start(official=who, district=PLACE, year=YEAR, families=families, **more)


def made(who: Account, state: str, **values: Any) -> Rehearsal:
    now = clock.now()
    ended = {} if state in {"queued", "running"} else {"ended_at": now}
    return Rehearsal.objects.create(
        district=District.objects.get(pk=PLACE),
        year=YEAR,
        state=state,
        families=50,
        seed=YEAR,
        asked_by=who,
        asked_at=now,
        **{**ended, **values},
    )


def done(who: Account, **values: Any) -> Rehearsal:
    digest = digest_of(Season.objects.get(district=PLACE, year=YEAR))
    return made(who, "done", **{"digest": digest, "report": REPORT, "problems": 0, **values})


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("official", True),
        ("city", True),
        ("reviewer", False),
        ("notary", False),
        ("witness", False),
        ("clerk", False),
        ("helper", False),
        ("department", False),
        ("supervisor", False),
    ],
)
def test_who_sets_the_season_up_may_and_nobody_else_finds_it(role: str, may: bool) -> None:
    factories.world()
    who = factories.staff(role)
    row = done(factories.staff("official"))
    live = made(factories.staff("official"), "queued")
    desk = signed_in(who)
    pages = [AT, f"{AT}progress/", f"{AT}no/{row.pk}/"]
    assert [desk.get(path).status_code for path in pages] == [200 if may else 404] * 3
    posts = [(AT, {"families": "50"}), (f"{AT}no/{live.pk}/stop/", {}), (f"{AT}no/{row.pk}/wipe/", {})]
    assert [desk.post(path, body).status_code for path, body in posts] == [302 if may else 404] * 3
    live.refresh_from_db()
    assert live.state == ("stopped" if may else "queued")


def test_an_official_of_another_county_and_a_family_find_nothing(official: Account) -> None:
    row = done(official)
    other = signed_in(factories.staff("official", district="430703"))
    family = Client()
    family.force_login(factories.guardian())
    for path in (AT, f"{AT}progress/", f"{AT}no/{row.pk}/"):
        assert other.get(path).status_code == 404
        assert family.get(path).status_code in {302, 404}
    with pytest.raises(NotAllowed):
        rehearsal_wipe(official=factories.staff("official", district="430703"), rehearsal_id=row.pk)
    # the number of one county's rehearsal under the address of another one
    assert signed_in(official).get(f"/official/season/{PLACE}/{YEAR + 1}/rehearsal/no/{row.pk}/").status_code == 404


@pytest.mark.parametrize(
    "families", ["", "0", str(FEWEST - 1), str(MOST + 1), "-5", "many", "1e3", "九十", "9" * 40, "\0"]
)
def test_a_wrong_number_of_families_is_refused_with_words(official: Account, families: str) -> None:
    answer = signed_in(official).post(AT, {"families": families})
    assert answer.status_code == 422
    assert f"请选择 {FEWEST} 至 {MOST} 户" in answer.content.decode()
    assert not Rehearsal.objects.exists()


def test_pressed_again_it_is_the_same_rehearsal(official: Account) -> None:
    first = start(official)
    assert start(official, 500) == first
    assert start(factories.staff("official"), 2_000) == first
    assert Entry.objects.filter(action="rehearsal.start").count() == 1


@pytest.mark.django_db(transaction=True)
def test_pressed_by_several_at_once_it_is_one_rehearsal(official: Account) -> None:
    found = at_once([lambda: start(official).pk] * 6)
    assert len({one for one in found if isinstance(one, int)}) == 1, found
    assert Rehearsal.objects.count() == 1


def test_the_same_families_come_again_unless_others_are_wished(official: Account) -> None:
    first = start(official)
    rehearsal_stop(official=official, rehearsal_id=first.pk)
    second = start(official)
    assert second.seed == first.seed == YEAR
    rehearsal_stop(official=official, rehearsal_id=second.pk)
    third = start(official, others=True)
    assert third.seed != first.seed


def test_what_a_season_lacks_is_named_and_nothing_begins(official: Account) -> None:
    desk = signed_in(official)
    empty = f"/official/season/{PLACE}/{YEAR + 1}/rehearsal/"
    assert "还没有生效的内容" in desk.get(empty).content.decode()
    assert desk.post(empty, {"families": "50"}).status_code == 422
    Round.objects.update(kind="supplementary")
    assert "还没有可以演练的正式招生批次" in desk.get(AT).content.decode()
    Round.objects.update(kind="main", stage="junior")
    page = desk.get(AT).content.decode()
    assert "初中：还没有学校登记招生计划" in page
    assert "初中：还没有划定学区" in page
    assert 'data-qa="begin"' not in page
    assert desk.post(AT, {"families": "50"}).status_code == 422
    assert not Rehearsal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_without_the_right_to_make_databases_the_page_says_what_to_do_and_nothing_begins(official: Account) -> None:
    """As on a server whose role may not: the connection acts as such a role."""
    desk = signed_in(official)
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS no_databases")
        cursor.execute("CREATE ROLE no_databases NOCREATEDB")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO no_databases")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO no_databases")
        cursor.execute("SET ROLE no_databases")
    try:
        answer = desk.post(AT, {"families": "50"})
        page = desk.get(AT).content.decode()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("DROP OWNED BY no_databases")
            cursor.execute("DROP ROLE no_databases")
    assert answer.status_code == 422
    for said in (answer.content.decode(), page):
        assert "ALTER ROLE no_databases CREATEDB" in said
    assert 'data-qa="begin"' not in page
    assert not Rehearsal.objects.exists()


def test_one_that_waits_is_stopped_at_once_and_one_that_is_played_is_asked_to(official: Account) -> None:
    waiting = start(official)
    assert rehearsal_stop(official=official, rehearsal_id=waiting.pk).state == "stopped"
    with pytest.raises(Refused) as over:
        rehearsal_stop(official=official, rehearsal_id=waiting.pk)
    assert over.value.code == "over"
    played = made(official, "running", beat_at=clock.now())
    for _press in range(2):
        assert rehearsal_stop(official=official, rehearsal_id=played.pk).state == "running"
    played.refresh_from_db()
    assert played.stop_asked_by == official
    page = signed_in(official).get(AT).content.decode()
    assert "正在停止" in page
    assert 'data-qa="stop"' not in page
    assert Entry.objects.filter(action="rehearsal.stop").count() == 2


def test_a_report_is_deleted_and_that_it_was_rehearsed_stays(official: Account) -> None:
    row, desk = done(official), signed_in(official)
    assert desk.post(f"{AT}no/{row.pk}/wipe/").status_code == 302
    assert desk.post(f"{AT}no/{row.pk}/wipe/").status_code == 302
    row.refresh_from_db()
    assert (row.report, row.wiped_by, row.problems) == ({}, official, 0)
    assert "删除了报告" in desk.get(f"{AT}no/{row.pk}/").content.decode()
    assert Entry.objects.filter(action="rehearsal.wipe").count() == 1
    live = made(official, "running", beat_at=clock.now())
    assert desk.post(f"{AT}no/{live.pk}/wipe/").status_code == 422
    assert desk.post(f"{AT}no/{row.pk}/eat/").status_code == 404
    assert desk.get(f"{AT}no/{row.pk}/wipe/").status_code == 405


@pytest.mark.parametrize("state", ["failed", "stopped", "interrupted", "running", "queued"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_end_without_a_report_is_explained(official: Account, state: str, language: str) -> None:
    row = made(official, state, stop_asked_by=official if state == "stopped" else None, trouble="<b>it</b> broke")
    page = signed_in(official, language).get(f"{AT}no/{row.pk}/").content.decode()
    assert 'data-qa="no-report"' in page
    assert "<b>it</b>" not in page


def test_every_page_of_it_carries_the_mark(official: Account) -> None:
    row, desk = done(official), signed_in(official)
    assert "模拟演练（合成数据）" in desk.get(f"{AT}no/{row.pk}/").content.decode()
    live = made(official, "running", beat_at=clock.now(), progress={"phases": [], "said": ""})
    for path in (AT, f"{AT}progress/", f"{AT}no/{live.pk}/"):
        assert "模拟演练（合成数据）" in desk.get(path).content.decode()


def test_the_part_that_asks_again_ends_by_loading_the_page(official: Account) -> None:
    desk = signed_in(official)
    assert desk.get(f"{AT}progress/", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_the_phases_follow_what_the_play_has_noted() -> None:
    noted = [
        {"name": "season", "total": None, "done": 0, "seconds": 4.0},
        {"name": "filing", "total": 80, "done": 20, "seconds": None},
    ]
    assert [one.state for one in phases_of({})][:2] == ["now", "next"]
    found = phases_of({"phases": noted})
    assert [one.state for one in found][:5] == ["done", "done", "next", "now", "next"]
    assert (found[3].count, found[3].total) == (20, 80)


def test_the_checklist_names_it(official: Account) -> None:
    def said() -> tuple[str, str]:
        step = checklist(official, PLACE, YEAR).steps[-1]
        assert step.link == AT
        return step.step.state, step.step.there or "".join(step.step.missing)

    everything = checklist(official, PLACE, YEAR)
    assert said() == ("none", "尚未演练。")
    row = done(official)
    state, words = said()
    assert (state, words.partition("：")[2]) == ("ready", "未发现问题。")
    Rehearsal.objects.filter(pk=row.pk).update(problems=3)
    state, words = said()
    assert (state, "发现 3 个问题" in words) == ("missing", True)
    Round.objects.update(check_on="2026-06-02")
    assert said() == ("missing", said()[1])
    assert "设置又有改动" in said()[1]
    made(official, "running", beat_at=clock.now())
    assert said() == ("none", "正在演练。")
    # it is never what keeps a round from opening
    assert checklist(official, PLACE, YEAR).done == everything.done


def test_what_gives_no_sign_of_life_is_interrupted(official: Account) -> None:
    row = made(official, "running", holder="x", beat_at=clock.now())
    rehearsals_go_on(None)  # type: ignore[arg-type]
    row.refresh_from_db()
    assert row.state == "running"


@pytest.mark.django_db(transaction=True)
def test_what_the_dead_leave_is_wiped_and_the_living_are_left_alone(official: Account) -> None:
    old = clock.now() - LOST_AFTER - timedelta(seconds=1)
    dead = made(official, "running", holder="x", beat_at=old)
    left = space.space_of(dead.pk)
    left.folder.mkdir(parents=True)
    space.create(left)
    rehearsals_go_on(None)  # type: ignore[arg-type]
    dead.refresh_from_db()
    assert (dead.state, space.left_over()) == ("interrupted", set())
    live = made(official, "running", holder="y", beat_at=clock.now())
    here, gone = space.space_of(live.pk), space.space_of(live.pk + 1_000)
    for one in (here, gone):
        one.folder.mkdir(parents=True)
        space.create(one)
    left_overs(None)  # type: ignore[arg-type]
    assert space.left_over() == {live.pk}
    space.wipe(here)


def test_while_one_is_played_the_next_waits(official: Account) -> None:
    made(official, "running", holder="x", beat_at=clock.now())
    other = factories.staff("city", district="4307")
    waiting = Rehearsal.objects.create(
        district=District.objects.get(pk=PLACE),
        year=YEAR + 1,
        families=50,
        seed=1,
        asked_by=other,
        asked_at=clock.now(),
    )
    rehearsals_go_on(None)  # type: ignore[arg-type]
    waiting.refresh_from_db()
    assert waiting.state == "queued"
    assert "另一场演练" in signed_in(other).get(f"/official/season/{PLACE}/{YEAR + 1}/rehearsal/").content.decode()
