"""A district whose policy needs all eleven items: set up from a folder, filed over HTTP, asked over several dialects.

What was judged without a person is the truth of the city; with each agency away in turn nobody is refused and nobody
approved wrongly. ``make soak`` files thousands.
"""

import json
import shutil
import sqlite3
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from enrollment.seasons.models import Application, Round, Season
from foundation import clock
from foundation.clock import SHANGHAI
from policy import Evaluation, Fact, Facts, evaluate, load
from portal.seasons.folder import read_folder
from portal.seasons.store import store_plan
from rehearsal.answers import child_input, form_answers
from rehearsal.city import city_spec
from schools.models import Zone
from synthetic import AGENCIES, generate, keys
from synthetic.family import Family
from tests import factories
from tests.agencies import City, agencies, agency_service
from tests.enrollment.judging.eleven import eleven_text
from tests.enrollment.judging.on_lists import LOCAL, facts_of, lists_of, tables
from tests.enrollment.judging.truth import DISTRICT, FOLDER, YEAR
from tests.sample import sample
from tests.tables import brought, csv_of
from verification.checking import MAX_ATTEMPTS, checks_run
from verification.models import AgencySwitch, Check, Finding

__all__ = ["agencies", "agency_service"]
pytestmark = pytest.mark.django_db
# The soak judges 5,000 families in five cities: a test is one transaction, which holds the locks of every filing to its
# end, and the lock table of the built-in database has no room for those of 5,000.
FAMILIES = 240 if sample().seed else 1000
CITIES = (21,) if sample().seed else (21, 23, 24, 25, 26)
AWAY = 40 if sample().seed else 300
DAY = datetime(YEAR, 6, 21, 9, tzinfo=SHANGHAI)
LISTED = ("class_m", "class_t", "class_l", "class_p")  # the groups that a list decides
# three of the eleven lines speak as other exchanges do
SPOKEN: dict[str, dict[str, Any]] = {
    "birth": {"signature": "hmac-sm3", "cipher": "sm4-cbc", "charset": "gb18030"},
    "rental": {"batch": 10, "dates": "chinese", "token": True},
    "registry": {"page_size": 1, "envelope": True, "names": {"school": "XXMC"}, "wide": True},
}
WRITTEN: dict[str, dict[str, Any]] = {
    "birth": SPOKEN["birth"],
    "rental": {"batch": 10, "token_path": "/rental/token"},
    "registry": {
        "page_size": 1,
        "records": "data.list",
        "more": "data.hasMore",
        "source": "",
        "at": "",
        "code": "code",
        "fields": {"school": "XXMC"},
    },
}


@pytest.fixture
def season(agencies: City, tmp_path: Path) -> Iterator[Season]:
    """The folder of a bureau, loaded; its main rounds are open and the day is one of theirs."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "season"))
    (folder / "policies" / "changde.yaml").write_text(eleven_text(), encoding="utf-8")
    items = [
        {"item": agency, "endpoint": agencies.url, "dialect": WRITTEN.get(agency, {}), "quota": 10_000}
        for agency in AGENCIES
    ]
    text = (folder / "season.yaml").read_text(encoding="utf-8").split("\nitems:")[0]
    assert "\nlists: [" in text
    text = text.replace("\nlists: [", f"\nlists: [{', '.join(LOCAL)}, ")
    (folder / "season.yaml").write_text(f"{text}\nitems: {json.dumps(items)}\n", encoding="utf-8")
    plan = read_folder(folder)
    assert plan.problems == []
    agencies.speaks(**SPOKEN)
    with clock.at(DAY):
        made = Season.objects.get(pk=store_plan(plan))
        Round.objects.filter(season=made, kind="main").update(state="open")
        yield made


def hold(agencies: City, families: list[Family]) -> None:
    """Let the agencies hold the records of these families."""
    rows: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for family in families:
        held: dict[str, Any] = {**family.records}
        for agency in AGENCIES:
            for record in held[agency]:
                rows[agency] += [(key, json.dumps(record)) for key in keys(record)]
    with closing(sqlite3.connect(agencies.path)) as city, city:
        for name, many in rows.items():
            city.executemany(f"INSERT INTO {name} VALUES (?, ?)", many)


def bring_lists(season: Season, families: list[Family]) -> None:
    """The bureau's tables of these children, as its offices send them, taken by two officials."""
    first, second = factories.staff("official"), factories.staff("official")
    children = ((child.person.id_number, family, child.id) for family in families for child in family.children)
    place = f"{season.district_id}:{season.year}"
    for kind, rows in tables(children).items():
        brought(kind, place, csv_of(rows), by=first, other=second)


def file(season: Season, families: list[Family]) -> dict[str, tuple[Family, str]]:
    """Every child applies over the API, by its parent; receipt to family and child."""
    rounds = {one.stage: one.pk for one in Round.objects.filter(season=season, kind="main")}
    schools = {
        (zone.stage, zone.name): zone.schools.order_by("code")[0].code
        for zone in Zone.objects.filter(district=DISTRICT, year=YEAR)
    }
    filed = {}
    for family in families:
        browser = Client(headers={"accept-language": "zh-hans"})
        browser.force_login(factories.guardian(family.guardians[0].name))
        for child in family.children:
            claim = family.claims[child.id]
            body = {
                "client_token": str(uuid.uuid4()),
                "round": rounds[child.stage],
                "child": child_input(claim),
                "answers": form_answers(claim, bound=False),
                "choices": [schools[child.stage, family.truth[child.id].zone]],
            }
            answer = browser.post("/api/v1/applications/", body, content_type="application/json")
            assert answer.status_code < 300, (answer.content.decode(), body)
            filed[answer.json()["receipt"]] = (family, child.id)
    return filed


def check_all() -> None:
    """Make every check until none is pending; what fails is tried again when its pause is over."""
    for _time in range(MAX_ATTEMPTS + 3):
        due = list(Check.objects.filter(state="pending").order_by("-next_attempt_at"))
        if not due:
            return
        AgencySwitch.objects.all().delete()  # a resting line is another test's
        with clock.at(max(clock.now(), due[0].next_attempt_at)):
            for subject in dict.fromkeys(one.subject for one in due):
                checks_run(subject=subject)
    assert not Check.objects.filter(state="pending").exists()


def truth(family: Family, child: str) -> Evaluation:
    stated = {**family.truth[child].facts, **facts_of(lists_of(family, child))}
    known = {name: Fact(value, "verified", "truth") for name, value in stated.items()}
    known["application.round"] = Fact("main", "verified", "truth")
    return evaluate(load(eleven_text()), Facts(known))


def families(many: int, *, seed: int) -> list[Family]:
    spec = city_spec(FOLDER, district=DISTRICT, year=YEAR, seed=seed, families=many)
    return [one for one in generate(spec) if one.persona != "overseas"]


def compared(filed: dict[str, tuple[Family, str]]) -> tuple[int, int, int]:
    """How many were approved by data alone, how many of the faultless were asked, and how many of these there are."""
    zones = {(one.stage, one.name): one.code for one in Zone.objects.filter(district=DISTRICT, year=YEAR)}
    approved = needless = clean = 0
    for one in Application.objects.filter(receipt__in=filed):
        family, child = filed[one.receipt]
        true = truth(family, child)
        assert one.state in {"approved", "attention"}, one.state  # nobody is refused
        assert (one.state == "attention") is (one.needs_person or one.needs_offline_check), family.injected
        if not one.needs_person:  # whether by data alone, or but for the visit that its group asks of all its children
            assert true.group is not None
            told = (one.group_code, list(one.order), one.points)
            assert told == (true.group.id, list(true.order), true.points), family.injected
        if one.state == "approved":
            approved += 1
            assert one.zone_code == zones[one.stage, family.truth[child].zone], family.injected
        if not family.injected and true.eligible.value is True and not true.needs_offline_check:
            clean += 1
            needless += one.state != "approved"
    return approved, needless, clean


@pytest.mark.parametrize("seed", CITIES)
def test_group_order_points_and_zone_are_the_truth(agencies: City, season: Season, seed: int) -> None:
    city = families(FAMILIES, seed=seed)
    hold(agencies, city)
    bring_lists(season, city)
    filed = file(season, city)
    check_all()
    approved, needless, clean = compared(filed)
    groups = Counter(Application.objects.filter(state="approved").values_list("group_code", flat=True))
    assert min(groups[one] for one in LISTED) > 0, groups
    assert approved > FAMILIES / 3
    assert clean > FAMILIES / 3
    assert needless <= 0.02 * clean
    assert set(Finding.objects.values_list("check_made__agency", flat=True)) == set(AGENCIES)
    assert not Finding.objects.filter(outcome="unavailable").exists()


@pytest.mark.parametrize("agency", sample().draw(AGENCIES, one_in=3, key=str))
def test_an_agency_that_is_away_refuses_nobody_and_approves_nobody_wrongly(
    agencies: City, season: Season, agency: str
) -> None:
    city = families(AWAY, seed=22)
    hold(agencies, city)
    bring_lists(season, city)
    agencies.knobs(**{agency: {"down": 1}})
    filed = file(season, city)
    check_all()
    compared(filed)
    silent = Finding.objects.filter(check_made__agency=agency)
    assert silent.exists()
    assert set(silent.values_list("outcome", flat=True)) == {"unavailable"}
