"""Reviewers as a table: two people bring it in, each row is an invitation, and ranks and scopes hold."""

import pytest
from django.urls import reverse

from accounts.models import Account, Role, StaffChange
from accounts.people.appointing import link_make, staff_listed
from accounts.people.terms import Terms
from foundation.errors import Refused
from imports.models import Import
from imports.services import import_undo_ask
from tests import factories
from tests.accounts.people.conftest import signed_in
from tests.accounts.people.test_joining import browser, come_in
from tests.tables import checked, csv_of, taken, undone

pytestmark = pytest.mark.django_db
ROW = {"姓名": "李娜", "手机号": "13900001111", "岗位": "审核", "学校代码": "WL01", "起始日期": "", "截止日期": ""}


def table(*rows: dict[str, str]) -> bytes:
    return csv_of([{**ROW, **one} for one in rows])


def looked_at(by: Account, *rows: dict[str, str]) -> Import:
    return checked("reviewers", factories.DISTRICT, table(*rows), by=by)


def test_a_table_of_two_people_is_an_invitation_a_person(official: Account, second: Account) -> None:
    helper = {"姓名": "王强", "手机号": "13900002222", "岗位": "帮办", "学校代码": ""}
    made = looked_at(official, {}, {"学校代码": "WL02"}, helper)
    assert made.counts["new"] == 3
    assert not StaffChange.objects.exists()  # nothing is stored before the second person
    taken(made, by=second)
    one, other = StaffChange.objects.order_by("pk")
    assert [row[:3] for row in one.roles] == [["reviewer", "430702", "WL01"], ["reviewer", "430702", "WL02"]]
    assert [row[:3] for row in other.roles] == [["helper", "430702", ""]]
    assert (one.state, one.proposed_by_id, one.confirmed_by_id) == ("open", official.pk, second.pk)
    page = signed_in(official).get(reverse("people:list")).text
    assert "李娜" in page
    assert 'data-qa="by-list"' in page
    assert looked_at(official, {}).counts["same"] == 1
    assert looked_at(official, {"岗位": "帮办", "学校代码": ""}).counts["wrong"] == 1  # an invitation is open


def test_who_comes_in_by_the_link_has_the_role_and_the_table_stays(official: Account, second: Account) -> None:
    done = taken(looked_at(official, {"截止日期": "2099-09-30"}), by=second)
    _change, secret = link_make(actor=official, change_id=StaffChange.objects.get().public_id)
    come_in(browser(), f"/staff/join/{secret}/")
    role = Role.objects.get(account__username="li.na")
    assert (role.name, role.school_code, str(role.until_day)) == ("reviewer", "WL01", "2099-09-30")
    with pytest.raises(Refused) as refused:
        import_undo_ask(official=official, import_id=done.pk)
    assert refused.value.code == "used"
    more = taken(looked_at(official, {"截止日期": "2099-09-30"}, {"学校代码": "WL02"}), by=second)
    assert more.counts["new"] == 1
    assert set(role.account.roles.values_list("school_code", flat=True)) == {"WL01", "WL02"}


def test_undone_before_anybody_came_in_the_invitations_are_dead(official: Account, second: Account) -> None:
    undone(taken(looked_at(official, {}, {"学校代码": "WL02"}), by=second), by=official, other=second)
    assert StaffChange.objects.get().state == "withdrawn"


@pytest.mark.parametrize(
    "change",
    [
        {"手机号": "1390000"},
        {"岗位": "公证"},
        {"岗位": "official"},
        {"学校代码": "XX99"},
        {"学校代码": ""},
        {"岗位": "受理"},
        {"姓名": ""},
        {"截止日期": "2020-01-01"},
        {"起始日期": "明天"},
    ],
)
def test_a_wrong_row_is_named_and_nothing_comes_in(official: Account, change: dict[str, str]) -> None:
    made = looked_at(official, change)
    assert (made.state, made.counts["wrong"]) == ("wrong", 1)


def test_a_role_that_decides_is_never_given_so_and_nobody_gives_themselves_one(
    official: Account, second: Account
) -> None:
    high = Terms("notary", "430702")
    with pytest.raises(Refused) as refused:
        staff_listed(two=(official, second), name="李娜", phone="13900001111", roles=[high])
    assert refused.value.code == "high"
    low = Terms("reviewer", "430702", "WL01")
    with pytest.raises(Refused) as refused:
        staff_listed(two=(official, second), name="", phone="", roles=[low], account=second)
    assert refused.value.code == "oneself"
    elsewhere = factories.staff("official", district="430703")
    with pytest.raises(Refused) as refused:
        staff_listed(two=(official, elsewhere), name="李娜", phone="13900001111", roles=[low])
    assert refused.value.code == "rank"


def test_only_who_administers_sees_such_tables(official: Account) -> None:
    assert signed_in(official).get("/official/imports/reviewers/").status_code == 200
    assert signed_in(factories.staff("reviewer")).get("/official/imports/reviewers/").status_code == 404
