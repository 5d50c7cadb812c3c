"""The workplace's first page: numbers within reach only, behind a one-time password."""

import pytest
from django.test import Client

from tests.entering import signed_in
from tests.factories import staff, world

pytestmark = pytest.mark.django_db


def test_an_official_sees_the_rounds_of_the_own_district_only() -> None:
    place = world()
    page = signed_in(staff("official")).get("/admin/")
    assert [row.round.pk for row in page.context["rounds"]] == [place.round.pk]
    assert page.context["synthetic"] is True
    elsewhere = signed_in(staff("official", district="330113")).get("/admin/")
    assert elsewhere.context["rounds"] == []


def test_without_the_one_time_password_the_door_stays_shut() -> None:
    client = Client()
    client.force_login(staff("official"))
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/staff/sign-in/")


def test_a_reviewer_is_told_what_waits() -> None:
    world()
    page = signed_in(staff("reviewer")).get("/admin/")
    assert page.context["cards"][0]["value"] == 0
    assert "link" in page.context["cards"][0]


def test_every_rate_leads_to_what_is_missing_from_a_hundred_percent() -> None:
    world()
    client = signed_in(staff("official"))
    links = [card["link"] for card in client.get("/admin/").context["cards"] if "link" in card]
    assert len(links) >= 3
    for link in links:
        assert client.get(link).status_code == 200, link
