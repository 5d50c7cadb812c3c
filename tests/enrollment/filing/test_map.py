"""The map of the page of choices: the pin of the family's home, on its own pages and on no other."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from enrollment.filing.schools import nearby, school_options
from enrollment.seasons.models import Draft
from schools.maps.model import DistrictMap, Road
from schools.services import map_store
from tests import factories

pytestmark = pytest.mark.django_db
HOMES = re.compile(r'data-home="([^"]+)"')


@pytest.fixture
def family() -> factories.Family:
    """A district whose one road leads from the home past both schools (111.69 and 111.70 east)."""
    place = factories.world()
    road = Road("滨湖路", ((111.68, 29.03), (111.71, 29.03)), 1, 61)
    map_store(district=place.school.district, year=factories.YEAR, found=DistrictMap(roads=(road,)))
    return factories.family(place)


def choices(family: factories.Family, client: Client) -> str:
    return client.get(reverse("enrollment:page", args=[family.draft.public_id, "choices"])).content.decode()


def signed_in(family: factories.Family) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(family.guardian)
    return client


def test_the_way_is_measured_from_the_home_along_the_road(family: factories.Family) -> None:
    draft = Draft.objects.get(pk=family.draft.pk)
    own, other = school_options(draft, nearby(draft))
    assert (own.school.pk, own.in_zone, other.in_zone) == ("WL01", True, False)
    assert own.walk is not None
    assert other.walk is not None
    assert own.walk.by_road
    # number 12 of 1 to 61 lies 5.5 thousandths of a degree along the road, the schools lie 10 and 20 along it
    assert own.walk.metres == pytest.approx(4.5 * 97.4, abs=25)
    assert other.walk.metres == pytest.approx(14.5 * 97.4, abs=25)


def test_nothing_is_measured_for_whoever_is_not_told_where_the_home_is(family: factories.Family) -> None:
    draft = Draft.objects.get(pk=family.draft.pk)
    assert {(one.walk, one.metres, one.in_zone) for one in school_options(draft, None)} == {(None, None, False)}


def test_the_pin_is_on_the_familys_own_page_and_on_no_other(family: factories.Family) -> None:
    text = choices(family, signed_in(family))
    (home,) = HOMES.findall(text)
    longitude, latitude = map(float, home.split(","))
    assert (longitude, latitude) == pytest.approx((111.6855, 29.03), abs=2e-4)
    assert 'class="m-home"' in text
    assert "步行约" in text
    source = re.search(r'data-map="([^"]+)"', text)
    assert source is not None
    public = Client().get(source[1])
    assert public.status_code == 200
    assert f"{longitude}" not in public.content.decode()
    for path in ("/", "/find-school/", "/schools/WL01/"):
        assert not HOMES.findall(Client().get(path).content.decode())
    other = factories.guardian()
    stranger = Client()
    stranger.force_login(other)
    answer = stranger.get(reverse("enrollment:page", args=[family.draft.public_id, "choices"]))
    assert answer.status_code == 404
    assert not HOMES.findall(answer.content.decode())
