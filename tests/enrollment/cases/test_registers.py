"""The problem register with its turnaround, and the register of what data lack."""

import csv
import io
from datetime import timedelta

import pytest

from accounts.departments import Department
from enrollment.cases.models import DataGap, JointCase
from enrollment.cases.register import Wanted, turnaround
from enrollment.cases.services.gaps import gap_change, gap_from_case, gap_report
from enrollment.cases.services.opening import case_close
from foundation import clock
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.enrollment.cases.test_joint_review import answered, asked, officer, reviewer
from tests.entering import signed_in

pytestmark = pytest.mark.django_db
WHAT = "不动产登记未提供2008年以前的共有份额"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_turnaround_is_the_median_and_the_share_in_time_by_department_and_month() -> None:
    begun = clock.now()
    for days in (1, 3, 20):
        case = asked(days=5)
        with clock.at(begun + timedelta(days=days)):
            answered(case)
    asked(departments=["housing"])
    found = turnaround(factories.staff("official"), Wanted())
    assert sum(one.answered for one in found) == 3
    assert {one.department for one in found} == {str(Department.NATURAL_RESOURCES.label)}
    late = min(found, key=lambda one: one.in_time)
    assert late.in_time < 100
    if len(found) == 1:  # the three answers are of one month
        assert (found[0].median_days, found[0].in_time) == (3.0, 67)
    assert turnaround(factories.staff("official", district="430703"), Wanted()) == []


def test_the_register_is_filtered_shown_and_kept_as_a_table() -> None:
    by = reviewer()
    first, second = asked(by), asked(by, departments=["housing"])
    case_close(reviewer=by, case_id=first.public_id, reason="已电话核实")
    browser = signed_in(factories.staff("official"))
    way = "/official/cases/register"
    whole = browser.get(f"{way}/").content.decode()
    assert all(one.application.receipt in whole for one in (first, second))
    filtered = browser.get(f"{way}/?department=housing&state=open").content.decode()
    assert second.application.receipt in filtered
    assert first.application.receipt not in filtered
    with clock.at(second.due_at + timedelta(hours=1)):
        (late,) = rows(browser.get(f"{way}.csv?state=late").content.decode())
    assert second.application.receipt in late.values()
    table = browser.get(f"{way}.csv")
    assert table["Content-Type"].startswith("text/csv")
    text = table.content.decode()
    assert len(rows(text)) == 2
    assert first.application.child.name not in text
    assert browser.get(f"{way}/?kind=nonsense&state=x&page=zz").status_code == 200
    assert signed_in(officer()).get(f"{way}/").status_code == 404
    assert signed_in(officer()).get(f"{way}.csv").status_code == 404
    elsewhere = signed_in(factories.staff("official", district="430703"))
    assert first.application.receipt not in elsewhere.get(f"{way}/").content.decode()


def test_a_gap_is_counted_with_the_cases_it_caused() -> None:
    by = reviewer()
    first, second = asked(by), asked(by)
    browser = signed_in(by)
    page = f"/official/cases/{first.public_id}/"
    assert browser.post(page, {"step": "gap", "department": "natural_resources", "what": "？"}).status_code == 422
    assert browser.post(page, {"step": "gap", "department": "natural_resources", "what": WHAT}).status_code == 302
    gap = DataGap.objects.get()
    with pytest.raises(Refused):
        gap_from_case(reviewer=by, case_id=first.public_id, department="natural_resources", what=WHAT)
    gap_from_case(reviewer=by, case_id=second.public_id, department="", what="", gap_id=str(gap.public_id))
    assert JointCase.objects.filter(gap=gap).count() == 2
    official = signed_in(factories.staff("official"))
    listed = official.get("/official/cases/gaps/").content.decode()
    assert WHAT in listed
    assert "2件" in listed
    (line,) = rows(official.get("/official/cases/gaps.csv").content.decode())
    assert line["涉及件数"] == "2"
    with pytest.raises(NotAllowed):
        gap_from_case(reviewer=reviewer("WL02"), case_id=second.public_id, department="market", what=WHAT)


def test_an_official_enters_a_gap_by_hand_plans_and_closes_it() -> None:
    factories.world()
    who = factories.staff("official")
    browser = signed_in(who)
    way = "/official/cases/gaps/"
    typed = {"district": factories.DISTRICT, "department": "housing", "item": "rental", "what": WHAT}
    refused = browser.post(way, {**typed, "department": ""})
    assert refused.status_code == 422
    assert WHAT in refused.content.decode()
    assert browser.post(way, typed).status_code == 302
    assert browser.post(way, typed).status_code == 422  # pressed twice: it is there
    gap = DataGap.objects.get()
    one = f"{way}{gap.public_id}/"
    assert browser.post(one, {"state": "planned", "planned_on": ""}).status_code == 422
    assert browser.post(one, {"state": "planned", "planned_on": "soon"}).status_code == 422
    assert browser.post(one, {"state": "planned", "planned_on": "2026-12-31"}).status_code == 302
    gap.refresh_from_db()
    assert (gap.state, str(gap.planned_on)) == ("planned", "2026-12-31")
    gap_change(official=who, gap_id=gap.public_id, state="closed", planned_on=None)
    stranger = factories.staff("official", district="430703")
    with pytest.raises(NotAllowed):
        gap_change(official=stranger, gap_id=gap.public_id, state="open", planned_on=None)
    with pytest.raises(NotAllowed):
        gap_report(official=stranger, district=factories.DISTRICT, department="housing", item="", what=WHAT)
    with pytest.raises(NotAllowed):  # a school reports from a case
        gap_report(official=reviewer(), district=factories.DISTRICT, department="housing", item="", what=WHAT)
    assert signed_in(officer()).get(way).status_code == 404
