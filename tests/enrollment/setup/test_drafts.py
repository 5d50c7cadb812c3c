"""A season as a draft: saved, refused, asked for, taken by another, and what stands afterwards."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment.public.season.selectors import calendar_of
from enrollment.seasons.models import Round, Season
from enrollment.seasons.services.seasons import policy_store
from enrollment.setup.models import SeasonDraft
from enrollment.setup.selectors import checklist, ground, preview
from enrollment.setup.services.drafts import (
    season_draft_ask,
    season_draft_back,
    season_draft_drop,
    season_draft_save,
    season_draft_take,
)
from foundation import clock
from foundation.errors import NotAllowed, Refused
from policy import scheme_text
from schools.models import District
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk
from tests.lottery.factories import token

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=clock.SHANGHAI)
PLACE, YEAR = factories.DISTRICT, 2027
ROUND = {
    "stage": "primary",
    "kind": "main",
    "policy": "changde:1",
    "opens_at": "2027-06-20T08:00",
    "closes_at": "2027-07-05T17:00",
    "results_at": "2027-07-25T10:00",
    "check_on": "",
    "answer_days": "7",
    "seat_days": "3",
}
DRAW = {"key": "draw", "zh": "电脑随机录取", "en": "Draw", "starts": "2027-07-20", "ends": "2027-07-24"}
Body = dict[str, list[dict[str, str]]]


def body(**change: str) -> Body:
    return {"rounds": [{**ROUND, **change}], "calendar": [dict(DRAW)]}


@pytest.fixture
def two() -> tuple[Account, Account]:
    return factories.staff("official"), factories.staff("official")


def rules() -> None:
    factories.world()
    policy_store(district=District.objects.get(pk=PLACE), code="changde", text=scheme_text("changde"))


def version(who: Account) -> str:
    return ground(who, PLACE, YEAR).token


def save(who: Account, what: Body, at: str = "") -> SeasonDraft:
    return season_draft_save(official=who, district=PLACE, year=YEAR, body=what, token=at or version(who))


def ask(who: Account, reason: str = "") -> SeasonDraft:
    return season_draft_ask(official=who, district=PLACE, year=YEAR, token=version(who), reason=reason)


def take(who: Account, password: str = "") -> Season:
    return season_draft_take(
        official=who, district=PLACE, year=YEAR, token=version(who), password=password or token(who)
    )


def announced(two: tuple[Account, Account], what: Body | None = None) -> Round:
    save(two[0], what or body())
    ask(two[0])
    return take(two[1]).rounds.get()


def test_a_season_comes_from_one_person_and_into_force_by_another(two: tuple[Account, Account]) -> None:
    rules()
    with clock.at(NOW):
        save(two[0], {"rounds": [{**ROUND, "closes_at": "", "policy": ""}], "calendar": []})
        assert not Season.objects.filter(year=YEAR).exists()  # a draft is public nowhere
        with pytest.raises(Refused) as refused:
            ask(two[0])
        assert refused.value.code == "gaps"
        save(two[0], body())
        ask(two[0])
        with pytest.raises(Refused) as refused:
            take(two[0])
        assert refused.value.code == "same_person"
        with pytest.raises(Refused):
            take(factories.staff("official"), "000000")
        round_ = take(two[1]).rounds.get()
    assert clock.written(round_.opens_at) == "2027-06-20 08:00"
    assert (round_.state, round_.answer_days) == ("planned", 7)
    assert any(phase.first_day.isoformat() == "2027-07-20" for phase in calendar_of(round_.season))
    entry = Entry.objects.get(action="season.change")
    assert entry.actor_id == two[1].pk
    assert entry.details["before"]["rounds"] == []
    assert entry.details["after"]["rounds"][0]["closes_at"] == ROUND["closes_at"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"closes_at": "2027-06-19T08:00"}, "rounds.0.closes_at"),
        ({"results_at": "2027-07-01T08:00"}, "rounds.0.results_at"),
        ({"closes_at": "2027-07-20T08:00"}, "calendar.0.starts"),
        ({"opens_at": "2027-02-28T08:00"}, "rounds.0.opens_at"),
        ({"opens_at": "20270620"}, "rounds.0.opens_at"),
        ({"check_on": "2027-13-01"}, "rounds.0.check_on"),
        ({"answer_days": "٣"}, "rounds.0.answer_days"),
        ({"answer_days": "-1"}, "rounds.0.answer_days"),
        ({"policy": "other:1"}, "rounds.0.policy"),
        ({"stage": "university"}, "rounds.0.stage"),
        ({"kind": "secret"}, "rounds.0.kind"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    two: tuple[Account, Account], change: dict[str, str], field: str
) -> None:
    rules()
    with clock.at(NOW), pytest.raises(Refused) as refused:
        save(two[0], body(**change))
    assert field in refused.value.fields
    assert not SeasonDraft.objects.exists()


def test_the_second_of_two_who_edit_is_told_and_loses_nothing_of_the_first(two: tuple[Account, Account]) -> None:
    rules()
    with clock.at(NOW):
        seen = version(two[1])
        save(two[0], body())
        with pytest.raises(Refused) as refused:
            save(two[1], body(closes_at="2027-07-06T17:00"), seen)
        assert refused.value.code == "changed"
        assert str(two[0]) in refused.value.message
        mine = version(two[1])
        save(two[1], body(closes_at="2027-07-06T17:00"), mine)
        with pytest.raises(Refused):
            save(two[1], body(), mine)  # pressed twice
    assert SeasonDraft.objects.get().body["rounds"][0]["closes_at"] == "2027-07-06T17:00"


def test_dates_that_families_saw_change_with_a_reason_and_a_preview(two: tuple[Account, Account]) -> None:
    rules()
    with clock.at(NOW):
        round_ = announced(two)
    Round.objects.filter(pk=round_.pk).update(state="open")
    with clock.at(datetime(2027, 6, 21, 8, tzinfo=clock.SHANGHAI)):
        later = body(closes_at="2027-07-08T17:00")
        save(two[0], later)
        found = preview(ground(two[0], PLACE, YEAR))
        assert [(one.new, one.families) for one in found.rounds] == [(False, 0)]
        with pytest.raises(Refused) as refused:
            ask(two[0])
        assert refused.value.code == "reason"
        ask(two[0], "台风停电三天，顺延。")
        take(two[1])
        round_.refresh_from_db()
        assert clock.written(round_.closes_at) == "2027-07-08 17:00"
        assert Entry.objects.filter(action="season.change").latest("pk").details["reason"] == "台风停电三天，顺延。"
        for change in ({"opens_at": "2027-06-22T08:00"}, {"closes_at": "2027-06-20T08:01"}, {"policy": "changde:2"}):
            other = deepcopy(later)
            other["rounds"][0].update(change)
            with pytest.raises(Refused):
                _all_the_way(two, other)
            SeasonDraft.objects.filter(state__in=("editing", "asked")).update(state="dropped")
    round_.refresh_from_db()
    assert clock.written(round_.opens_at) == "2027-06-20 08:00"


def _all_the_way(two: tuple[Account, Account], what: Body) -> None:
    save(two[0], what)
    ask(two[0], "改")
    take(two[1])


def test_what_stands_crooked_does_not_keep_another_round_from_changing(two: tuple[Account, Account]) -> None:
    rules()
    with clock.at(NOW):
        announced(two)
        Round.objects.filter(season__year=YEAR).update(results_at=datetime(2027, 7, 5, 17, tzinfo=clock.SHANGHAI))
        stands = ground(two[0], PLACE, YEAR).standing
        junior = {**ROUND, "stage": "junior"}
        save(two[0], {**stands, "rounds": [*stands["rounds"], junior]})
        with pytest.raises(Refused) as refused:
            save(two[0], {**stands, "rounds": [{**stands["rounds"][0], "closes_at": "2027-07-06T17:00"}, junior]})
    assert "rounds.0.results_at" in refused.value.fields


def test_a_round_that_is_announced_is_not_taken_away(two: tuple[Account, Account]) -> None:
    rules()
    with clock.at(NOW):
        announced(two)
        with pytest.raises(Refused) as refused:
            save(two[0], {"rounds": [], "calendar": []})
    assert refused.value.code == "announced"


def test_a_draft_is_taken_back_dropped_and_overtaken(two: tuple[Account, Account]) -> None:
    rules()
    with clock.at(NOW):
        announced(two)
        save(two[0], body(results_at="2027-07-26T10:00"))
        ask(two[0], "改期")
        with pytest.raises(Refused) as refused:
            save(two[1], body())
        assert refused.value.code == "asked"
        season_draft_back(official=two[1], district=PLACE, year=YEAR, token=version(two[1]))
        Round.objects.filter(season__year=YEAR).update(answer_days=9)
        with pytest.raises(Refused) as refused:
            ask(two[0], "改期")
        assert refused.value.code == "stale"
        season_draft_drop(official=two[0], district=PLACE, year=YEAR, token=version(two[0]))
    assert sorted(SeasonDraft.objects.values_list("state", flat=True)) == ["dropped", "taken"]


def test_the_checklist_says_what_is_missing_until_nothing_is(two: tuple[Account, Account]) -> None:
    with clock.at(NOW):
        states = {one.step.key: one.step.state for one in checklist(two[0], PLACE, YEAR).steps}
        assert states["schools"] == states["dates"] == states["rules"] == "none"
        rules()
        states = {one.step.key: one.step.state for one in checklist(two[0], PLACE, YEAR).steps}
        assert states["schools"] == "ready"
        assert states["seats"] == "missing" or states["seats"] == "none"  # those of another year
        announced(two)
        page = checklist(two[0], PLACE, YEAR)
        assert page.rounds[0].missing
    assert len(page.steps) == 12


def test_pages_show_refuse_and_keep_what_was_typed(client: Client, two: tuple[Account, Account]) -> None:
    rules()
    desk, at = at_desk(client, two[0]), f"/official/season/{PLACE}/{YEAR}"
    year = clock.today().year + 1
    at = f"/official/season/{PLACE}/{year}"
    assert desk.get("/official/season/").status_code == 200
    assert desk.get(f"{at}/").status_code == 200
    first = str(ground(two[0], PLACE, year).token)
    form: dict[str, Any] = {f"rounds.0.{name}": text.replace("2027", str(year)) for name, text in ROUND.items()}
    answer = desk.post(f"{at}/dates/", {**form, "rounds.0.closes_at": f"{year}-06-01T08:00", "version": first})
    assert answer.status_code == 422
    assert f"{year}-06-01T08:00" in answer.content.decode()
    assert not SeasonDraft.objects.exists()
    assert desk.post(f"{at}/dates/", {**form, "version": first}).status_code == 302
    assert desk.post(f"{at}/dates/", {**form, "version": first}).status_code == 422  # pressed twice
    assert desk.post(f"{at}/dates/", {**form, "version": "x\0y", "go": "remove-99"}).status_code == 422
    assert SeasonDraft.objects.get().revision == 1
    assert desk.get(f"{at}/change/").status_code == 200
    now = ground(two[0], PLACE, year).token
    assert desk.post(f"{at}/change/ask/", {"version": now}).status_code == 302
    assert desk.post(f"{at}/change/take/", {"version": now, "token": token(two[0])}).status_code == 422
    assert desk.post(f"{at}/change/nonsense/", {"version": now}).status_code == 404
    other = at_desk(Client(), two[1])
    assert other.post(f"{at}/change/take/", {"version": now, "token": token(two[1])}).status_code == 302
    assert Round.objects.filter(season__year=year).count() == 1


@pytest.mark.parametrize("role", ["reviewer", "notary", "clerk", "elsewhere", "nobody"])
def test_nobody_else_sees_or_changes_a_season(client: Client, role: str) -> None:
    rules()
    if role == "elsewhere":
        at_desk(client, factories.staff("official", district="430703"))
    elif role != "nobody":
        at_desk(client, factories.staff(role))
    at = f"/official/season/{PLACE}/{YEAR}"
    for path in ("/", "/dates/", "/change/", "/rules/", "/rules/changde/1/"):
        assert client.get(at + path).status_code in {302, 404}, path
    for path in ("/dates/", "/rules/", "/rules/changde/1/", *(f"/change/{one}/" for one in ("ask", "take", "drop"))):
        assert client.post(at + path, {"version": "x", "token": "000000"}).status_code in {302, 404}, path
    assert not SeasonDraft.objects.exists()


def test_a_season_of_a_county_that_is_not_there_yet_begins_with_its_draft() -> None:
    official = factories.staff("official", district="430703")
    assert not District.objects.exists()
    with clock.at(NOW):
        start = ground(official, "430703", YEAR).token
        what = {"rounds": [{**ROUND, "policy": ""}], "calendar": []}
        season_draft_save(official=official, district="430703", year=YEAR, body=what, token=start)
        for district, year in (("430702", YEAR), ("999999", YEAR), ("430703", 1999), ("43", YEAR)):
            with pytest.raises(NotAllowed):
                season_draft_save(official=official, district=district, year=year, body=what, token=start)
    assert District.objects.filter(pk="430703").exists()
    assert SeasonDraft.objects.get().changed_at - NOW < timedelta(seconds=1)
