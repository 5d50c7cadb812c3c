"""A table of 300,000 rows with one that is wrong: all of it told, nothing stored, and no more memory than for 3,000."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest
from django.db import connection

from enrollment.used_seats.models import UsedSeat
from foundation import files
from foundation.progress import progress, report
from foundation.tables import MEGABYTE, open_table
from imports.models import Import
from imports.reading import LIMITS, MOST_UNPACKED
from imports.services import import_upload
from imports.working import progress_name
from synthetic.people import resident_id
from tests import factories
from tests.waiting import until

WORKER = """
import json, resource, sys
import django
from django.conf import settings
settings.DATABASES['default']['NAME'] = sys.argv[1]
django.setup()
from imports.services import import_work
assert import_work(import_id=int(sys.argv[2]))
# ru_maxrss of a process begins with that of whoever started it; this is of its own memory only
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
"""


def children() -> Iterator[str]:
    """Numbers of children who do not exist, none twice."""
    day = date(2010, 1, 1)
    while True:
        for pair in range(500):
            yield resident_id("430702", day, pair, "male")
        day += timedelta(days=1)


def table(rows: int, wrong: int) -> bytes:
    heads = "学校代码,学段,入学日期,儿童证件号,不动产权证号"
    made = [
        f"{'XX99' if at == wrong else 'WL01'},小学,2020-09-01,{number},湘(2018)常德市不动产权第{at:07d}号"
        for at, number in enumerate(islice(children(), rows), 2)
    ]
    return "\n".join([heads, *made]).encode("gb18030")


def worker(made: Import) -> "subprocess.Popen[bytes]":
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    given = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), str(made.pk)]
    return subprocess.Popen(given, env=environment, stdout=subprocess.PIPE)


def looked_at(content: bytes) -> tuple[Import, list[int]]:
    """The import, and the most memory that its worker and the process that read the bytes had, in kilobytes."""
    made = import_upload(
        official=factories.staff("official"),
        kind="used-seats",
        place=factories.DISTRICT,
        content=content,
        file_name="a.csv",
    )
    process = worker(made)
    answer, _errors = process.communicate()
    assert process.returncode == 0
    made.refresh_from_db()
    used: list[int] = json.loads(answer)
    return made, used


@pytest.mark.soak("imports/", "foundation/")
@pytest.mark.django_db(transaction=True)
def test_one_wrong_row_of_300_000() -> None:
    factories.world()
    _small, little = looked_at(table(3_000, wrong=7))
    made, used = looked_at(table(300_000, wrong=299_999))
    assert (made.state, made.counts["rows"], made.counts["wrong"]) == ("wrong", 300_000, 1)
    assert [(one["line"], "XX99" in one["words"]) for one in made.report["wrong"]] == [(299_999, True)]
    assert not UsedSeat.objects.exists()
    found = progress(progress_name(made.pk))
    assert found is not None
    assert (found.phase, found.done) == ("returning", 300_000)
    told, rows = [], 0
    with open_table(
        files.pieces(made.returned), rows=300_002, unpacked=MOST_UNPACKED, limits=LIMITS
    ) as returned:  # every row of theirs, with words on one
        for number, line in enumerate(returned.lines, 1):
            rows += 1
            if number > 1 and line.cells[0]:
                told.append(number)
    assert (rows, told) == (300_001, [299_999])
    assert used[0] - little[0] < 48 * 1024  # kilobytes: the packed returned sheet is held, the rows are not
    assert used[1] < LIMITS.memory_bytes / 1024
    assert used[1] - little[1] < 160 * MEGABYTE / 1024  # the bytes themselves, and no row of them


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_and_another_goes_on() -> None:
    factories.world()
    made = import_upload(
        official=factories.staff("official"),
        kind="used-seats",
        place=factories.DISTRICT,
        content=table(20_000, wrong=0),
        file_name="a.csv",
    )
    report(progress_name(made.pk), "", 0, 0)  # an import of an earlier test may have had the same number
    process = worker(made)

    def under_way() -> Any:
        found = progress(progress_name(made.pk))
        return found is not None and found.done >= 2000

    until(under_way, "two thousand rows are checked")
    process.kill()
    process.communicate()
    made.refresh_from_db()
    assert (made.state, made.counts, made.attempts) == ("uploaded", {}, 1)
    again = worker(made)
    again.communicate()
    made.refresh_from_db()
    assert (made.state, made.counts["new"]) == ("ready", 20_000)
