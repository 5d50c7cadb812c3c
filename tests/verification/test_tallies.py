"""The figures of the agencies: true at any moment, however many workers count and whatever was added together."""

import math
import random
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import clock
from tests import factories
from tests.threads import at_once
from verification.checking import _conclude
from verification.models import Agency, AgencyCall, CallTally, Check, Finding, FindingTally, MaterialTally, Outcome
from verification.selectors import AgencyReport, agency_report, verification_rates
from verification.tallies import (
    OF_CALL,
    TO_FINDING,
    Place,
    Spared,
    calls_tally,
    hour_of,
    materials_tally,
    tallies_add_up,
)

NOW = datetime(2027, 6, 1, 14, 20, tzinfo=clock.SHANGHAI)


@given(st.lists(st.floats(0.05, 100_000), min_size=1, max_size=300))
def test_a_percentile_is_right_to_a_bucket(seconds: list[float]) -> None:
    counts: dict[int, int] = {}
    for one in seconds:
        counts[TO_FINDING.bucket(one)] = counts.get(TO_FINDING.bucket(one), 0) + 1
    for share in (0.5, 0.95, 1.0):
        rank = math.ceil(round(share * len(seconds), 6)) - 1
        true = sorted(seconds)[rank]
        found = TO_FINDING.percentile(counts, share)
        assert found is not None
        assert true / 1.026 <= found <= true * 1.026


def test_nothing_counted_has_no_percentile_and_no_time_is_too_short() -> None:
    assert TO_FINDING.percentile({}, 0.5) is None
    assert TO_FINDING.bucket(0) == TO_FINDING.bucket(-3) == TO_FINDING.bucket(0.01) == 0
    assert TO_FINDING.seconds(TO_FINDING.bucket(1.0)) == pytest.approx(1.0, rel=0.026)
    assert OF_CALL.seconds(OF_CALL.bucket(0.2)) == pytest.approx(0.2, rel=0.1)


def concluded(agency: str, outcome: str, seconds: float, *, hours_ago: float) -> Finding:
    """A check that came to a finding some hours ago."""
    at = NOW - timedelta(hours=hours_ago)
    check = Check.objects.create(
        subject=uuid4(),
        district_code="430702",
        agency=agency,
        claim={},
        next_attempt_at=at,
        created_at=at - timedelta(seconds=seconds),
    )
    finding = Finding(
        check_made=check, outcome=outcome, evidence_hash="", source="", trace_id="", seconds=seconds, at=at
    )
    _conclude([finding], [])
    return finding


def report(agency: Agency) -> AgencyReport:
    with clock.at(NOW):
        return next(one for one in agency_report() if one.agency == agency)


@pytest.mark.django_db
def test_the_report_says_what_a_count_over_all_findings_says() -> None:
    chance = random.Random(7)
    made = [
        concluded(
            chance.choice(Agency.values),
            chance.choice(Outcome.values),
            chance.choice((0.2, 1.5, 40)),
            hours_ago=chance.choice((0, 3, 4, 100)),
        )
        for _number in range(120)
    ]
    concluded("household", Outcome.MATCH, 99_999, hours_ago=8 * 24)  # before the period

    def told() -> None:
        for agency in Agency:
            mine = [one for one in made if one.check_made.agency == agency]
            found = report(agency)
            assert found.findings == Counter(str(one.outcome) for one in mine)
            assert found.median_seconds == pytest.approx(
                sorted(one.seconds for one in mine)[math.ceil(len(mine) / 2) - 1], rel=0.026, abs=0.05
            )

    told()
    rows = FindingTally.objects.count()
    with clock.at(NOW):
        assert not tallies_add_up()
        told()
        settled = FindingTally.objects.count()
        assert settled < rows
        tallies_add_up()
    assert FindingTally.objects.count() == settled  # nothing is left to be added


@pytest.mark.django_db
def test_a_finding_that_was_stored_already_is_not_counted_twice() -> None:
    finding = concluded("household", Outcome.MATCH, 2, hours_ago=0)
    again = Finding(**{field.attname: getattr(finding, field.attname) for field in Finding._meta.fields} | {"id": None})
    _conclude([again], [])
    assert report(Agency.HOUSEHOLD).findings == {"match": 1}


@pytest.mark.django_db
def test_requests_are_counted_and_added_together() -> None:
    for hours_ago, usable in ((30, True), (30, False), (30, True), (0.1, True)):
        at = NOW - timedelta(hours=hours_ago)
        calls = [AgencyCall(agency="permit", at=at, purpose="check", trace_id="", status=200, milliseconds=50)]
        calls[0].usable = usable
        calls_tally([(calls[0], Place("430702", 7, "permit"))])
    with clock.at(NOW):
        tallies_add_up()
    assert CallTally.objects.count() == 2
    found = report(Agency.PERMIT)
    assert (found.calls, found.usable_percent, found.milliseconds) == (4, 75, 50)


@pytest.mark.django_db(transaction=True)
def test_two_sweepers_and_a_reader_never_lose_or_double_a_finding() -> None:
    for number in range(60):
        concluded("contract", Outcome.MATCH, 1, hours_ago=2 + number % 3)

    def one(number: int) -> int:
        with clock.at(NOW):
            if number % 2:
                tallies_add_up()
            return report(Agency.CONTRACT).findings["match"]

    assert at_once([partial(one, number) for number in range(8)]) == [60] * 8
    assert FindingTally.objects.count() == 3


@pytest.mark.django_db
def test_the_rate_counts_matches_of_all_findings_by_district_and_item() -> None:
    hour = hour_of(clock.now())
    for district, agency, outcome, many in (
        ("430702", "household", "match", 6),
        ("430702", "household", "mismatch", 1),
        ("430702", "household", "unavailable", 1),
        ("430702", "permit", "not_found", 2),
        ("430721", "household", "match", 5),
    ):
        FindingTally.objects.create(
            hour=hour, district_code=district, agency=agency, outcome=outcome, slowness=1, findings=many
        )
    rates = verification_rates(factories.staff("official"))
    assert [(one.district, one.agency, one.matched, one.whole, one.percent) for one in rates] == [
        ("430702", "household", 6, 8, 75.0),
        ("430702", "permit", 0, 2, 0.0),
    ]
    assert len(verification_rates(factories.staff("city", district="4307"))) == 3
    assert verification_rates(factories.staff("clerk")) == []


@pytest.mark.django_db
def test_hours_that_are_long_over_become_days_and_lose_nothing() -> None:
    long_ago = NOW - timedelta(days=30)
    for hour in (0, 5, 23):
        at = hour_of(long_ago).replace(hour=hour)
        CallTally.objects.create(
            hour=at, district_code="430702", round_id=7, agency="permit", line="permit", purpose="check", calls=2
        )
    concluded("permit", Outcome.MATCH, 1, hours_ago=1)
    for seconds in (3.0, 3.1, 3.2, 40.0):
        concluded("household", Outcome.MATCH, seconds, hours_ago=30 * 24)
    with clock.at(NOW):
        assert not tallies_add_up()
        tallies_add_up()
    row = CallTally.objects.get()
    assert row.hour == long_ago.replace(hour=0, minute=0)
    assert (row.calls, row.round_id) == (6, 7)
    assert FindingTally.objects.get(agency="permit").hour == hour_of(NOW - timedelta(hours=1))  # still an hour
    old = dict(FindingTally.objects.filter(agency="household").values_list("slowness", "findings"))
    assert sum(old.values()) == 4
    assert TO_FINDING.percentile(old, 0.5) == pytest.approx(3.05, rel=0.12)
    assert TO_FINDING.percentile(old, 1.0) == pytest.approx(40, rel=0.12)


@pytest.mark.django_db
def test_a_family_is_counted_once_however_often_it_is_judged() -> None:
    first, second = Spared(4, 1, {"household": 1}), Spared(4, 3, {"household": 1, "real_estate": 2})
    for before, now in ((None, first), (first, second), (second, second), (second, first)):
        materials_tally([("430702", 7, before, now)])
    sums: Counter[str] = Counter()
    for row in MaterialTally.objects.all():
        assert (row.district_code, row.round_id) == ("430702", 7)
        sums.update({"families": row.families, "named": row.named})
        sums[f"replaced {row.agency}"] += row.replaced
    assert sums == Counter(
        {"families": 1, "named": 4, "replaced ": 1, "replaced household": 1, "replaced real_estate": 0}
    )
