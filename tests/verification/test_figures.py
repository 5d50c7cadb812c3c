"""The figures of the data items: whose they are, of which days and round, and that they say what was counted."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from foundation import clock
from tests import factories
from tests.agencies import City
from tests.entering import signed_in
from tests.verification.test_agencies import CHILD, HOUSEHOLD
from verification import client as asking
from verification.figures import Asked, Owner, figures
from verification.item_services import ItemRow, items_store
from verification.lines import lines_for
from verification.models import CallTally, DataItem, FindingTally, MaterialTally
from verification.quotas import uses
from verification.services import prefill
from verification.tallies import OF_CALL, TO_FINDING

COUNTY, NEIGHBOUR, CITY = "430702", "430703", "4307"
NOW = datetime(2027, 6, 20, 14, 20, tzinfo=clock.SHANGHAI)
WEEK = Asked("week", date(2027, 6, 14), date(2027, 6, 20))
PAGE = "/official/figures/"
Enter = Callable[[Account], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def enter() -> Enter:
    return partial(signed_in, language="en")


def officer(department: str, district: str = COUNTY) -> Account:
    return factories.staff("department", district=district, department=department)


def called(
    agency: str, many: int, *, days_ago: int = 0, district: str = COUNTY, round_id: int = 7, **more: int
) -> None:
    CallTally.objects.create(
        hour=NOW.replace(minute=0) - timedelta(days=days_ago),
        district_code=district,
        round_id=round_id,
        agency=agency,
        line=agency,
        purpose="check",
        calls=many,
        usable=many,
        **more,
    )


def found(agency: str, outcome: str, many: int, *, district: str = COUNTY, round_id: int = 7) -> None:
    FindingTally.objects.create(
        hour=NOW.replace(minute=0),
        district_code=district,
        round_id=round_id,
        agency=agency,
        outcome=outcome,
        slowness=TO_FINDING.bucket(2.0),
        findings=many,
    )


def by_code(owners: tuple[Owner, ...]) -> dict[str, Owner]:
    return {one.code: one for one in owners}


def test_an_official_reads_all_items_of_the_own_divisions_by_department() -> None:
    called("household", 5)
    called("permit", 3, days_ago=1)
    called("contract", 2, days_ago=6)
    called("contract", 9, days_ago=7)  # before the week
    called("household", 50, district=NEIGHBOUR)
    found("household", "match", 6)
    found("household", "mismatch", 2)
    found("household", "match", 40, district=NEIGHBOUR)
    seen = figures(factories.staff("official"), WEEK)
    owners = by_code(seen.owners)
    assert (seen.calls, seen.totals) == (10, (2, 0, 0, 0, 0, 3, 5))
    assert owners["public_security"].columns == [0, 0, 0, 0, 0, 3, 5]
    assert (owners["housing"].calls, owners["civil_affairs"].calls) == (2, 0)
    assert (seen.matched, seen.findings) == (6, 8)
    assert [(one.district, one.matched, one.whole, one.percent) for one in seen.rates] == [(COUNTY, 6, 8, 75.0)]
    city = factories.staff("city", district=CITY)
    assert figures(city, WEEK).calls == 60
    assert figures(city, Asked("week", WEEK.since, WEEK.until, division=NEIGHBOUR)).calls == 50


def test_a_department_reads_its_own_items_in_its_own_divisions_and_nothing_else() -> None:
    for agency in ("household", "permit", "contract", "rental"):
        called(agency, 4)
    called("contract", 70, district=NEIGHBOUR)
    MaterialTally.objects.create(hour=NOW, district_code=COUNTY, round_id=7, families=2, named=6, replaced=4)
    MaterialTally.objects.create(hour=NOW, district_code=COUNTY, round_id=7, agency="contract", replaced=3)
    seen = figures(officer("housing"), WEEK)
    assert [one.code for one in seen.owners] == ["housing"]
    assert [one.agency for one in seen.owners[0].items] == ["contract", "rental"]
    assert (seen.calls, seen.materials, seen.owners[0].items[0].replaced) == (8, None, 3)
    assert figures(officer("housing", NEIGHBOUR), WEEK).calls == 70
    assert figures(officer("education"), WEEK).calls == 0
    for stranger in (officer(""), factories.staff("reviewer"), factories.staff("clerk")):
        assert figures(stranger, WEEK).owners == ()


def test_a_round_is_never_mixed_with_others_and_days_with_other_days() -> None:
    called("household", 5, round_id=7)
    called("household", 11, round_id=8)
    called("household", 13, round_id=0)  # a child looked up before any round was chosen
    found("household", "match", 5, round_id=7)
    found("household", "not_found", 3, round_id=8)
    for round_id, replaced in ((7, 4), (8, 1)):
        MaterialTally.objects.create(
            hour=NOW, district_code=COUNTY, round_id=round_id, families=1, named=5, replaced=replaced
        )
    official = factories.staff("official")
    seen = figures(official, Asked("week", WEEK.since, WEEK.until, 7))
    assert (seen.calls, seen.matched, seen.findings) == (5, 5, 5)
    assert seen.materials is not None
    assert (seen.materials.named, seen.materials.replaced, seen.materials.asked, seen.materials.percent) == (
        5,
        4,
        1,
        80,
    )
    assert figures(official, WEEK).calls == 29
    assert figures(official, Asked("day", date(2027, 6, 19), date(2027, 6, 19))).calls == 0
    season = figures(official, Asked("season", date(2027, 1, 1), date(2027, 6, 20)))
    assert [first.month for first, _last in season.columns] == [1, 2, 3, 4, 5, 6]
    assert season.totals == (0, 0, 0, 0, 0, 29)


def test_times_are_percentiles_of_what_was_counted() -> None:
    called("permit", 90, slowness=OF_CALL.bucket(0.02))
    called("permit", 10, slowness=OF_CALL.bucket(1.5))
    CallTally.objects.create(
        hour=NOW, district_code=COUNTY, agency="permit", purpose="check", calls=1000
    )  # no times then
    found("permit", "match", 4)
    item = by_code(figures(factories.staff("official"), WEEK).owners)["public_security"].items[1]
    assert item.p50 == pytest.approx(20, rel=0.1)
    assert item.p95 == pytest.approx(1500, rel=0.1)
    assert item.finding_p95 == pytest.approx(2.0, rel=0.03)
    assert item.calls == 1100


@pytest.mark.django_db(transaction=True)
def test_a_request_is_counted_for_its_district_and_round_and_over_its_line(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    items_store(division=COUNTY, rows=[ItemRow("household", endpoint=agencies.url, quota=50)])
    prefill(lookups={"household": [CHILD]}, district=COUNTY, round_id=7)
    prefill(lookups={"household": [CHILD]}, district=NEIGHBOUR)
    assert set(CallTally.objects.values_list("district_code", "round_id", "line", "calls")) == {
        (COUNTY, 7, f"household@{COUNTY}", 1),
        (NEIGHBOUR, 0, "household", 1),
    }
    own, shared = sorted(uses({(COUNTY, "household"), (NEIGHBOUR, "household")}), key=lambda one: not one.own)
    assert (own.today, own.a_second, own.busiest) == (1, 50, 1)
    assert own.percent == pytest.approx(100 / (50 * 86_400))
    assert shared.today == 2  # without a quota of its own a line shares that of its agency
    assert asking.FULL_NOW


@pytest.mark.parametrize("role", ["reviewer", "clerk", "notary", "witness", "helper"])
def test_other_roles_have_no_such_page(enter: Enter, role: str) -> None:
    client = enter(factories.staff(role))
    assert client.get(PAGE).status_code == client.get(f"{PAGE}table/").status_code == 404


def test_nobody_reads_it_without_a_one_time_password() -> None:
    client = Client()
    client.force_login(factories.staff("official"))
    assert client.get(PAGE).status_code == 302


def test_the_page_says_it_in_a_sentence_and_in_a_table(enter: Enter) -> None:
    called("household", 5)
    found("household", "match", 6)
    found("household", "mismatch", 2)
    MaterialTally.objects.create(hour=NOW, district_code=COUNTY, round_id=7, families=2, named=6, replaced=4)
    with clock.at(NOW):
        text = enter(factories.staff("official")).get(PAGE).content.decode()
    assert "the registers were asked 5 times" in text
    assert "Of 8 findings 6 confirmed what families declared" in text
    assert "The rules name 6 materials for 2 families; data answered 4 of them (67 %), and 2 were left" in text
    assert 'data-qa="owner-civil_affairs"' in text


def test_a_county_switches_its_own_line_from_the_page_and_no_neighbour_s(enter: Enter) -> None:
    client, page = enter(factories.staff("official")), "/admin/verification/agencyswitch/"
    for division in (NEIGHBOUR, CITY, COUNTY):
        client.post(page, {"agency": "household", "division": division, "enabled": "0", "note": "维护（合成）"})
    closed = lines_for({(COUNTY, "household"), (NEIGHBOUR, "household")})
    assert (closed[COUNTY, "household"].closed, closed[NEIGHBOUR, "household"].closed) == ("switched off", "")
    assert list(DataItem.objects.values_list("division", "enabled")) == [(COUNTY, False)]


def test_an_officer_of_a_department_sees_no_other_department_on_the_page(enter: Enter) -> None:
    called("contract", 8)
    called("household", 31)
    client = enter(officer("housing"))
    with clock.at(NOW):
        text = client.get(PAGE).content.decode()
        assert client.get(PAGE, {"department": "public_security"}).status_code == 404
        assert client.get(PAGE, {"division": NEIGHBOUR}).status_code == 404
    assert "asked 8 times" in text
    assert "owner-public_security" not in text
    assert "31" not in text.split("<main", 1)[1].split("</main", 1)[0]


@pytest.mark.parametrize(
    "query", [{"period": "year"}, {"round": "999999"}, {"round": "x"}, {"division": "44"}, {"department": "fishing"}]
)
def test_what_is_not_there_is_not_found(enter: Enter, query: dict[str, str]) -> None:
    client = enter(factories.staff("official"))
    assert client.get(PAGE, query).status_code == 404
    assert client.get(f"{PAGE}table/", query).status_code == 404


@pytest.mark.parametrize("day", ["yesterday", "2027-02-30", "0001-01-01", "9999-12-31", "2027-06-20\0"])
def test_a_day_that_is_none_is_refused_in_words_and_kept(enter: Enter, day: str) -> None:
    client = enter(factories.staff("official"))
    answer = client.get(PAGE, {"day": day})
    assert answer.status_code == 422
    assert "Please give a day" in answer.content.decode()
    assert client.get(f"{PAGE}table/", {"day": day}).status_code == 422


def test_the_round_of_ones_reach_can_be_chosen(enter: Enter) -> None:
    place = factories.world()
    called("household", 5, round_id=place.round.pk)
    called("household", 70, round_id=place.round.pk + 1)
    client = enter(factories.staff("official"))
    with clock.at(NOW):
        text = client.get(PAGE, {"round": str(place.round.pk)}).content.decode()
    assert "asked 5 times" in text
    assert "Only the round" in text
    stranger = enter(factories.staff("official", district="440604"))
    assert stranger.get(PAGE, {"round": str(place.round.pk)}).status_code == 404


def test_the_same_figures_are_fetched_as_a_table_and_that_is_in_the_log(enter: Enter) -> None:
    called("household", 5)
    called("household", 3, days_ago=2)
    called("permit", 9, district=NEIGHBOUR)
    found("household", "match", 6)
    MaterialTally.objects.create(hour=NOW, district_code=COUNTY, round_id=7, agency="household", replaced=4)
    official = factories.staff("official")
    with clock.at(NOW):
        answer = enter(official).get(f"{PAGE}table/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="figures-20270614-20270620.csv"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(one["day"], one["district"], one["calls"], one["match"], one["materials_replaced"]) for one in rows] == [
        ("2027-06-18", COUNTY, "3", "0", "0"),
        ("2027-06-20", COUNTY, "5", "6", "4"),
    ]
    assert Entry.objects.get(action="agency.export").actor_id == official.pk


def test_the_first_page_says_how_many_requests_were_made_today(enter: Enter) -> None:
    called("household", 5)
    called("permit", 8, days_ago=1)
    called("permit", 90, district=NEIGHBOUR)
    with clock.at(NOW):
        cards = enter(factories.staff("official")).get("/admin/").context["cards"]
    card = next(one for one in cards if one["title"] == "Data requests today")
    assert (card["value"], card["link"]) == (5, PAGE)


def test_the_page_of_the_agencies_groups_by_department_and_leads_here(enter: Enter) -> None:
    called("household", 5)
    with clock.at(NOW):
        text = enter(factories.staff("official")).get("/admin/verification/agencyswitch/").content.decode()
    assert PAGE in text
    rows = text.split('data-qa="owner"')[1:]
    assert len(rows) == 9
    police = next(one for one in rows if "Public security" in one)
    assert police.count('data-qa="use-') == 2
    assert "5 requests today" in police
