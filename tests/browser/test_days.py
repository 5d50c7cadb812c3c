"""A day at the desk for each role, in the browser: one family's case goes through all their hands.

The school's reviewer finds that a register says something else and asks the department; its officer answers; the
county decides; the city and the province read figures and change nothing; the auditor sees who looked; a clerk calls a
family back. Each begins with *my day* and follows what stands there.
"""

from collections.abc import Callable
from uuid import UUID

import pytest

from accounts.departments import Department
from accounts.models import Account
from enrollment.cases.models import Enquiry, JointCase, Opinion
from enrollment.seasons.models import Application
from helpdesk.calls import Wish, call_ask
from helpdesk.models import CallBack
from tests import factories
from tests.browser.conftest import Open
from tests.browser.parent import Parent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCHOOL = "WL01"
TASK = "[data-qa=task]"
At = Callable[[Account], Parent]


@pytest.fixture
def at_work(open_browser: Open) -> At:
    """A window in which somebody has signed in and begins the day."""

    def begin(account: Account) -> Parent:
        window = open_browser(width=1280)
        window.enter_as(account)
        window.open("/admin/")
        return window

    return begin


@pytest.fixture
def case(place: factories.World) -> Application:
    """A home of which the register says another share."""
    return factories.judged(factories.family(place), real_estate=factories.HALF)


def follow(window: Parent, task: str) -> None:
    """From my day to what the line counts."""
    window.press(f"{TASK}:has-text('{task}')")


def asked(desk: Parent, case: Application) -> JointCase:
    """The question to the natural resources office, from the page of the case."""
    desk.open(f"/admin/enrollment/application/{case.pk}/change/")
    desk.press("[data-qa=ask-departments]")
    desk.page.locator("input[name=departments][value=natural_resources]").check()
    desk.page.locator("[name=names_child]").uncheck()
    desk.page.fill("[name=question]", "请核实该户在册产权份额。")
    desk.go()
    return JointCase.objects.get()


def test_the_school_asks_the_department_answers_the_county_decides(at_work: At, case: Application) -> None:
    school = at_work(factories.staff("reviewer", school=SCHOOL))
    follow(school, "全部待审")
    assert school.page.locator("[data-qa=row]").count() == 1
    joint = asked(school, case)
    officer = factories.staff("department", department=Department.NATURAL_RESOURCES)
    department = at_work(officer)
    follow(department, "待本部门核实")
    department.press(f"a[href*='{Enquiry.objects.get().public_id}']")
    assert case.child.name not in department.page.content()
    department.pick("verdict", "confirmed")
    if department.page.locator("[name=value]").count():
        department.page.fill("[name=value]", "50")
    department.page.fill("[name=reason]", "登记簿记载份额为百分之五十。")
    department.go()
    assert Opinion.objects.get().verdict == "confirmed"
    county = at_work(factories.staff("official"))
    follow(county, "部门已答复")
    assert case.receipt in county.page.content()
    county.open("/official/desk/")
    assert county.page.locator("[data-qa=answered]").count() == 1
    county.press("[data-qa=row]")
    county.press("button[name=decision][value=take_over]")  # the school has it open: two never decide one case
    county.page.keyboard.press("a")
    with county.page.expect_navigation():
        county.page.keyboard.press("Enter")
    case.refresh_from_db()
    assert case.state == "approved"
    joint.refresh_from_db()
    assert not Application.objects.filter(state="attention").exists()


@pytest.mark.parametrize(("role", "district"), [("city", "4307"), ("city", "43"), ("supervisor", "430702")])
def test_who_stands_above_reads_all_of_it_and_decides_nothing(
    at_work: At, case: Application, role: str, district: str
) -> None:
    reader = at_work(factories.staff(role, district=district))
    address = f"/admin/enrollment/application/{case.pk}/change/"
    assert reader.open(address).status == 200
    assert case.receipt in reader.page.content()
    assert reader.page.locator("[data-qa=register], [name=decision]").count() == 0
    assert reader.open("/official/desk/").status == 404
    assert reader.open("/official/figures/").status == 200
    assert reader.page.locator("[data-qa=sentence]").is_visible()
    assert reader.open("/official/messages/").status == 200
    case.refresh_from_db()
    assert case.state == "attention"


def test_the_auditor_sees_who_looked_and_recomputes_the_log(at_work: At, case: Application) -> None:
    reviewer = factories.staff("reviewer", school=SCHOOL)
    at_work(reviewer).open(f"/admin/enrollment/application/{case.pk}/change/")
    auditor = at_work(factories.staff("supervisor"))
    auditor.open(f"/admin/enrollment/application/{case.pk}/change/")
    assert reviewer.username in auditor.page.content()
    auditor.open("/official/trust/")
    auditor.go()
    assert auditor.page.locator("[data-qa=checks] [data-qa=wrong]").count() == 0


def test_a_clerk_calls_a_family_back(at_work: At) -> None:
    call_ask(wish=Wish("19900001111", factories.DISTRICT, "town", "form", "evening"))
    clerk = at_work(factories.staff("clerk"))
    clerk.open("/assist/calls/")
    clerk.go()
    assert CallBack.objects.get().state == "done"
    assert clerk.open("/official/desk/").status == 404


def test_a_head_gives_a_case_to_a_colleague_who_finds_it_in_the_day(at_work: At, case: Application) -> None:
    colleague = factories.staff("reviewer", school=SCHOOL)
    head = at_work(factories.staff("official"))
    follow(head, "全部待审")
    head.press("[data-qa=row]")
    head.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    head.page.select_option("[name=username]", colleague.username)
    head.press("button[name=decision][value=give]")
    mine = at_work(colleague)
    follow(mine, "分派给我")
    mine.press("[data-qa=row]")
    assert UUID(mine.page.url.split("/")[-3]) == case.pk
