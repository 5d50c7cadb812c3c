"""The reviewer's desk in the staff site, through real requests."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from enrollment.seasons.models import Application
from tests import factories
from tests.enrollment.filing.test_query_counts import ONCE_IN_A_WHILE
from tests.enrollment.review.conftest import Enter
from verification.models import DataItem

pytestmark = pytest.mark.django_db


def url(application: Application) -> str:
    return f"/admin/enrollment/application/{application.pk}/change/"


def test_the_queue_shows_waiting_cases_masked_and_records_who_saw_them(enter: Enter) -> None:
    place = factories.world()
    doubtful, settled = (
        factories.application("attention", place=place),
        factories.judged(factories.family(place)),
    )
    assert (doubtful.state, settled.state) == ("attention", "approved")
    reviewer = factories.staff("reviewer", school="WL01")
    page = enter(reviewer).get("/admin/enrollment/application/")
    text = page.content.decode()
    assert page.status_code == 200
    assert doubtful.receipt in text
    assert settled.receipt not in text
    assert doubtful.child.name not in text
    assert "合＊" in text
    seen = Entry.objects.get(action="application.list", actor_id=reviewer.pk, object_id=doubtful.pk)
    assert seen.district_code == factories.DISTRICT


def test_a_receipt_is_searched_exactly_and_a_part_of_a_name_never(enter: Enter) -> None:
    application = factories.application("approved")
    client = enter(factories.staff("official"))
    listing = "/admin/enrollment/application/"
    assert (
        application.receipt in client.get(listing, {"q": application.receipt.lower().replace("-", "")}).content.decode()
    )
    assert application.receipt not in client.get(listing, {"q": application.child.name[:2]}).content.decode()


MOST_STATEMENTS = 12


def test_a_case_asks_little_however_much_stands_beside_it(enter: Enter) -> None:
    """What most cases lack is asked for in one statement; notes, errands, papers cost one each where there are any."""
    place = factories.world()
    for _colleague in range(3):
        factories.staff("reviewer", school="WL01")
    for who in (factories.staff("official"), factories.staff("reviewer", school="WL01")):
        doubtful = factories.judged(factories.family(place), real_estate=factories.HALF)
        client = enter(who)
        client.get(url(doubtful))
        with CaptureQueriesContext(connection) as asked:
            page = client.get(url(doubtful))
        assert page.status_code == 200
        statements = [one["sql"] for one in asked.captured_queries if not ONCE_IN_A_WHILE.search(one["sql"])]
        assert len(statements) <= MOST_STATEMENTS, "\n".join(one[:200] for one in statements)


def test_the_next_case_is_looked_for_when_it_is_wanted(enter: Enter) -> None:
    place = factories.world()
    first, second = (factories.judged(factories.family(place), real_estate=factories.HALF) for _case in range(2))
    client = enter(factories.staff("official"))
    on = client.get(f"/official/desk/after/{first.pk}/")
    assert on.headers["Location"] == url(second)
    Application.objects.filter(pk=second.pk).update(state="approved")
    over = client.get(f"/official/desk/after/{first.pk}/", follow=True)
    assert over.redirect_chain == [("/official/desk/", 302)]
    assert "No other case of this list waits for you." in over.content.decode()
    assert enter(factories.staff("supervisor")).get(f"/official/desk/after/{first.pk}/").status_code == 404
    shown = enter(factories.staff("supervisor")).get(url(first)).content.decode()
    assert 'data-qa="next"' not in shown


def test_the_case_page_shows_declared_and_source_and_hides_numbers(enter: Enter) -> None:
    one = factories.family(factories.world())
    application = factories.judged(one, real_estate=factories.HALF)
    reviewer = factories.staff("reviewer", school="WL01")
    page = enter(reviewer).get(url(application))
    text = page.content.decode()
    assert page.status_code == 200
    for expected in ("50", "Real estate", "t" * 32, factories.HOME, 'name="fact:home.ownership_share"'):
        assert expected in text
    for hidden in (one.child.id_number, one.answers["guardian_id"], one.guardian.phone or "?"):
        assert hidden not in text
    assert Entry.objects.filter(action="application.view", actor_id=reviewer.pk, object_id=application.pk).exists()


def test_approving_with_the_value_of_the_source_settles_the_fact(enter: Enter) -> None:
    application = factories.application("attention")
    client = enter(factories.staff("reviewer", school="WL01"))
    answer = {"decision": "approve", "reason": "按登记机构数据确认", "fact:home.ownership_share": "50%"}
    page = client.post(url(application), answer)
    assert page.status_code == 302
    application.refresh_from_db()
    version = application.versions.get()
    assert application.state == "approved"
    assert version.settled["home.ownership_share"]["value"] == 0.5
    assert version.settled["home.ownership_share"]["reason"] == "按登记机构数据确认"


def test_an_error_keeps_what_was_typed(enter: Enter) -> None:
    application = factories.application("attention")
    client = enter(factories.staff("reviewer", school="WL01"))
    page = client.post(
        url(application),
        {"decision": "return", "reason": "请补正房产份额", "deadline": "2020-01-01T10:00", "items": "home_share"},
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert "请补正房产份额" in text
    assert 'value="home_share" checked' in text
    assert "2020-01-01T10:00" in text
    for share in ("half", "101", "-1"):
        unreadable = client.post(
            url(application), {"decision": "approve", "reason": "同意录取", "fact:home.ownership_share": share}
        )
        assert unreadable.status_code == 422
        assert f'value="{share}"' in unreadable.content.decode()
        assert "同意录取</textarea>" in unreadable.content.decode()
    application.refresh_from_db()
    assert application.state == "attention"


def test_returning_and_refusing_from_the_page(enter: Enter) -> None:
    place = factories.world()
    first, second = (factories.application("attention", place=place) for _ in range(2))
    client = enter(factories.staff("reviewer", school="WL01"))
    deadline = client.get(url(first)).context["typed"].deadline
    onward = client.post(
        url(first), {"decision": "return", "reason": "请补正", "deadline": deadline, "items": ["home_share"]}
    )
    assert onward.status_code == 422  # a reason of three characters explains nothing
    onward = client.post(
        url(first), {"decision": "return", "reason": "请补正房产份额", "deadline": deadline, "items": ["home_share"]}
    )
    assert (onward.status_code, onward.headers["Location"]) == (302, url(second))
    last = client.post(url(second), {"decision": "refuse", "reason": "不符合本学区条件"})
    assert (last.status_code, last.headers["Location"]) == (302, "/official/desk/")
    states = Application.objects.in_bulk([first.pk, second.pk])
    assert (states[first.pk].state, states[second.pk].state) == ("returned", "not_eligible")


@pytest.mark.parametrize(
    ("role", "district", "school"),
    [("reviewer", "430702", "WL02"), ("official", "430703", ""), ("notary", "430702", ""), ("clerk", "430702", "")],
)
def test_out_of_scope_cases_do_not_exist(enter: Enter, role: str, district: str, school: str) -> None:
    application = factories.application("attention")
    client = enter(factories.staff(role, district=district, school=school))
    assert client.get(url(application)).status_code == 404
    assert client.post(url(application), {"decision": "approve", "reason": "同意录取"}).status_code == 404
    assert application.receipt not in client.get("/admin/enrollment/application/").content.decode()
    application.refresh_from_db()
    assert application.state == "attention"


@pytest.mark.parametrize(("role", "school", "shown"), [("reviewer", "WL01", False), ("official", "", True)])
def test_an_order_of_protection_is_the_districts_to_note(enter: Enter, role: str, school: str, shown: bool) -> None:
    application = factories.application("attention")
    client, path = enter(factories.staff(role, school=school)), f"/official/protection/{application.pk}/"
    page = client.get(url(application))
    assert page.status_code == 200
    assert (path in page.content.decode()) is shown
    order = client.get(path)
    assert (order.status_code == 200) is shown
    assert (url(application) in order.content.decode()) is shown  # the way back


def test_a_supervisor_reads_but_does_not_decide(enter: Enter) -> None:
    application = factories.application("attention")
    client = enter(factories.staff("supervisor"))
    assert 'name="decision"' not in client.get(url(application)).content.decode()
    assert client.post(url(application), {"decision": "refuse", "reason": "不符合条件"}).status_code == 404


def test_without_a_one_time_password_the_desk_stays_shut() -> None:
    client = Client()
    client.force_login(factories.staff("official"))
    page = client.get("/admin/enrollment/application/")
    assert page.status_code == 302
    assert page.headers["Location"].startswith("/admin/login/")


PLANS = {"enrollment/policyversion", "enrollment/round", "enrollment/season"}  # public anyway
PAGES = {
    "official": (
        "accounts/account",
        "enrollment/application",
        "enrollment/policyversion",
        "enrollment/round",
        "enrollment/season",
        "notifications/message",
        "schools/school",
        "schools/seatplan",
        "schools/zone",
        "verification/agencyswitch",
    ),
    "city": ("audit/entry",),
    "supervisor": ("audit/entry",),
}


@pytest.mark.parametrize(("role", "page"), [(role, page) for role, pages in PAGES.items() for page in pages])
def test_every_page_opens_for_its_role(enter: Enter, role: str, page: str) -> None:
    factories.application("approved")
    assert enter(factories.staff(role)).get(f"/admin/{page}/", follow=True).status_code == 200


@pytest.mark.parametrize("page", sorted({page for pages in PAGES.values() for page in pages}))
@pytest.mark.parametrize("role", ["witness", "clerk", "department"])
def test_personal_pages_stay_shut_for_narrow_roles(enter: Enter, role: str, page: str) -> None:
    shown = enter(factories.staff(role)).get(f"/admin/{page}/").status_code
    assert shown == (200 if page.startswith("schools/") or page in PLANS else 403)


def test_one_row_of_each_read_only_page_opens(enter: Enter) -> None:
    place = factories.world()
    application = factories.judged(factories.family(place))
    client = enter(factories.staff("official"))
    message = application.guardian.messages.filter(district_code=factories.DISTRICT).first()
    assert message is not None
    rows = {
        "schools/school": place.school.pk,
        "schools/zone": place.school.zones.get().pk,
        "enrollment/round": place.round.pk,
        "enrollment/policyversion": place.round.policy_id,
        "notifications/message": message.pk,
    }
    for page, pk in rows.items():
        shown = client.get(f"/admin/{page}/{pk}/change/")
        assert shown.status_code == 200, page
        assert 'name="_save"' not in shown.content.decode()
    assert (application.guardian.phone or "?") not in client.get("/admin/notifications/message/").content.decode()


def test_an_agency_is_switched_by_those_who_may(enter: Enter) -> None:
    address = "/admin/verification/agencyswitch/"
    off = {"agency": "household", "enabled": "0", "note": "维护"}
    for role in ("reviewer", "notary", "supervisor"):
        stranger = enter(factories.staff(role))
        assert (stranger.get(address).status_code, stranger.post(address, off).status_code) == (403, 403)
    assert not DataItem.objects.filter(enabled=False).exists()
    client = enter(factories.staff("official"))
    assert client.post(address, off).status_code == 302
    assert DataItem.objects.get(agency="household", division="430702").note == "维护"
    assert "Switched off" in client.get(address).content.decode()
    assert Entry.objects.filter(action="agency.off", object_id="household").exists()


@pytest.mark.parametrize("role", ["reviewer", "official", "city", "supervisor", "notary", "clerk"])
def test_the_first_page_opens_for_every_role(enter: Enter, role: str) -> None:
    factories.application("attention")
    school = "WL01" if role == "reviewer" else ""
    assert enter(factories.staff(role, school=school)).get("/admin/").status_code == 200
