"""The staff site over a city's applications: how long each list, search and page takes, and how many statements.

The rows are made set by set in SQL: synthetic families in realistic states over 20 counties and 600 schools, with all
that hangs on them. Encrypted columns repeat a handful of ciphertexts; everything that is searched for is real.
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from statistics import quantiles
from typing import Any

COUNTIES, SCHOOLS = 20, 600
DECIDED = 100  # cases of a scripted reviewer
REPEATS = int(os.environ.get("BENCH_REPEATS", "12"))
YEAR = 2026
NAME, NUMBER = "合成小明", "430702201905040014"
# state and its share in a hundred of them
STATES = (
    ("approved", 62),
    ("attention", 7),
    ("in_review", 6),
    ("verifying", 5),
    ("verified", 3),
    ("submitted", 2),
    ("returned", 3),
    ("not_eligible", 3),
    ("appealed", 1),
    ("offered", 5),
    ("withdrawn", 3),
)
# pages that gather figures from several rooms: their time is promised, their statements are said
OVERVIEWS = ("dashboard", "round")
# by chance of the family's number: no county and no school has one state only
CHANCE = "1 + ('x' || substr(md5('s' || n), 1, 7))::bit(28)::int % 100"
_LIST = ", ".join(f"'{state}'" for state, many in STATES for _ in range(many))
SPREAD = f"(ARRAY[{_LIST}])[{CHANCE}]"
AT = "timestamptz '2026-05-01 08:00+08' + n * interval '10 seconds' * 240000 / {count}"
HEX = "lpad(upper(to_hex(n)), 8, '0')"
RECEIPT = f"'26-' || substr({HEX}, 1, 4) || '-' || substr({HEX}, 5, 4) || '-A'"
COUNTY = f"(430700 + 1 + n % {COUNTIES})::text"
SCHOOL = f"'S' || (n % {SCHOOLS})::text"

FAMILIES = (
    """
INSERT INTO accounts_account (id, password, is_superuser, username, public_id, kind, name, phone, phone_index,
    id_number, id_index, assurance, language, is_staff, is_active, created_at)
SELECT {base} + n, '!', false, 'b-' || n, gen_random_uuid(), 'guardian', %(name)s, %(phone)s,
    md5('p' || n) || md5('q' || n), %(number)s, md5('i' || n) || md5('j' || n), 1, 'zh-hans', false, true, {at}
FROM generate_series(1, {count}) n
""",
    """
INSERT INTO enrollment_child (id, public_id, guardian_id, document_kind, id_number, id_index, name, name_index, typed,
    birth_date, sex, created_at)
SELECT {base} + n, gen_random_uuid(), {base} + n, 'resident', %(number)s,
    CASE WHEN n = {middle} THEN %(number_index)s ELSE md5('c' || n) || md5('d' || n) END, %(name)s,
    CASE WHEN n %% 20000 = 1 THEN %(name_index)s ELSE md5('n' || n / 12) END, %(empty)s, '2019-05-04', '1', {at}
FROM generate_series(1, {count}) n
""",
    """
INSERT INTO enrollment_application (id, receipt, round_id, child_id, guardian_id, district_code, season_year, stage,
    rehearsal, child_index, state, version, channel, online, uploads, fill_seconds, group_code, tier, points, "order",
    zone_code, review_school_id, needs_person, needs_offline_check, sibling_key, submitted_at, state_at, pattern,
    next_step_by)
SELECT md5('a' || n)::uuid, {receipt},
    round.id, {base} + n, {base} + n, {county}, 2026, 'primary', false, md5('c' || n) || md5('d' || n), {state}, 1,
    CASE WHEN n / 3 %% 9 = 0 THEN 'counter' ELSE 'web' END, n / 3 %% 9 > 0,
    CASE WHEN n / 11 %% 4 = 0 THEN 2 ELSE 0 END, 300,
    (ARRAY['A', 'B', 'C', 'D', 'E'])[1 + n / 7 %% 5], 1 + n / 7 %% 5, 0, '[]', 'Z' || n %% 600, {school},
    {state} IN ('attention', 'in_review'), n / 13 %% 50 = 0, '', {at}, {at} + interval '1 day',
    CASE WHEN {state} IN ('attention', 'in_review') THEN (%(patterns)s)[1 + n / 5 %% 4] ELSE '' END,
    CASE WHEN {state} IN ('attention', 'in_review') THEN {at} + interval '4 days' END
FROM generate_series(1, {count}) n JOIN enrollment_round round ON round.season_id = %(season)s + n %% {counties}
""",
    """
INSERT INTO enrollment_namemarks (application_id, marks)
SELECT md5('a' || n)::uuid, CASE WHEN n %% 20000 = 1 THEN %(marks)s ELSE '{{}}' END || ARRAY(
    SELECT ('x' || substr(md5(n || 'm' || k), 1, 16))::bit(64)::bigint FROM generate_series(1, 14) k)
FROM generate_series(1, {count}) n
""",
    """
INSERT INTO enrollment_applicationversion (id, application_id, number, policy_id, claims, claims_hash, choices,
    client_token, submitted_by_id, submitted_at, facts, evaluation, settled)
SELECT md5('v' || n)::uuid, md5('a' || n)::uuid, 1, round.policy_id, %(claims)s, md5('h'), '["S1", "S2"]',
    md5('t' || n)::uuid, {base} + n, {at}, %(facts)s, %(evaluation)s, %(empty)s
FROM generate_series(1, {count}) n JOIN enrollment_round round ON round.season_id = %(season)s + n %% {counties}
""",
    """
INSERT INTO enrollment_transition (application_id, source, event, target, actor_id, reason, at)
SELECT md5('a' || n)::uuid, step.source, step.event, step.target, {base} + n, '', {at}
FROM generate_series(1, {count}) n, (VALUES ('draft', 'submit', 'submitted'),
    ('submitted', 'start_checks', 'verifying'), ('verifying', 'confirm', 'verified')) AS step (source, event, target)
""",
    """
INSERT INTO verification_check (id, subject, district_code, round_id, agency, claim, turn, state, attempts,
    next_attempt_at, created_at)
SELECT md5(agency || n)::uuid, md5('v' || n)::uuid, {county}, 1 + n %% {counties}, agency, %(empty)s, 0,
    CASE WHEN {state} IN ('submitted', 'verifying') THEN 'pending' ELSE 'done' END, 1, {at}, {at}
FROM generate_series(1, {count}) n, unnest(%(agencies)s) agency
""",
    """
INSERT INTO verification_finding (check_made_id, outcome, differences, evidence, evidence_hash, source, trace_id,
    seconds, at)
SELECT md5(agency || n)::uuid, 'match', %(list)s, %(empty)s, md5('e'), 'mock', md5('t' || n), 0.4, {at}
FROM generate_series(1, {count}) n, unnest(%(agencies)s) agency WHERE {state} NOT IN ('submitted', 'verifying')
""",
    """
INSERT INTO verification_agencycall (agency, at, purpose, trace_id, status, milliseconds, usable)
SELECT agency, {at}, 'check', md5('t' || n), 200, 180, true
FROM generate_series(1, {count}) n, unnest(%(agencies)s) agency WHERE {state} NOT IN ('submitted', 'verifying')
""",
    """
INSERT INTO verification_calltally (hour, district_code, round_id, agency, line, purpose, slowness, calls, usable,
    milliseconds)
SELECT date_trunc('hour', f.at), c.district_code, c.round_id, c.agency, c.agency, 'check',
    20 + get_byte(uuid_send(c.id), 1) %% 20, count(*), count(*), 180 * count(*)
FROM verification_finding f JOIN verification_check c ON c.id = f.check_made_id GROUP BY 1, 2, 3, 4, 5, 6, 7
""",
    """
INSERT INTO verification_findingtally (hour, district_code, round_id, agency, outcome, slowness, findings)
SELECT date_trunc('hour', f.at), c.district_code, c.round_id, c.agency, f.outcome,
    40 + get_byte(uuid_send(c.id), 0) %% 40, count(*)
FROM verification_finding f JOIN verification_check c ON c.id = f.check_made_id GROUP BY 1, 2, 3, 4, 5, 6
""",
    """
INSERT INTO notifications_message (key, account_id, phone, template, language, body, district_code, state, secret,
    urgency, attempts, next_attempt_at, created_at, sent_at)
SELECT template || n, {base} + n, %(phone)s, template, 'zh-hans', %(name)s, {county},
    CASE WHEN n %% 997 = 0 THEN 'failed' ELSE 'sent' END, template = 'sign_in_code',
    CASE WHEN template = 'sign_in_code' THEN 0 ELSE 5 END, 1, {at}, {at}, {at}
FROM generate_series(1, {count}) n, unnest(ARRAY['sign_in_code', 'received', 'approved']) template
""",
    """
INSERT INTO audit_entry (at, actor_id, actor_label, action, object_type, object_id, district_code, details, digest)
SELECT {at}, {base} + n, 'b-' || n, action, 'application', md5('a' || n)::uuid::text, {county}, '{{}}', md5('l' || n)
FROM generate_series(1, {count}) n, unnest(ARRAY['sign_in', 'child.add', 'account.identify', 'application.submit',
    'application.start_checks', 'application.confirm']) action
""",
)


def places() -> int:
    """Counties, schools, seasons and rounds. Returns the first season's number."""
    from enrollment.seasons.lists.services import lists_keep
    from enrollment.seasons.models import Season
    from enrollment.seasons.services.seasons import policy_store, season_store
    from foundation import clock
    from policy import scheme_text
    from schools.models import District, School, SeatPlan

    now, kinds = clock.now(), (("primary", "main"),)
    District.objects.create(code="430000", name="合成省")
    District.objects.create(code="430700", name="合成市", parent_id="430000")
    counties = [District(code=str(430701 + n), name=f"合成{n}区", parent_id="430700") for n in range(COUNTIES)]
    District.objects.bulk_create(counties)
    School.objects.bulk_create(
        School(code=f"S{n}", district=counties[n % COUNTIES], name=f"合成第{n}小学", longitude=111.6, latitude=29.0)
        for n in range(SCHOOLS)
    )
    SeatPlan.objects.bulk_create(
        SeatPlan(school_id=f"S{n}", year=YEAR, stage="primary", seats=400) for n in range(SCHOOLS)
    )
    for county in counties:
        lists_keep(district=county, kinds=["seats"])
        policy = policy_store(district=county, code="changde", text=scheme_text("changde"))
        terms = {"opens_at": now - timedelta(days=9), "closes_at": now + timedelta(days=7)}
        terms["results_at"] = now + timedelta(days=14)
        rounds = [{"stage": s, "kind": k, "policy": policy, "state": "open", **terms} for s, k in kinds]
        season_store(district=county, year=YEAR, synthetic=True, calendar=[], rounds=rounds)
    return int(Season.objects.order_by("pk").values_list("pk", flat=True)[0])


def filled(count: int) -> None:
    """Store `count` applications with all that hangs on them."""
    from django.db import connection

    from enrollment.seasons.naming.names import marks_of
    from foundation.crypto import blind_index, encrypt
    from verification.models import Agency

    answers = {"guardian_relation": "mother", "guardian_name": NAME, "home_kind": "deed", "household_here": "yes"}
    claims = {"answers": answers, "needs": {}, "typed": answers, "child": {"id_number": NUMBER, "name": NAME}}
    values: dict[str, Any] = {
        "name": encrypt(NAME),
        "phone": encrypt("+8619900000000"),
        "number": encrypt(NUMBER),
        "empty": encrypt("{}"),
        "list": encrypt("[]"),
        "claims": encrypt(json.dumps(claims)),
        "facts": encrypt("{}"),
        "evaluation": encrypt(json.dumps({"group_name": {"zh": "A", "en": "A"}, "trace": [], "zone": {}})),
        "name_index": blind_index("child-name", NAME),
        "number_index": blind_index("child", NUMBER),
        "agencies": list(Agency.values),
        "marks": marks_of(NAME, "430702"),
        "patterns": [
            f"home.ownership_share:mismatch:{agency}|" for agency in ("real_estate", "contract", "rental", "x")
        ],
        "season": places(),
    }
    words = {"base": 1_000_000, "count": count, "middle": count // 2, "counties": COUNTIES, "county": COUNTY}
    words |= {"receipt": RECEIPT, "school": SCHOOL, "state": SPREAD, "at": AT.format(count=count)}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the rows are made to fit: nothing is checked a row
        for statement in FAMILIES:
            cursor.execute(
                statement.format(**{name: str(word).replace("%", "%%") for name, word in words.items()}), values
            )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of page: who opens it, and at which address."""

    kind: str
    who: str
    path: str


def _lists(rows: str, receipt: str) -> list[Asked]:
    """The list of applications: as each role opens it, filtered, sorted and searched."""
    return [
        Asked("applications", "supervisor", rows),
        Asked("applications", "supervisor", f"{rows}?desk=all"),
        Asked("applications", "official", rows),
        Asked("applications", "official", f"{rows}?desk=all"),
        Asked("applications", "reviewer", rows),
        Asked("applications", "reviewer", f"{rows}?desk=all"),
        Asked("page 50", "supervisor", f"{rows}?desk=all&p=50"),
        Asked("page 50", "official", f"{rows}?desk=all&p=50"),
        *(
            Asked("filter", who, f"{rows}?desk=all&{chosen}")
            for who in ("supervisor", "official", "reviewer")
            for chosen in (
                "state__exact=approved",
                "state__exact=appealed",
                "stage__exact=primary",
                "group_code=C",
                "needs_person__exact=1",
                "online__exact=0",
            )
        ),
        *(
            Asked("sort", who, f"{rows}?desk=all&o={column}")
            for who in ("supervisor", "official")
            for column in ("1", "-1", "3", "4", "5", "6", "-8", "9")
        ),
        *(
            Asked("search", who, f"{rows}?q={term}")
            for who in ("supervisor", "official", "reviewer")
            for term in (receipt, receipt[:7], receipt.lower().replace("-", ""), NAME, NUMBER, "合成不在")
        ),
    ]


def pages() -> list[Asked]:
    """Every kind of page the promise is about, with the filters, sorts and searches the staff site offers."""
    from enrollment.seasons.models import Application, Round

    rows, desk = "/admin/enrollment/application/", Application.objects.filter(district_code="430702")
    receipt = Application.objects.filter(child__id_index__isnull=False).order_by("pk")[0].receipt
    case = desk.filter(state="attention").order_by("state_at", "pk")[0]
    of_one_school = Application.objects.filter(review_school_id="S1", state__in=["attention", "in_review"])
    of_school = of_one_school.order_by("pk")[0]
    round_ = Round.objects.filter(season__district_id="430702").order_by("pk")[0]
    desk_pages = (
        "",
        "?due=over",
        "?agency=contract",
        "?mine=1",
        "?page=50",
        f"?q={receipt[:7]}",
        "?q=成小",
        "?q=hechengxm",
    )
    others = [
        *(Asked("queue", who, f"/official/desk/{more}") for who in ("official", "reviewer") for more in desk_pages),
        *(Asked("alike cases", who, "/official/desk/alike/") for who in ("official", "reviewer")),
        Asked("case", "official", f"{rows}{case.pk}/change/"),
        Asked("case", "supervisor", f"{rows}{case.pk}/change/"),
        Asked("case", "reviewer", f"{rows}{of_school.pk}/change/"),
        *(
            Asked("messages", who, f"/admin/notifications/message/{more}")
            for who in ("supervisor", "official")
            for more in ("", "?p=50", "?state__exact=failed", "?template=received")
        ),
        *(
            Asked("log", "supervisor", f"/admin/audit/entry/{more}")
            for more in ("", "?p=50", "?action=sign_in", "?object_type=application", f"?q={case.pk}", "?q=b-77")
        ),
        Asked("agencies", "official", "/admin/verification/agencyswitch/"),
        *(Asked("figures", who, "/official/figures/?period=season") for who in ("supervisor", "official")),
        *(Asked("dashboard", who, "/admin/") for who in ("supervisor", "official", "reviewer")),
        *(Asked("rounds", who, "/official/rounds/") for who in ("supervisor", "official")),
        Asked("round", "official", f"/official/rounds/{round_.pk}/"),
    ]
    return _lists(rows, receipt) + others


def first_case() -> str:
    """The case that the county's official is led to first."""
    from enrollment.seasons.models import Application

    desk = Application.objects.filter(district_code="430702", state="attention")
    return f"/admin/enrollment/application/{desk.order_by('state_at', 'pk')[0].pk}/change/"


def browsers() -> dict[str, Any]:
    """A browser of each role that gave password and one-time password."""
    from django.test import Client
    from django_otp import DEVICE_ID_SESSION_KEY

    from accounts.services import staff_create

    found = {}
    for name, (role, district, school) in {
        "supervisor": ("supervisor", "4307", ""),
        "official": ("official", "430702", ""),
        "reviewer": ("reviewer", "430702", "S1"),
    }.items():
        roles, unique = [(role, district, school)], f"{name}-{time.time_ns()}"
        account, device = staff_create(username=unique, password="a long synthetic password", name=NAME, roles=roles)
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
        found[name] = client
    return found


def measured(client: Any, path: str) -> tuple[list[float], int]:
    """Seconds of each time a page was opened, and its statements. Raises RuntimeError for no page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(path)  # the first page of a session also writes when it ends, and what is kept a process is read
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
        queries = len(asked)
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code} for {path}")
    found = []
    for _time in range(REPEATS):
        begun = time.perf_counter()
        client.get(path)
        found.append(time.perf_counter() - begun)
    return found, queries


def decided(client: Any, first: str) -> list[float]:
    """Seconds of each of a hundred plain cases: the decision is sent, and the next case stands on the screen.

    Raises RuntimeError where a case was not decided, or no next one came.
    """
    found, address = [], first
    for _case in range(DECIDED):
        begun = time.perf_counter()
        answer = client.post(address, {"decision": "approve", "reason": "经核对，符合条件。"}, follow=True)
        found.append(time.perf_counter() - begun)
        if answer.status_code != 200 or not answer.redirect_chain:
            raise RuntimeError(f"{answer.status_code} for a decision at {address}")
        address = answer.redirect_chain[-1][0]
    return found


def main(count: int) -> dict[str, Any]:
    """Fill an empty database and open every kind of page. Servers stand in the environment."""
    from django.conf import settings
    from django.core.management import call_command

    from enrollment.seasons.models import Application

    settings.WHITENOISE_AUTOREFRESH = True  # a test client lists no static files
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    call_command("migrate", verbosity=0)
    if not Application.objects.exists():
        filled(count)
    clients = browsers()
    by_kind: dict[str, list[float]] = {}
    most: dict[str, int] = {}
    for page in pages():
        seconds, queries = measured(clients[page.who], page.path)
        by_kind.setdefault(page.kind, []).extend(seconds)
        most[page.kind] = max(most.get(page.kind, 0), queries)
        if os.environ.get("BENCH_VERBOSE"):
            line = f"{p95(seconds) * 1000:7.0f} ms {queries:4d} {page.kind:12} {page.who:10} {page.path}"
            print(line, file=sys.stderr, flush=True)
    by_kind["decide"] = decided(clients["official"], first_case())
    slowest = {kind: p95(seconds) for kind, seconds in by_kind.items()}
    return {
        "seconds": max(slowest.values()),
        "floor": 0.0,
        "facts": {
            "applications": count,
            "queries": max(many for kind, many in most.items() if kind not in OVERVIEWS),
            **{f"queries, {kind}": most[kind] for kind in OVERVIEWS},
            **{f"{kind} ms": round(1000 * seconds) for kind, seconds in slowest.items()},
        },
    }


def p95(seconds: list[float]) -> float:
    """The time that 95 of 100 stay under."""
    return quantiles(seconds, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    print(json.dumps(main(int(sys.argv[1])), ensure_ascii=False))
