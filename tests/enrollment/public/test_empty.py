"""Where nothing is yet, a page has a drawing, a sentence and mostly a way on, never a blank or a bare box."""

import re

import pytest
from django.test import Client

from enrollment.seasons.models import Round
from helpdesk.models import Article, ServicePoint
from notifications.models import Message
from schools.models import District
from tests import factories
from tests.enrollment.outcome.test_letters import enter

pytestmark = pytest.mark.django_db
NOTHING = {
    "/": "waiting",
    "/notices/": "envelope",
    "/calendar/": "waiting",
    "/policies/": "book",
    "/contacts/": "call",
    "/results/": "balls",
    "/classes/": "people",
    "/schools/": "school",
}


def empty_of(page: str) -> str:
    """The part of a page that says that nothing is there; "" without it."""
    found = re.search(r'<div class="empty" data-qa="empty">.*?</div>', page, re.DOTALL)
    return found.group() if found else ""


@pytest.mark.parametrize(("path", "drawing"), NOTHING.items())
def test_before_a_season_every_public_list_says_so_with_a_drawing(path: str, drawing: str) -> None:
    assert not Round.objects.exists()
    assert not Article.objects.exists()
    assert not ServicePoint.objects.exists()
    assert not District.objects.exists()
    empty = empty_of(Client().get(path).content.decode())
    assert re.search(rf'drawings[^"]*\.svg#{drawing}"', empty)
    assert re.search(r"<p>\S.+</p>", empty)


def test_with_something_in_it_a_list_says_nothing_of_the_kind() -> None:
    factories.world()
    for path in ("/schools/", "/"):
        assert empty_of(Client().get(path).content.decode()) == ""
    nothing = empty_of(Client().get("/schools/?words=nowhere").content.decode())
    assert 'href="/schools/"' in nothing


def test_a_family_without_children_and_one_without_messages() -> None:
    newcomer = enter(factories.guardian())
    assert "#people" in empty_of(newcomer.get("/my/").content.decode())
    application = factories.application("submitted")
    Message.objects.filter(account=application.guardian).update(account=None)  # none of them is this family's
    page = enter(application.guardian).get(f"/my/applications/{application.pk}/").content.decode()
    assert "#envelope" in empty_of(page)
