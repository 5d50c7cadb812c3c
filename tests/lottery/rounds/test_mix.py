"""Who applies in a round, by group and household, and where children outnumber the seats."""

import pytest

from enrollment.seasons.models import Application, Round
from foundation.errors import NotAllowed
from lottery.rounds.selectors.mix import NeedRow, mix_of
from schools.models import SeatPlan, Zone
from tests import factories
from tests.agencies import City, agencies, agency_service
from tests.enrollment.over_http import checked as filed_and_checked
from tests.entering import signed_in

__all__ = ["agencies", "agency_service"]
pytestmark = pytest.mark.django_db


def filed(place: factories.World, agencies: City, **answers: str) -> Application:
    one = factories.family(place, **answers)
    agencies.believe(one)
    return filed_and_checked(one.submit())


def test_a_judgement_says_whether_the_household_is_of_here(agencies: City) -> None:
    place = factories.world()
    here = filed(place, agencies)
    here.refresh_from_db()
    relation = here.versions.get().facts["household.zone_relation"]["value"]
    assert here.household_here is (relation in {"in_zone", "in_district"}) is True
    elsewhere = filed(place, agencies, household_here="no")
    elsewhere.refresh_from_db()
    assert elsewhere.household_here is not True


def test_every_standing_application_is_counted_once_in_each_table(agencies: City) -> None:
    place = factories.world()
    three = [filed(place, agencies) for _ in range(3)]
    gone = filed(place, agencies)
    Application.objects.filter(pk=three[0].pk).update(household_here=False)
    Application.objects.filter(pk=three[1].pk).update(group_code="", zone_code="")
    Application.objects.filter(pk=gone.pk).update(state="withdrawn")
    found = mix_of(factories.staff("official"), place.round.pk, "zh")
    assert (found.total, found.here, found.elsewhere) == (3, 2, 1)
    assert found.ratio == "0.5"
    assert sum(row.unknown for row in found.groups) == 0
    assert found.groups[-1].total == 1  # who is in no group stands last
    assert sum(row.children for row in found.schools) == 3
    assert sum(row.children for row in found.zones) + 1 == 3
    assert all(len(row.by_group) == len(found.groups) for row in (*found.schools, *found.zones))
    assert [sum(row.by_group[at] for row in found.schools) for at in range(len(found.groups))] == [
        row.total for row in found.groups
    ]


def test_zones_that_share_their_schools_share_the_seats(agencies: City) -> None:
    place = factories.world()
    for _ in range(2):
        filed(place, agencies)
    zone = Zone.objects.filter(stage=place.round.stage, schools=place.school).order_by("code")[0]
    twin = Zone.objects.create(district=zone.district, code="twin", name="合成学区", year=zone.year, stage=zone.stage)
    twin.schools.set(zone.schools.all())
    SeatPlan.objects.filter(school__in=zone.schools.all()).update(seats=1)
    found = mix_of(factories.staff("official"), place.round.pk, "zh")
    row = next(one for one in found.zones if "合成学区" in one.name)
    assert zone.name in row.name
    assert row.seats == zone.schools.count()
    assert row.short == max(0, row.children - row.seats)
    assert found.zones[0].short == max(one.short for one in found.zones)


@pytest.mark.parametrize(("children", "seats", "short"), [(0, 0, 0), (3, 5, 0), (5, 5, 0), (6, 5, 1), (4, 0, 4)])
def test_seats_that_suffice_are_never_short(children: int, seats: int, short: int) -> None:
    assert NeedRow("x", "", seats, children, (children,)).short == short


def test_only_the_first_choice_is_counted_at_its_school(agencies: City) -> None:
    place = factories.world()
    filed(place, agencies, choices=f"{place.other_school.code},{place.school.code}")
    found = mix_of(factories.staff("official"), place.round.pk, "zh")
    wanted = {row.name: row.children for row in found.schools}
    assert (wanted[place.other_school.name], wanted[place.school.name]) == (1, 0)


@pytest.mark.parametrize("role", ["reviewer", "notary", "witness", "clerk", "helper", "department"])
def test_who_does_not_run_or_supervise_a_round_has_no_such_page(role: str) -> None:
    place = factories.world()
    more = {"department": "housing"} if role == "department" else {"school": "WL01"} if role == "reviewer" else {}
    account = factories.staff(role, **more)
    with pytest.raises(NotAllowed):
        mix_of(account, place.round.pk, "zh")
    assert signed_in(account).get(f"/official/rounds/{place.round.pk}/mix/").status_code == 404


def test_the_page_says_it_in_words_first(agencies: City) -> None:
    place = factories.world()
    filed(place, agencies)
    client = signed_in(factories.staff("official"), "zh-hans")
    page = client.get(f"/official/rounds/{place.round.pk}/mix/")
    assert page.status_code == 200
    assert "本区户籍1人" in page.text
    assert f'href="/official/rounds/{place.round.pk}/mix/"' in client.get(f"/official/rounds/{place.round.pk}/").text
    other = factories.staff("official", district="330299")
    assert signed_in(other).get(f"/official/rounds/{place.round.pk}/mix/").status_code == 404
    assert Round.objects.get(pk=place.round.pk).state == "open"
