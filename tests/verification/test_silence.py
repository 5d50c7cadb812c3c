"""Agencies that are down, slow, wrong or switched off: never a refusal, always a person."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from accounts.models import Account
from foundation import clock
from foundation.draining import Turn
from foundation.errors import NotAllowed, Refused
from foundation.valkey import valkey
from tests import factories
from tests.agencies import City
from tests.servers import answering
from tests.threads import at_once
from tests.verification.test_agencies import CHILD, CLAIMS, HOUSEHOLD
from verification import client
from verification.checking import FULL, LEASE_SECONDS, MAX_ATTEMPTS, checks_run, checks_work
from verification.item_services import item_switch
from verification.models import AgencyCall, AgencySwitch, Check, DataItem, Finding
from verification.selectors import agency_report
from verification.services import prefill
from verification.wire import BREAKER_FAILURES


def new_check() -> Check:
    now = clock.now()
    return Check.objects.create(
        subject=uuid4(),
        district_code="430702",
        agency="household",
        claim=CLAIMS["household"],
        next_attempt_at=now,
        created_at=now,
    )


def ask(agency: str = "household") -> client.Call:
    return client.ask_all({agency: [CHILD]}, purpose="check", district="430702")[agency]


def silent(why: str) -> None:
    made = ask()
    assert made.answer is None
    assert why in made.why


def heard(agency: str = "household") -> client.Answer:
    answer = ask(agency).answer
    assert answer is not None
    return answer


@pytest.mark.django_db
@pytest.mark.parametrize("knob", ["down", "error", "malformed"])
def test_silence_is_retried_and_ends_as_unavailable(agencies: City, knob: str) -> None:
    agencies.knobs(household={knob: 1})
    check, at = new_check(), clock.now()
    for attempt in range(1, MAX_ATTEMPTS):
        with clock.at(at):
            assert checks_run(subject=check.subject) == 0
        check.refresh_from_db()
        assert (check.state, check.attempts) == ("pending", attempt)
        assert check.next_attempt_at > at
        at = check.next_attempt_at
    with clock.at(at):
        assert checks_run(subject=check.subject) == 1
    finding = Finding.objects.get()
    assert (finding.outcome, finding.evidence) == ("unavailable", None)
    assert AgencyCall.objects.filter(usable=False).count() == MAX_ATTEMPTS


@pytest.mark.django_db
def test_an_agency_that_comes_back_is_believed(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    agencies.knobs(household={"down": 1})
    check = new_check()
    assert checks_run(subject=check.subject) == 0
    agencies.knobs()
    check.refresh_from_db()
    with clock.at(check.next_attempt_at):
        assert checks_run(subject=check.subject) == 1
    assert Finding.objects.get().outcome == "match"
    assert AgencySwitch.objects.get(pk="household").failures == 0


@pytest.mark.django_db
def test_a_slow_agency_is_not_waited_for(agencies: City, settings: Settings) -> None:
    settings.AGENCY_TIMEOUT_SECONDS = 0.5
    agencies.knobs(household={"delay": 6})
    silent("no connection")
    made = AgencyCall.objects.get()
    assert (made.status, made.milliseconds < 6000) == (0, True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>busy</html>",
        b'{"records": null, "source": "x", "at": "2026-05-01T08:00:00+08:00"}',
        b'{"records": ["x"], "source": "x", "at": "2026-05-01T08:00:00+08:00"}',
        b'{"records": [], "source": "x"}',
        b'{"records": [], "source": "x", "at": 5}',
        b'{"records": [], "source": "x", "at": "yesterday"}',
        b"\xff\xfe\x00",
    ],
)
def test_a_200_that_says_nothing_is_silence(settings: Settings, body: bytes) -> None:
    with answering(body) as server:
        settings.AGENCY_BASE_URL = server.url
        silent("HTTP 200")


@pytest.mark.django_db
def test_a_time_without_a_zone_is_shanghai(settings: Settings) -> None:
    body = {"records": [], "source": "x", "at": "2026-05-01T08:00:00"}
    with answering(json.dumps(body).encode()) as server:
        settings.AGENCY_BASE_URL = server.url
        assert heard().at.isoformat() == "2026-05-01T08:00:00+08:00"


@pytest.mark.django_db
def test_the_breaker_rests_the_agency_and_then_tries_again(agencies: City) -> None:
    agencies.knobs(household={"down": 1})
    now = clock.now()
    with clock.at(now):
        for _ in range(BREAKER_FAILURES):
            silent("HTTP 503")
        silent("resting")
    assert AgencyCall.objects.count() == BREAKER_FAILURES
    agencies.knobs()
    with clock.at(now + timedelta(seconds=client.BREAKER_SECONDS + 1)):
        assert heard().records == ()


@pytest.mark.django_db
def test_a_switched_off_agency_is_not_asked(agencies: City) -> None:
    official = factories.staff("official")
    item_switch(actor=official, division="430702", agency="household", enabled=False, note="维护")
    silent("switched off")
    assert not AgencyCall.objects.exists()
    item_switch(actor=official, division="430702", agency="household", enabled=True)
    assert heard().source == "mock:household"


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["reviewer", "notary", "clerk", "supervisor"])
def test_who_may_not_switch(role: str) -> None:
    with pytest.raises(NotAllowed):
        item_switch(actor=factories.staff(role), division="430702", agency="household", enabled=False, note="维护")
    assert not DataItem.objects.exists()


@pytest.mark.django_db
def test_an_unknown_agency_cannot_be_switched() -> None:
    official: Account = factories.staff("official")
    with pytest.raises(Refused) as refused:
        item_switch(actor=official, division="430702", agency="weather", enabled=False, note="维护")
    assert refused.value.code == "unknown_agency"


@pytest.mark.django_db
def test_the_rate_limit_of_an_agency(agencies: City) -> None:
    with empty_bucket("household", "prefill"):
        made = client.ask_all({"household": [CHILD], "permit": [CHILD]}, purpose="prefill")
        assert (made["household"].answer, made["household"].why) == (None, "too many requests this second")
        assert made["permit"].answer is not None
    assert not AgencyCall.objects.filter(agency="household").exists()


@contextmanager
def empty_bucket(agency: str, purpose: str = "check") -> Iterator[None]:
    """The agency's quota is used up, and its bucket fills again only after the block."""
    store, key = valkey(), client._bucket(agency, purpose)
    store.hset(key, mapping={"tokens": -1e6, "at": time.time()})
    try:
        yield
    finally:
        store.delete(key)


@pytest.mark.django_db
def test_who_was_not_asked_for_lack_of_quota_is_asked_later_and_never_counted_as_silent(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    check, at = new_check(), clock.now()
    with empty_bucket("household"):
        for _look in range(2 * MAX_ATTEMPTS):
            with clock.at(at):
                assert checks_run(subject=check.subject) == 0
            check.refresh_from_db()
            assert (check.state, check.attempts) == ("pending", 0)
            assert check.next_attempt_at <= at  # it was not even taken
    with clock.at(at):
        assert checks_run(subject=check.subject) == 1
    assert Finding.objects.get().outcome == "match"


@pytest.mark.django_db
def test_prefill_has_a_share_of_the_quota_that_checks_cannot_use_up(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    with empty_bucket("household"):
        assert prefill(lookups={"household": [CHILD]})["household"].outcome == "found"


@pytest.mark.django_db
def test_a_bucket_gives_what_it_holds_and_fills_with_time(settings: Settings) -> None:
    settings.AGENCY_RATE = 10.0
    store, key = valkey(), client._bucket("household", "check")
    store.delete(key)
    try:
        assert client.granted({"household": 5}, "check") == {"household": 5}
        assert client.granted({"household": 5}, "check")["household"] <= 4  # eight a second, one second deep
        store.hset(key, "at", time.time() - 60)
        assert client.granted({"household": 500}, "check") == {"household": 8}
        assert client.granted({"household": 1, "permit": 1}, "check")["permit"] == 1
    finally:
        store.delete(key, client._bucket("permit", "check"))


@pytest.mark.django_db
def test_a_batch_does_not_ask_a_silent_agency_on(agencies: City) -> None:
    agencies.knobs(household={"down": 1})
    requests = [client.Request("household", [CHILD])] * 100 + [client.Request("permit", [CHILD])]
    calls = client.ask_many(requests, purpose="check").calls()
    made = [call for call in calls[:100] if call.status != client.NOT_MADE]
    assert BREAKER_FAILURES <= len(made) <= BREAKER_FAILURES + 32  # what was under way when it became clear
    assert all(call.answer is None for call in calls[:100])
    assert calls[100].answer is not None
    assert AgencyCall.objects.filter(agency="household").count() == len(made)


@pytest.mark.parametrize(
    ("path", "body", "age", "secret", "status"),
    [
        ("/household/query", b'{"keys": []}', 0, "", 200),
        ("/household/query", b'{"keys": []}', 0, "another secret", 401),
        ("/household/query", b'{"keys": []}', 301, "", 401),
        ("/household/query", b"{}", 0, "", 400),
        ("/household/query", json.dumps({"keys": ["x"] * 21}).encode(), 0, "", 400),
        ("/household/query", b"x" * 10_001, 0, "", 413),
        ("/weather/query", b'{"keys": []}', 0, "", 404),
        ("/knobs", b'{"household": {"mood": 1}}', 0, "", 400),
    ],
)
def test_the_agencies_refuse_what_is_not_signed_fresh_and_small(
    agencies: City, path: str, body: bytes, age: int, secret: str, status: int
) -> None:
    assert agencies.post(path, body, age=age, secret=secret).status_code == status


@pytest.mark.django_db
def test_a_wrong_secret_is_silence_not_absence(agencies: City, settings: Settings) -> None:
    settings.AGENCY_SECRET = "another secret"
    silent("HTTP 401")


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_finding(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    check = new_check()
    results = at_once([lambda: checks_run(subject=check.subject)] * 2)
    assert sorted(results, key=str) == [0, 1]
    assert (Finding.objects.count(), AgencyCall.objects.count()) == (1, 1)
    assert checks_run(subject=check.subject) == 0


@pytest.mark.django_db
def test_a_check_of_a_dead_worker_is_found_again_after_its_lease(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    check, now = new_check(), clock.now()
    # the worker leased it and was killed
    Check.objects.filter(pk=check.pk).update(next_attempt_at=now + timedelta(seconds=LEASE_SECONDS))
    look(now)
    assert not Finding.objects.exists()
    look(now + timedelta(seconds=LEASE_SECONDS))
    assert Finding.objects.get().outcome == "match"
    check.refresh_from_db()
    assert (check.state, check.attempts) == ("done", 1)  # a lease lost to a kill is no silence of the agency


def look(at: datetime, calls: Callable[[], object] = lambda: None) -> bool:
    """One look of a worker at whatever is due."""
    with clock.at(at):
        return checks_work(Turn(time.monotonic, time.monotonic() + 60, calls))


@pytest.mark.django_db
def test_a_look_takes_batch_after_batch_and_calls_others_when_there_is_more(agencies: City) -> None:
    for _number in range(FULL + 5):
        new_check()
    called: list[int] = []
    assert look(clock.now(), lambda: called.append(1)) is False
    assert Finding.objects.filter(outcome="not_found").count() == FULL + 5
    assert called == [1]
    assert look(clock.now(), lambda: called.append(1)) is False
    assert AgencyCall.objects.count() == FULL + 5


@pytest.mark.django_db
def test_a_turn_that_is_over_finishes_its_batch_and_says_that_there_is_more(agencies: City) -> None:
    for _number in range(FULL + 5):
        new_check()
    assert checks_work(Turn(time.monotonic, time.monotonic() - 1, lambda: None)) is True
    assert Finding.objects.count() == FULL


@pytest.mark.django_db(transaction=True)
def test_prefill_tells_found_empty_and_silent_apart(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    agencies.knobs(permit={"down": 1})
    known = prefill(lookups={"household": [CHILD], "real_estate": [CHILD], "permit": [CHILD]})
    outcomes = {name: result.outcome for name, result in known.items()}
    assert outcomes == {"household": "found", "real_estate": "empty", "permit": "silent"}
    assert known["household"].records == (HOUSEHOLD,)


@pytest.mark.django_db
def test_the_report_counts_requests_and_findings(agencies: City) -> None:
    agencies.put("household", HOUSEHOLD)
    assert checks_run(subject=new_check().subject)
    agencies.knobs(household={"down": 1})
    checks_run(subject=new_check().subject)
    household, *others = agency_report()
    assert (household.calls, household.usable_percent, household.waiting) == (2, 50.0, 1)
    assert household.findings == {"match": 1}
    assert household.median_seconds == household.p95_seconds is not None
    assert all(other.calls == 0 and other.usable_percent is None for other in others)
