"""The catalogue of data items: whose switch cuts off whom, who needs a second person, and which line is used."""

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts.models import Account
from audit.models import Entry
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.valkey import valkey
from portal.seasons.items import read_items
from tests import factories
from tests.agencies import City
from tests.verification.test_agencies import CHILD, CLAIMS, HOUSEHOLD
from verification import client
from verification.checking import checks_run
from verification.config import line_problems
from verification.dialect import DialectError, parse
from verification.item_selectors import ItemView, catalogues
from verification.item_services import ASKED, DONE, ItemRow, item_switch, item_try, items_store, switch_drop
from verification.lines import items_of, levels, lines_for
from verification.models import AgencyCall, AgencySwitch, Check, DataItem, Finding

COUNTY, NEIGHBOUR, CITY = "430702", "430703", "4307"
pytestmark = pytest.mark.django_db


def closed(district: str, agency: str = "household") -> str:
    return lines_for({(district, agency)})[district, agency].closed


def item(account: Account, agency: str = "household") -> ItemView:
    return next(one for one in catalogues(account)[0].items if one.agency == agency)


def test_a_county_cuts_off_an_agency_for_itself_alone() -> None:
    county = factories.staff("official")
    assert item_switch(actor=county, division=COUNTY, agency="household", enabled=False, note="维护") == DONE
    assert (closed(COUNTY), closed(NEIGHBOUR), closed("430104")) == ("switched off", "", "")
    assert item(county).state == "off"
    for above in (CITY, "43", "", NEIGHBOUR):
        with pytest.raises(NotAllowed):
            item_switch(actor=county, division=above, agency="household", enabled=False, note="维护")
    assert item_switch(actor=county, division=COUNTY, agency="household", enabled=True) == DONE
    assert closed(COUNTY) == ""


def test_switching_on_again_wakes_no_line_that_others_share() -> None:
    county, until = factories.staff("official"), clock.now() + timedelta(seconds=20)
    AgencySwitch.objects.create(line="household", failures=3, open_until=until)
    AgencySwitch.objects.create(line=f"household@{COUNTY}", failures=3, open_until=until)
    item_switch(actor=county, division=COUNTY, agency="household", enabled=False, note="维护")
    item_switch(actor=county, division=COUNTY, agency="household", enabled=True)
    left = dict(AgencySwitch.objects.values_list("line", "failures"))
    assert left == {"household": 3, f"household@{COUNTY}": 0}


def test_a_city_is_cut_off_by_two_people() -> None:
    first, second = factories.staff("city", district=CITY), factories.staff("city", district=CITY)
    for _time in range(2):
        assert item_switch(actor=first, division=CITY, agency="permit", enabled=False, note="系统升级") == ASKED
    assert closed(COUNTY, "permit") == ""
    assert (item(first, "permit").mine, item(second, "permit").asked) == (True, "系统升级")
    assert item_switch(actor=second, division=CITY, agency="permit", enabled=False, note="x") == DONE
    assert closed(COUNTY, "permit") == closed(NEIGHBOUR, "permit") == "switched off"
    assert closed("430104", "permit") == ""
    row = DataItem.objects.get()
    assert (row.note, row.changed_by, row.asked_by) == ("系统升级", second, None)
    assert item(factories.staff("official"), "permit").state == "off_above"
    actions = list(Entry.objects.filter(object_id="permit").order_by("pk").values_list("action", flat=True))
    assert actions == ["agency.off_asked", "agency.off_asked", "agency.off"]


def test_what_was_asked_for_can_be_dropped() -> None:
    first, second = factories.staff("city", district=CITY), factories.staff("city", district=CITY)
    item_switch(actor=first, division=CITY, agency="permit", enabled=False, note="系统升级")
    switch_drop(actor=second, division=CITY, agency="permit")
    assert item_switch(actor=second, division=CITY, agency="permit", enabled=False, note="系统升级") == ASKED


def test_switching_off_needs_a_reason_and_an_item() -> None:
    official = factories.staff("official")
    with pytest.raises(Refused) as refused:
        item_switch(actor=official, division=COUNTY, agency="household", enabled=False, note=" ")
    assert refused.value.code == "no_note"
    with pytest.raises(Refused) as refused:
        item_switch(actor=official, division=COUNTY, agency="birth", enabled=False, note="维护")
    assert refused.value.code == "no_item"


def test_a_district_has_the_items_of_its_own_and_of_the_levels_above() -> None:
    assert len(items_of(COUNTY)) == 5
    items_store(division="43", rows=[ItemRow("birth")])
    items_store(division=CITY, rows=[ItemRow("rental")])
    items_store(division=NEIGHBOUR, rows=[ItemRow("business")])
    assert items_of(COUNTY) - items_of("430104") == {"rental"}
    assert {"birth", "rental", "business"} <= items_of(NEIGHBOUR)
    assert levels(COUNTY) == ["", "43", CITY, COUNTY]


def test_the_nearest_row_that_says_how_to_ask_is_used(settings: Settings) -> None:
    settings.AGENCY_SECRETS = {"police": "s3cret"}
    items_store(division="43", rows=[ItemRow("household", endpoint="https://province.example/", quota=30)])
    items_store(division=CITY, rows=[ItemRow("household", endpoint="https://city.example", secret="police")])
    items_store(division=COUNTY, rows=[ItemRow("household", owner="武陵分局")])
    found = lines_for({(COUNTY, "household"), ("430104", "household"), (COUNTY, "permit")})
    assert (found[COUNTY, "household"].url, found[COUNTY, "household"].secret) == ("https://city.example", "s3cret")
    assert found[COUNTY, "household"].name == "household@4307"
    assert found[COUNTY, "household"].quota == 30
    assert found["430104", "household"].url == "https://province.example"
    assert found[COUNTY, "permit"].name == "permit"
    assert item(factories.staff("official")).owner == "武陵分局"


def test_an_agreement_that_ended_and_a_secret_that_nobody_has_close_a_line() -> None:
    today = clock.today()
    items_store(division=COUNTY, rows=[ItemRow("permit", valid_until=today), ItemRow("insurance", secret="lost")])
    assert closed(COUNTY, "permit") == ""
    with clock.at(clock.now() + timedelta(days=1)):
        assert closed(COUNTY, "permit") == "the agreement has ended"
    assert "wrongly" in closed(COUNTY, "insurance")


def test_a_line_that_fails_rests_alone(agencies: City) -> None:
    items_store(division=COUNTY, rows=[ItemRow("household", endpoint="http://127.0.0.1:9")])
    agencies.put("household", HOUSEHOLD)
    for _time in range(8):
        made = client.ask_all({"household": [CHILD]}, purpose="check", district=COUNTY)["household"]
        assert made.answer is None
    assert closed(COUNTY).startswith("resting")
    assert AgencySwitch.objects.get().line == f"household@{COUNTY}"
    other = client.ask_all({"household": [CHILD]}, purpose="check", district=NEIGHBOUR)["household"]
    assert other.answer is not None


def test_checks_of_one_batch_go_over_the_lines_of_their_districts(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    item_switch(actor=factories.staff("official"), division=COUNTY, agency="household", enabled=False, note="维护")
    now = clock.now()
    for district in (COUNTY, NEIGHBOUR):
        check = Check(subject=uuid4(), district_code=district, agency="household", claim=CLAIMS["household"])
        check.next_attempt_at = check.created_at = now
        check.save()
        assert checks_run(subject=check.subject) == (district == NEIGHBOUR)
    assert Finding.objects.get().check_made.district_code == NEIGHBOUR


def test_a_quota_of_a_line_makes_its_checks_wait_and_counts_nothing_against_them(agencies: City) -> None:
    items_store(division=COUNTY, rows=[ItemRow("household", endpoint=agencies.url, quota=1)])
    bucket = client._bucket(f"household@{COUNTY}", "check")
    valkey().delete(bucket)
    first = client.ask_all({"household": [CHILD]}, purpose="check", district=COUNTY)["household"]
    assert first.answer is not None
    valkey().hset(bucket, mapping={"tokens": 0, "at": time.time() + 60})  # it fills no more during the test
    second = client.ask_all({"household": [CHILD]}, purpose="check", district=COUNTY)["household"]
    assert (second.answer, second.why) == (None, client.FULL_NOW)
    check = Check(subject=uuid4(), district_code=COUNTY, agency="household", claim=CLAIMS["household"])
    check.next_attempt_at = check.created_at = clock.now()
    check.save()
    assert checks_run(subject=check.subject) == 0
    check.refresh_from_db()
    assert (check.attempts, check.state) == (0, "pending")
    valkey().delete(bucket)


def test_an_item_is_tried_with_the_agencys_own_test_person_and_nothing_is_stored(agencies: City) -> None:
    official = factories.staff("official")
    items_store(division=COUNTY, rows=[ItemRow("household", test_person=CHILD)])
    agencies.put("household", HOUSEHOLD)
    found = item_try(actor=official, division=COUNTY, agency="household")
    assert (found.status, found.records) == (200, (HOUSEHOLD,))
    assert AgencyCall.objects.get().purpose == "probe"
    assert not Finding.objects.exists()
    with pytest.raises(Refused):
        item_try(actor=official, division=COUNTY, agency="permit")
    for other in (factories.staff("reviewer"), factories.staff("official", district=NEIGHBOUR)):
        with pytest.raises(NotAllowed):
            item_try(actor=other, division=COUNTY, agency="household")


def test_the_items_of_a_folder_are_read_with_every_mistake_named() -> None:
    said: list[tuple[str, str]] = []
    given: list[Any] = [
        "birth",
        {"item": "rental", "quota": 20, "dialect": {"signature": "hmac-sm3", "batch": 20}},
        {"item": "weather"},
        {"item": "birth"},
        {"item": "business", "quota": 0, "endpoint": "ftp://x", "mood": 1, "dialect": {"cipher": "rot13"}},
    ]
    rows = read_items(given, lambda column, message: said.append((column, message)))
    assert [row.agency for row in rows] == ["birth", "rental"]
    assert {column for column, _message in said} == {
        "items[3].item",
        "items[4].item",
        "items[5].quota",
        "items[5].endpoint",
        "items[5].mood",
        "items[5].dialect.cipher",
    }


def test_an_address_in_clear_is_refused_and_a_stored_one_is_closed(settings: Settings) -> None:
    said: list[tuple[str, str]] = []
    read_items([{"item": "rental", "endpoint": "http://exchange.example"}], lambda *one: said.append(one))
    assert [column for column, _message in said] == ["items[1].endpoint"]
    items_store(division=COUNTY, rows=[ItemRow("insurance", endpoint="http://127.0.0.1:9")])
    assert closed(COUNTY, "insurance") == ""
    settings.LOCAL = False
    assert "wrongly" in closed(COUNTY, "insurance")


def test_what_is_wrong_with_a_line_is_told_at_the_start_and_by_check(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.AGENCY_SECRETS = {"police": "x" * 32}
    without_file = {"certificate": "none.pem", "certificate_key": "none.key"}
    rows = [
        ItemRow("household", endpoint="https://a.example", secret="police"),
        ItemRow("real_estate", secret="nobody"),
        ItemRow("insurance", endpoint="https://b.example", dialect=without_file),
    ]
    items_store(division=COUNTY, rows=rows)
    DataItem.objects.filter(agency="permit").delete()
    DataItem.objects.create(agency="permit", division=COUNTY, endpoint="http://c.example", changed_at=clock.now())
    found = line_problems()
    assert [problem.split(" of ")[0] for problem in found] == [
        f"data item {one}" for one in ("insurance", "permit", "real_estate")
    ]
    assert "'nobody'" in found[2]
    settings.LOCAL = False
    call_command("check", databases=["default"])
    told = capsys.readouterr().err
    assert all(problem in told for problem in found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"mood": 1},
        {"signature": "md5"},
        {"batch": 0},
        {"path": "query"},
        {"certificate": "a.pem"},
        {"nested": {"owners": {"name": "QLR"}}},
        {"codes": {"status": "1"}},
        {"good": "200"},
        [],
    ],
)
def test_a_dialect_that_is_none_is_refused(wrong: Any) -> None:
    with pytest.raises(DialectError):
        parse(wrong)
