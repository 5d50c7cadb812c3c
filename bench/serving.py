"""The cases that measure the site and its workers as in operation."""

from bench.model import Case, Limit
from bench.runs import opening, outbox, overload, staff_lists, staff_of_a_province, submission, verification
from bench.season import rehearse
from bench.start import start_up, whole_start

CASES = (
    Case(
        "rehearse",
        "a whole season at 8,000 families against four times the season at 2,000",
        rehearse,
        (Limit("ratio", 1.25), Limit("CPU seconds a child", 0.15)),
        runs=1,
    ),
    Case(
        "start-up",
        "CPU of `manage.py check` with bytecode there, against `import django; django.setup()` of an empty project",
        start_up,
        (Limit("seconds", 1.5), Limit("megabytes", 100), Limit("megabytes of the web process", 130)),
    ),
    Case(
        "whole start",
        "all processes started on what is there already, until the site answers, against one import of the site",
        whole_start,
        (Limit("ratio", 6),),
    ),
    Case(
        "opening",
        "240 families sign in, fill in the pages and submit in the first minute: 95 of 100 answers are faster",
        opening,
        (Limit("seconds", 2), Limit("failures", 0), Limit("lost", 0), Limit("receipts", 240, True)),
        runs=1,
    ),
    Case(
        "submission",
        "one submission through the API by eight families at a time, against a bare view that stores the same rows",
        submission,
        (Limit("share of the floor", 0.5, True),),
        runs=1,
    ),
    Case(
        "staff lists",
        "the staff site at 240,000 applications: 95 of 100 pages of the slowest kind are faster",
        staff_lists,
        (Limit("seconds", 0.25), Limit("queries", 12)),
        runs=1,
    ),
    Case(
        "staff lists, province",
        "the same at 1,200,000 applications: measured, not promised",
        staff_of_a_province,
        (),
        runs=1,
    ),
    Case(
        "verification",
        "one check at agencies that take 200 ms, stored and judged, against a bare loop with 64 requests in flight",
        verification,
        (Limit("share of the loop", 0.6, True), Limit("p95 of a finding", 1)),
        runs=1,
    ),
    Case(
        "outbox",
        "messages handed over by two workers, 64 in flight each, against a bare loop; codes before 100,000 others",
        outbox,
        (Limit("share at 0 ms", 0.6, True), Limit("share at 150 ms", 0.6, True), Limit("slowest code", 3)),
        runs=1,
    ),
    Case(
        "overload",
        "families arrive at 1, 2, 5 and 20 times what the agencies' quota allows, and the backlog is waited for",
        overload,
        (Limit("least share of the peak", 0.9, True), Limit("most queued", 10), Limit("longest drain", 1.2)),
        runs=1,
    ),
)
