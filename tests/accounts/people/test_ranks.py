"""Who may appoint whom: every pair of roles at every pair of places."""

from itertools import product

import pytest

from accounts.abilities import OF_ROLE, Ability, opens
from accounts.models import Account, Role
from accounts.people.ranks import (
    APPOINTS,
    HIGH,
    MANAGERS,
    WATCHING,
    may_appoint,
    offered_roles,
    own_places,
    refuse_clash,
)
from accounts.people.terms import Terms
from foundation.errors import Refused
from tests import factories

pytestmark = pytest.mark.django_db
COUNTY, OTHER, CITY = "430702", "430703", "4307"
# by the role of who appoints, written out: a change of the table has to be made here, too
GIVES = {
    "official": {"reviewer", "official", "notary", "witness", "clerk", "helper", "department"},
    "city": {"reviewer", "official", "city", "notary", "witness", "clerk", "helper", "department", "supervisor"},
}


@pytest.mark.parametrize(("held", "given"), list(product(Role.Name.values, Role.Name.values)))
def test_every_pair_of_roles(held: str, given: str) -> None:
    actor = factories.staff(held)
    assert may_appoint(actor, Terms(given, COUNTY)) is (given in GIVES.get(held, set()))
    assert not may_appoint(actor, Terms(given, OTHER))
    assert not may_appoint(actor, Terms(given, CITY))
    assert not may_appoint(actor, Terms(given, ""))


@pytest.mark.parametrize("given", Role.Name.values)
def test_the_city_appoints_in_every_county_of_it_and_nowhere_else(given: str) -> None:
    actor = factories.staff("city", district=CITY)
    may = given in GIVES["city"]
    assert {place: may_appoint(actor, Terms(given, place)) for place in (COUNTY, OTHER, CITY, "4308", "43")} == {
        COUNTY: may,
        OTHER: may,
        CITY: may,
        "4308": False,
        "43": False,
    }


def test_a_school_is_named_for_reviewers_only() -> None:
    actor = factories.staff("official")
    assert may_appoint(actor, Terms("reviewer", COUNTY, "WL01"))
    assert not may_appoint(actor, Terms("official", COUNTY, "WL01"))


def test_who_may_administer_has_a_row_and_nobody_else() -> None:
    assert set(APPOINTS) == set(MANAGERS) == {name for name in OF_ROLE if Ability.STAFF_MANAGE in OF_ROLE[name]}
    assert {"official", "city", "notary", "supervisor"} == HIGH


def test_what_opens_nothing_is_not_offered() -> None:
    assert not opens("nosuchrole")
    assert offered_roles(factories.staff("official")) == [
        name for name in Role.Name.values if name in GIVES["official"]
    ]
    assert set(offered_roles(factories.staff("city"))) == GIVES["city"]
    assert [offered_roles(factories.staff(name)) for name in set(Role.Name.values) - set(GIVES)] == [[]] * 7


def test_a_switched_off_account_appoints_nobody() -> None:
    actor = factories.staff("official")
    Account.objects.update(is_active=False)
    assert not may_appoint(Account.objects.get(pk=actor.pk), Terms("clerk", COUNTY))


def test_places_within_places_are_named_once() -> None:
    actor = factories.staff("official")
    Role.objects.create(account=actor, name="city", district_code=CITY)
    assert own_places(actor) == [CITY]


@pytest.mark.parametrize(("one", "other"), list(product(Role.Name.values, Role.Name.values)))
def test_nobody_watches_and_acts_at_one_place(one: str, other: str) -> None:
    clash = (one in WATCHING) != (other in WATCHING)
    for where in (COUNTY, CITY):
        if clash:
            with pytest.raises(Refused, match="one place"):
                refuse_clash([Terms(one, COUNTY)], [Terms(other, where)])
        else:
            refuse_clash([Terms(one, COUNTY)], [Terms(other, where)])
    refuse_clash([Terms(one, COUNTY)], [Terms(other, OTHER)])
