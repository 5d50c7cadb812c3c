"""Who may do what, and which rows they see: the whole table."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.abilities import Ability
from accounts.models import Account, Role
from accounts.scopes import scope
from schools.models import School
from tests import factories

pytestmark = pytest.mark.django_db
ROLES: dict[str, set[str]] = {
    "reviewer": {"application.view", "application.review"},
    "official": {
        "application.view",
        "application.review",
        "round.run",
        "round.confirm",
        "season.edit",
        "staff.manage",
        "agency.switch",
        "figures.view",
        "assist.manage",
    },
    "city": {
        "application.view",
        "round.confirm",
        "season.edit",
        "staff.manage",
        "agency.switch",
        "audit.view",
        "figures.view",
    },
    "notary": {"round.confirm", "round.witness"},
    "witness": {"round.witness"},
    "clerk": {"application.assist", "help.give"},
    "helper": {"application.assist", "help.give"},
    "department": {"case.answer", "figures.view"},
    "supervisor": {"application.view", "audit.view", "figures.view"},
}
EVERYONE = {"round.view", "season.view"}
ABILITIES = sorted(Ability(word) for word in set.union(*ROLES.values()) | EVERYONE)


def test_the_table_names_every_role() -> None:
    assert set(ROLES) == set(Role.Name.values)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_exactly_what_its_row_says(role: str) -> None:
    reach = scope(factories.staff(role))
    may = {ability for ability in ABILITIES if reach.may(ability, district="430702")}
    assert may == ROLES[role] | EVERYONE
    assert {ability for ability in ABILITIES if reach.any(ability)} == may
    assert not any(reach.may(ability, district="430703") for ability in ABILITIES)


@pytest.mark.parametrize(
    ("prefix", "district", "reaches"),
    [("430702", "430702", True), ("4307", "430702", True), ("43", "430702", True), ("4308", "430702", False)],
)
def test_a_division_prefix_reaches_what_lies_below_it(prefix: str, district: str, *, reaches: bool) -> None:
    reach = scope(factories.staff("official", district=prefix))
    assert reach.may(Ability.SEASON_EDIT, district=district) is reaches


def schools_seen(account: object) -> set[str]:
    rows = scope(account).rows(School.objects.all(), Ability.APPLICATION_VIEW, district="district__code", school="code")
    return set(rows.values_list("code", flat=True))


def test_rows_and_may_give_the_same_answer() -> None:
    factories.world()
    reviewer = factories.staff("reviewer", school="WL01")
    assert schools_seen(reviewer) == {"WL01"}
    assert scope(reviewer).may(Ability.APPLICATION_VIEW, district="430702", school="WL01")
    assert not scope(reviewer).may(Ability.APPLICATION_VIEW, district="430702", school="WL02")
    assert not scope(reviewer).may(Ability.APPLICATION_VIEW, district="430702")
    assert schools_seen(factories.staff("official")) == {"WL01", "WL02"}
    assert schools_seen(factories.staff("official", district="430703")) == set()
    assert schools_seen(factories.staff("clerk")) == set()


def test_a_school_role_sees_nothing_where_rows_have_no_school() -> None:
    factories.world()
    reviewer = factories.staff("reviewer", school="WL01")
    rows = scope(reviewer).rows(School.objects.all(), Ability.APPLICATION_VIEW, district="district__code")
    assert not rows.exists()


def test_two_roles_add_up() -> None:
    factories.world()
    account = factories.staff("reviewer", school="WL01")
    Role.objects.create(account=account, name="reviewer", district_code="430702", school_code="WL02")
    assert schools_seen(account) == {"WL01", "WL02"}


def test_nobody_guardians_and_inactive_staff_see_nothing() -> None:
    factories.world()
    gone = factories.staff("official")
    gone.is_active = False
    superuser = Account.objects.create_superuser("root", "x", created_at=gone.created_at)
    for person in (None, AnonymousUser(), factories.guardian(), gone, superuser):
        assert schools_seen(person) == set()
        assert not any(scope(person).any(ability) for ability in ABILITIES)
        assert not any(scope(person).may(ability, district="430702") for ability in ABILITIES)
