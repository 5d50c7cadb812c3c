"""What the figures of the agencies are read from: requests, findings and spared materials, counted as they are stored.

A count is written in the transaction of what it counts, so that it is true at any moment; nobody waits for another's
row, because each batch writes rows of its own. A sweep adds the rows of finished hours together, and makes days of
hours that are long over: how many rows a season leaves depends on districts, items and days, not on families.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection

from foundation import clock
from verification.models import AgencyCall, CallTally, Finding, FindingTally, MaterialTally

SETTLED: Final = timedelta(hours=1)  # rows of an hour are added together an hour after it began
BY_HOUR: Final = timedelta(days=9)  # the page of the agencies looks at hours for seven days
ZONE: Final = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Scale:
    """Buckets of times: ``least`` seconds and what is faster is the first; each is ``step`` times the one before."""

    least: float
    step: float

    def bucket(self, seconds: float) -> int:
        """The bucket of a time in seconds."""
        return max(0, round(math.log(max(seconds, self.least) / self.least, self.step)))

    def seconds(self, bucket: int) -> float:
        """The time in the middle of a bucket, in seconds."""
        return float(self.least * self.step**bucket)

    def percentile(self, counts: Mapping[int, int], share: float) -> float | None:
        """The time in seconds that ``share`` (0 to 1) of all counted stay within; None where nothing was counted.

        ``counts`` maps buckets to how many fell into them.
        """
        wanted, below = share * sum(counts.values()), 0
        for bucket in sorted(counts):
            below += counts[bucket]
            if below >= wanted:
                return self.seconds(bucket)
        return None


TO_FINDING: Final = Scale(0.05, 1.05)  # a percentile is right to 2.5 %
OF_CALL: Final = Scale(0.001, 1.2)  # to 10 %: fewer rows, of which a batch of requests writes many

# Rows of finished hours leave and come back as one: in one statement, so that a reader sees one or the other.
_ADD_UP: Final = """
    WITH many AS (
        SELECT {keys} FROM {table} WHERE hour < %(before)s GROUP BY {keys} HAVING count(*) > 1 ORDER BY hour LIMIT 5000
    ), gone AS (
        DELETE FROM {table} t USING many m WHERE {same} RETURNING t.*
    )
    INSERT INTO {table} ({keys}, {sums}) SELECT {keys}, {added} FROM gone GROUP BY {keys}
"""
_DAYS: Final = """
    UPDATE {table} SET hour = date_trunc('day', hour, %(zone)s) {wider} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM {table}
        WHERE hour < %(old)s AND hour <> date_trunc('day', hour, %(zone)s)
        LIMIT 5000 FOR UPDATE SKIP LOCKED
    ))
"""
# Of the times of long ago four buckets are one, 22 % wide: who looks back at a season reads them to 10 %.
_WIDER: Final = {"verification_findingtally": ", slowness = slowness / 4 * 4 + 2"}
_TALLIES: Final = {
    "verification_findingtally": (
        ("hour", "district_code", "round_id", "agency", "outcome", "slowness"),
        ("findings",),
    ),
    "verification_calltally": (
        ("hour", "district_code", "round_id", "agency", "line", "purpose", "slowness"),
        ("calls", "usable", "milliseconds"),
    ),
    "verification_materialtally": (
        ("hour", "district_code", "round_id", "agency"),
        ("families", "named", "replaced"),
    ),
}


def hour_of(at: datetime) -> datetime:
    """The beginning of the hour that a moment lies in."""
    return at.replace(minute=0, second=0, microsecond=0)


def findings_tally(findings: Iterable[Finding]) -> None:
    """Count findings; inside the transaction that stores them, with their checks at hand."""
    counted = Counter(
        (
            hour_of(one.at),
            one.check_made.district_code,
            one.check_made.round_id,
            one.check_made.agency,
            one.outcome,
            TO_FINDING.bucket(one.seconds),
        )
        for one in findings
    )
    keys = _TALLIES["verification_findingtally"][0]
    FindingTally.objects.bulk_create(
        FindingTally(**dict(zip(keys, key, strict=True)), findings=many) for key, many in counted.items()
    )


class Place(NamedTuple):
    """For whom a request was made, and over which line."""

    district: str
    round_id: int
    line: str


def calls_tally(calls: Iterable[tuple[AgencyCall, Place]]) -> None:
    """Count requests; inside the transaction that stores them."""
    rows: dict[tuple[object, ...], CallTally] = {}
    for call, place in calls:
        hour, bucket = hour_of(call.at), OF_CALL.bucket(call.milliseconds / 1000)
        key = (hour, place, call.agency, call.purpose, bucket)
        row = rows.get(key)
        if row is None:
            row = rows[key] = CallTally(
                hour=hour,
                district_code=place.district,
                round_id=place.round_id,
                agency=call.agency,
                line=place.line,
                purpose=call.purpose,
                slowness=bucket,
            )
        row.calls += 1
        row.usable += call.usable
        row.milliseconds += call.milliseconds
    CallTally.objects.bulk_create(rows.values())


class Spared(NamedTuple):
    """Of one family: the materials that the rules of its group name, how many of them data answered, and with whose
    help each.
    """

    named: int
    replaced: int
    by: Mapping[str, int]


def materials_tally(changes: Iterable[tuple[str, int, Spared | None, Spared]]) -> None:
    """Count what data spared families: (district, round, what was counted of this family before, what is true now).

    Inside the transaction that stores the judgement, so that each family is counted once however often it is judged.
    """
    hour = hour_of(clock.now())
    rows: dict[tuple[str, int, str], MaterialTally] = {}
    for district, round_id, before, now in changes:
        was = before or Spared(0, 0, {})
        sums = {"": (now.named - was.named, now.replaced - was.replaced)}
        for agency in {*was.by, *now.by}:
            sums[agency] = (0, now.by.get(agency, 0) - was.by.get(agency, 0))
        for agency, (named, replaced) in sums.items():
            row = rows.setdefault(
                (district, round_id, agency),
                MaterialTally(hour=hour, district_code=district, round_id=round_id, agency=agency),
            )
            row.families += before is None and not agency
            row.named += named
            row.replaced += replaced
    MaterialTally.objects.bulk_create(row for row in rows.values() if row.families or row.named or row.replaced)


def tallies_add_up() -> bool:
    """Make one row of the many that batches wrote about one finished hour, or about one day of long ago; True when
    more may be left.
    """
    more, now = False, clock.now()
    old = (now - BY_HOUR).astimezone(clock.SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    for table, (keys, sums) in _TALLIES.items():
        with connection.cursor() as cursor:
            cursor.execute(_DAYS.format(table=table, wider=_WIDER.get(table, "")), {"old": old, "zone": ZONE})
            more = cursor.rowcount >= 5000 or more
        statement = _ADD_UP.format(
            table=table,
            keys=", ".join(keys),
            sums=", ".join(sums),
            same=" AND ".join(f"t.{key} = m.{key}" for key in keys),
            added=", ".join(f"sum({column})" for column in sums),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, {"before": hour_of(now - SETTLED)})
            more = cursor.rowcount >= 5000 or more
    return more
