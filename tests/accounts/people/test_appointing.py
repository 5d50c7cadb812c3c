"""Roles given and taken, the second administrator, switching off, leave: the services and their refusals."""

from datetime import date, timedelta

import pytest
from django_otp_webauthn.models import WebAuthnCredential

from accounts.abilities import Ability
from accounts.models import Account, Leave, Role, StaffChange, TokenDevice
from accounts.people.appointing import (
    change_confirm,
    change_withdraw,
    link_make,
    roles_give,
    staff_invite,
    staff_reset_open,
)
from accounts.people.leaves import leave_end, leave_make
from accounts.people.members import role_end, staff_active, staff_reset
from accounts.people.recovery import code_use, codes_left, codes_renew, looks_like_code
from accounts.people.selectors import abilities_at, myself, people_here
from accounts.people.terms import Terms
from accounts.scopes import scope
from audit.models import Entry
from foundation import clock
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.accounts.people.conftest import CITY, OTHER, token

pytestmark = pytest.mark.django_db
COUNTY = factories.DISTRICT
REVIEWER = [Terms("reviewer", COUNTY, "WL01")]
OFFICIAL = [Terms("official", COUNTY)]


def day(days: int) -> date:
    return clock.today() + timedelta(days=days)


def may(account: Account, ability: Ability = Ability.APPLICATION_REVIEW, school: str = "WL01") -> bool:
    return scope(Account.objects.get(pk=account.pk)).may(ability, district=COUNTY, school=school)


def invite(actor: Account, roles: list[Terms], code: str = "") -> StaffChange:
    return staff_invite(actor=actor, name="李娜", phone="", roles=roles, token=code)


# -- roles -------------------------------------------------------------------------------------------------------------


def test_a_role_opens_on_its_days_only(official: Account) -> None:
    clerk = factories.staff("clerk")
    roles_give(actor=official, account=clerk, roles=[Terms("reviewer", COUNTY, "WL01", day(1), day(2))])
    seen = {}
    for days in range(4):
        with clock.at(clock.now() + timedelta(days=days)):
            seen[days] = may(clerk)
    assert seen == {0: False, 1: True, 2: True, 3: False}


def test_a_role_that_ended_yesterday_opens_nothing(official: Account) -> None:
    reviewer = factories.staff("reviewer", school="WL01")
    assert may(reviewer)
    Role.objects.filter(account=reviewer).update(until_day=day(-1))
    assert not may(reviewer)
    Role.objects.filter(account=reviewer).update(until_day=day(0))
    assert may(reviewer)


def test_an_ended_role_stays_to_be_read(official: Account) -> None:
    reviewer = factories.staff("reviewer", school="WL01")
    roles_give(actor=official, account=reviewer, roles=[Terms("clerk", COUNTY)])
    held = Role.objects.get(account=reviewer, name="reviewer")
    role_end(actor=official, account=reviewer, role_id=held.pk)
    assert not may(reviewer)
    assert Role.objects.get(pk=held.pk).until_day == day(-1)
    with pytest.raises(Refused, match="only role"):
        role_end(actor=official, account=reviewer, role_id=Role.objects.get(account=reviewer, name="clerk").pk)
    assert Entry.objects.filter(action="staff.roles", actor_id=official.pk).count() == 1
    roles_give(actor=official, account=reviewer, roles=REVIEWER)
    assert may(reviewer)


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ([], "choose a role"),
        ([Terms("reviewer", COUNTY, "", None, date(2020, 1, 1))], "over already"),
        ([Terms("department", COUNTY)], "choose the department"),
        ([Terms("reviewer", COUNTY, department="housing")], "choose the department"),
        ([Terms("department", COUNTY, department="fishing")], "choose the department"),
        ([Terms("reviewer", COUNTY, "", date(2030, 2, 1), date(2030, 1, 1))], "before the first"),
    ],
)
def test_days_and_nothing_are_refused(official: Account, roles: list[Terms], words: str) -> None:
    with pytest.raises(Refused, match=words):
        invite(official, roles)


@pytest.mark.parametrize(
    "roles",
    [
        [Terms("official", OTHER)],
        [Terms("official", CITY)],
        [Terms("city", COUNTY)],
        [Terms("supervisor", COUNTY)],
        [Terms("department", OTHER, department="housing")],
        [Terms("nosuchrole", COUNTY)],
        [Terms("clerk", "")],
        [Terms("clerk", "43070")],
        [Terms("clerk", COUNTY, "WL01")],
        [*REVIEWER, Terms("city", COUNTY)],
    ],
)
def test_what_is_not_ones_own_to_give_is_not_given(official: Account, roles: list[Terms]) -> None:
    clerk = factories.staff("clerk")
    before = (StaffChange.objects.count(), Role.objects.count())
    with pytest.raises(NotAllowed):
        invite(official, roles, token(official))
    with pytest.raises(NotAllowed):
        roles_give(actor=official, account=clerk, roles=roles, token=token(official))
    assert (StaffChange.objects.count(), Role.objects.count()) == before


def test_nobody_gives_themselves_anything(official: Account) -> None:
    with pytest.raises(Refused, match="for themselves"):
        roles_give(actor=official, account=official, roles=REVIEWER)
    with pytest.raises(Refused, match="for themselves"):
        staff_reset_open(actor=official, account=official, token=token(official))
    with pytest.raises(Refused, match="for themselves"):
        staff_active(actor=official, account=official, active=False)


def test_a_watcher_gets_no_role_that_is_watched(official: Account) -> None:
    with pytest.raises(Refused, match="one place"):
        roles_give(actor=official, account=factories.staff("witness"), roles=REVIEWER)


# -- two administrators ------------------------------------------------------------------------------------------------


def test_a_high_role_waits_for_a_second(official: Account, second: Account) -> None:
    change = invite(official, OFFICIAL, token(official))
    assert change.state == "waiting"
    with pytest.raises(Refused):
        link_make(actor=official, change_id=change.public_id)
    with pytest.raises(Refused, match="second, different"):
        change_confirm(actor=official, change_id=change.public_id, token=token(official))
    with pytest.raises(Refused, match="one-time password"):
        change_confirm(actor=second, change_id=change.public_id, token="000000")
    TokenDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    for stranger in (factories.staff("reviewer"), factories.staff("official", district=OTHER)):
        with pytest.raises(NotAllowed):
            change_confirm(actor=stranger, change_id=change.public_id, token=token(stranger))
    confirmed = change_confirm(actor=second, change_id=change.public_id, token=token(second))
    assert (confirmed.state, confirmed.confirmed_by) == ("open", second)
    with pytest.raises(Refused, match="already"):
        change_confirm(actor=second, change_id=change.public_id, token=token(second))
    assert link_make(actor=official, change_id=change.public_id)[1]


def test_a_high_role_costs_a_one_time_password(official: Account, second: Account) -> None:
    with pytest.raises(Refused, match="one-time password"):
        invite(official, OFFICIAL)
    assert not StaffChange.objects.exists()


def test_a_high_role_of_somebody_who_is_here_is_given_by_the_second(official: Account, second: Account) -> None:
    clerk = factories.staff("clerk")
    change = roles_give(actor=official, account=clerk, roles=OFFICIAL, token=token(official))
    assert not may(clerk, Ability.ROUND_CONFIRM)
    with pytest.raises(NotAllowed):  # whom it concerns does not confirm it
        change_confirm(actor=clerk, change_id=change.public_id, token=token(clerk))
    assert change_confirm(actor=second, change_id=change.public_id, token=token(second)).state == "done"
    assert may(clerk, Ability.ROUND_CONFIRM)
    assert Role.objects.get(account=clerk, name="official").given_by == official


def test_the_first_administrator_appoints_the_second_alone_and_that_is_said(official: Account) -> None:
    change = invite(official, OFFICIAL, token(official))
    assert (change.state, change.alone) == ("open", True)
    assert Entry.objects.get(action="staff.invite.propose").details["alone"] is True


def test_who_switched_the_others_off_is_not_alone(official: Account, second: Account) -> None:
    staff_active(actor=official, account=second, active=False)
    with pytest.raises(Refused, match="nobody else"):
        invite(official, OFFICIAL, token(official))
    staff_active(actor=official, account=second, active=True)
    role_end_all(second)
    with pytest.raises(Refused, match="nobody else"):
        invite(official, OFFICIAL, token(official))


def role_end_all(account: Account) -> None:
    Role.objects.filter(account=account).update(until_day=day(-1))


def test_of_two_officials_neither_resets_the_other_without_a_third(official: Account, second: Account) -> None:
    with pytest.raises(Refused, match="nobody else"):
        staff_reset_open(actor=official, account=second, token=token(official))
    factories.staff("city", district=CITY)
    assert staff_reset_open(actor=official, account=second, token=token(official)).state == "waiting"


def test_a_second_reset_takes_the_place_of_the_first(official: Account) -> None:
    reviewer = factories.staff("reviewer", school="WL01")
    first = staff_reset_open(actor=official, account=reviewer)
    staff_reset_open(actor=official, account=reviewer)
    first.refresh_from_db()
    assert first.state == "withdrawn"


def test_a_county_never_touches_who_is_above_it_or_elsewhere(official: Account) -> None:
    for stranger in (
        factories.staff("city", district=CITY),
        factories.staff("official", district=OTHER),
        factories.staff("supervisor"),
        factories.guardian(),
    ):
        with pytest.raises(NotAllowed):
            staff_reset_open(actor=official, account=stranger, token=token(official))
        if stranger.is_staff:
            with pytest.raises(NotAllowed):
                staff_active(actor=official, account=stranger, active=False)
    both = factories.staff("clerk")
    Role.objects.create(account=both, name="clerk", district_code=OTHER)
    with pytest.raises(NotAllowed):
        staff_active(actor=official, account=both, active=False)


def test_a_withdrawn_change_is_over(official: Account, second: Account) -> None:
    change = invite(official, OFFICIAL, token(official))
    change_withdraw(actor=second, change_id=change.public_id)
    with pytest.raises(Refused, match="already"):
        change_withdraw(actor=official, change_id=change.public_id)
    with pytest.raises(Refused, match="already"):
        change_confirm(actor=second, change_id=change.public_id, token=token(second))


def test_a_proposal_expires(official: Account, second: Account) -> None:
    change = invite(official, OFFICIAL, token(official))
    with clock.at(clock.now() + timedelta(days=8)), pytest.raises(Refused, match="expired"):
        change_confirm(actor=second, change_id=change.public_id, token=token(second))


# -- the last administrator --------------------------------------------------------------------------------------------


def test_the_last_administrator_of_a_place_stays(official: Account, second: Account) -> None:
    roles_give(actor=official, account=second, roles=[Terms("clerk", COUNTY)])
    held = Role.objects.get(account=second, name="official")
    staff_active(actor=official, account=second, active=False)  # official stays
    staff_active(actor=official, account=second, active=True)
    role_end(actor=official, account=second, role_id=held.pk)
    Role.objects.update(until_day=None)
    # somebody whose right is only lent does not count as who stays
    borrowed = factories.staff("clerk")
    Role.objects.create(account=borrowed, name="official", district_code=COUNTY, leave=leave_row(second, borrowed))
    Account.objects.filter(pk=official.pk).update(is_active=False)
    with pytest.raises(Refused, match="last administrator"):
        staff_active(actor=borrowed, account=second, active=False)
    with pytest.raises(Refused, match="last administrator"):
        role_end(actor=borrowed, account=second, role_id=held.pk)
    factories.staff("city", district=CITY)  # reaches the county, too
    staff_active(actor=borrowed, account=second, active=False)


def test_whose_role_is_over_decides_nothing(official: Account, second: Account) -> None:
    Role.objects.filter(account=second).update(until_day=day(-1))
    with pytest.raises(NotAllowed):
        staff_active(actor=second, account=official, active=False)


def leave_row(account: Account, deputy: Account) -> Leave:
    return Leave.objects.create(
        account=account, deputy=deputy, from_day=day(0), until_day=day(1), made_by=account, made_at=clock.now()
    )


# -- leave -------------------------------------------------------------------------------------------------------------


def test_a_deputy_holds_the_roles_on_the_days_and_no_longer(official: Account) -> None:
    absent, colleague = factories.staff("reviewer", school="WL01"), factories.staff("reviewer", school="WL02")
    made = leave_make(actor=absent, account=absent, deputy=colleague, first=day(1), last=day(3))
    seen = []
    for days in range(5):
        with clock.at(clock.now() + timedelta(days=days)):
            seen.append(may(colleague))
            away = myself(absent).state == "away"
            assert away is (1 <= days <= 3)
    assert seen == [False, True, True, True, False]
    with clock.at(clock.now() + timedelta(days=2)):
        leave_end(actor=absent, leave_id=made.public_id)
        assert not may(colleague)
    assert may(colleague, school="WL02")


def test_a_deputy_never_holds_what_the_absent_person_has_lost(official: Account) -> None:
    absent, colleague = factories.staff("reviewer", school="WL01"), factories.staff("reviewer", school="WL02")
    roles_give(actor=official, account=absent, roles=[Terms("clerk", COUNTY)])
    leave_make(actor=official, account=absent, deputy=colleague, first=day(0), last=day(9))
    assert may(colleague)
    role_end(actor=official, account=absent, role_id=Role.objects.get(account=absent, name="reviewer").pk)
    assert not may(colleague)
    assert may(colleague, Ability.APPLICATION_ASSIST)
    staff_active(actor=official, account=absent, active=False)
    assert not may(colleague, Ability.APPLICATION_ASSIST)
    assert Leave.objects.get().ended_at is not None


def test_what_is_given_during_a_leave_is_not_lent(official: Account) -> None:
    absent, colleague = factories.staff("reviewer", school="WL01"), factories.staff("reviewer", school="WL02")
    leave_make(actor=official, account=absent, deputy=colleague, first=day(0), last=day(9))
    roles_give(actor=official, account=absent, roles=[Terms("clerk", COUNTY)])
    assert may(colleague)
    assert not may(colleague, Ability.APPLICATION_ASSIST)


def test_nobody_makes_a_second_official_by_going_on_leave(official: Account, second: Account) -> None:
    for deputy in (factories.staff("reviewer"), factories.staff("notary"), factories.staff("official", district=OTHER)):
        with pytest.raises(Refused):
            leave_make(actor=official, account=official, deputy=deputy, first=day(0), last=day(1))
    borrowed = factories.staff("reviewer")
    Role.objects.create(account=borrowed, name="official", district_code=COUNTY, leave=leave_row(second, borrowed))
    with pytest.raises(Refused):
        leave_make(actor=official, account=official, deputy=borrowed, first=day(0), last=day(1))
    assert leave_make(actor=official, account=official, deputy=second, first=day(0), last=day(1)).pk


def test_a_reviewer_lends_to_reviewers_and_an_administrator_to_whom_it_may_appoint(official: Account) -> None:
    absent, clerk = factories.staff("reviewer", school="WL01"), factories.staff("clerk")
    with pytest.raises(Refused, match="same role"):
        leave_make(actor=absent, account=absent, deputy=clerk, first=day(0), last=day(1))
    with pytest.raises(NotAllowed):
        leave_make(actor=clerk, account=absent, deputy=clerk, first=day(0), last=day(1))
    assert leave_make(actor=official, account=absent, deputy=clerk, first=day(0), last=day(1)).pk


@pytest.mark.parametrize(("first", "last"), [(-1, 1), (2, 1), (0, 400)])
def test_days_of_a_leave_are_bounded(official: Account, second: Account, first: int, last: int) -> None:
    with pytest.raises(Refused):
        leave_make(actor=official, account=official, deputy=second, first=day(first), last=day(last))


def test_one_leave_at_a_time_and_never_oneself(official: Account, second: Account) -> None:
    leave_make(actor=official, account=official, deputy=second, first=day(0), last=day(5))
    with pytest.raises(Refused, match="already"):
        leave_make(actor=official, account=official, deputy=second, first=day(5), last=day(6))
    with pytest.raises(Refused, match="colleague"):
        leave_make(actor=second, account=second, deputy=second, first=day(0), last=day(1))


# -- recovery codes ----------------------------------------------------------------------------------------------------


def test_recovery_codes_sign_in_once_and_are_replaced(official: Account, second: Account) -> None:
    codes = codes_renew(account=official, token=token(official))
    assert (len(codes), codes_left(official)) == (10, 10)
    assert all(looks_like_code(code) for code in codes)
    assert code_use(account=second, typed=codes[0]) is None
    assert code_use(account=official, typed=f" {codes[0].lower().replace('-', ' ')} ") is not None
    assert code_use(account=official, typed=codes[0]) is None
    assert codes_left(official) == 9
    with pytest.raises(Refused):
        codes_renew(account=official, token="000000")


# -- lists -------------------------------------------------------------------------------------------------------------


def test_the_list_is_of_ones_own_places(official: Account, second: Account) -> None:
    reviewer = factories.staff("reviewer", school="WL01")
    elsewhere, city = factories.staff("clerk", district=OTHER), factories.staff("city", district=CITY)
    assert {one.account for one in people_here(official)} == {official, second, reviewer}
    assert {one.account for one in people_here(city)} == {official, second, reviewer, elsewhere, city}
    assert {one.account for one in people_here(official, search="wl01")} == {reviewer}
    for stranger in (reviewer, factories.staff("supervisor")):
        with pytest.raises(NotAllowed):
            people_here(stranger)


def test_who_can_do_what_names_what_nobody_can(official: Account) -> None:
    table = abilities_at(official, COUNTY)
    missing = {line.ability for line in table.missing}
    assert Ability.ROUND_WITNESS in missing
    assert Ability.ROUND_CONFIRM not in missing
    assert {line.ability: line.short for line in table.thin}[Ability.ROUND_CONFIRM] == 1
    factories.staff("notary")
    factories.staff("reviewer", school="WL01")
    table = abilities_at(official, COUNTY)
    assert Ability.ROUND_WITNESS not in {line.ability for line in table.missing}
    assert Ability.ROUND_CONFIRM not in {line.ability for line in table.thin}
    marks = {line.ability: set(line.marks) for line in table.lines}
    assert marks[Ability.APPLICATION_REVIEW] == {"all", "school", ""}
    with pytest.raises(NotAllowed):
        abilities_at(official, OTHER)


def test_a_reset_leaves_no_second_factor_behind(official: Account) -> None:
    codes_renew(account=official, token=token(official))
    WebAuthnCredential.objects.create(user=official, name="key", credential_id=b"x", public_key=b"y", sign_count=0)
    staff_reset(account=official, password=factories.PASSWORD)
    assert not WebAuthnCredential.objects.exists()
    assert codes_left(official) == 0
    assert TokenDevice.objects.get(user=official).last_t == -1


def test_an_officer_is_one_of_a_department_and_may_sit_in_a_town(official: Account) -> None:
    clerk, town = factories.staff("clerk"), f"{COUNTY}001"
    roles = [Terms("department", COUNTY, department="housing"), Terms("department", town, department="education")]
    roles_give(actor=official, account=clerk, roles=roles)
    held = clerk.roles.filter(name="department").order_by("district_code")
    assert [(one.district_code, one.department) for one in held] == [(COUNTY, "housing"), (town, "education")]
    with pytest.raises(Refused, match="division code"):
        roles_give(actor=official, account=clerk, roles=[Terms("clerk", town)])
