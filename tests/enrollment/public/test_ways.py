"""The ways around: from every page to every other, and where one is."""

import re

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Account
from tests import factories
from tests.entering import signed_in

pytestmark = pytest.mark.django_db
HEADER, FOOTER, BAR = ("header", "footer", 'nav class="bottom-bar"')
NOT_FOR_ALL = ("/admin/", "/official/", "/staff/", "/assist/", "/witness/", "/my/", "/terminal/", "/demo/", "/session/")
NO_PAGES = ("/api/", "/anchors", "/health/", "/mode/", "/i18n/", "/sign-")  # for programs, or steps of signing in
PARTS = ("/find-school/suggest/",)  # of pages: what is suggested while somebody types
FILES = (".json", ".py", ".ics", ".html")
FROM_EVERY_PAGE = {"/", "/help/"}
FROM_ANOTHER = {"/results/check/"}  # from the page of what it checks


@pytest.fixture(autouse=True)
def place() -> factories.World:
    return factories.world()


def part(client: Client, path: str, name: str) -> str:
    """One part of a page, "" where the page has none."""
    page = client.get(path, headers={"accept-language": "zh-hans"}).content.decode()
    found = re.search(rf"<{name}.*?</{name.split(maxsplit=1)[0]}>", page, re.DOTALL)
    return found.group() if found else ""


def links(html: str) -> list[str]:
    return re.findall(r'href="([^"#?]+)"', html)


def public_pages() -> set[str]:
    """Every address for everybody that has no parameter."""

    def walked(patterns: list[URLPattern | URLResolver], space: str) -> set[str]:
        found: set[str] = set()
        for one in patterns:
            if isinstance(one, URLResolver):
                found |= walked(one.url_patterns, one.namespace or space)
            elif one.name:
                try:
                    found.add(reverse(f"{space}:{one.name}" if space else one.name))
                except NoReverseMatch:
                    continue
        return found

    found = walked(get_resolver().url_patterns, "")
    return {path for path in found if not path.startswith(NOT_FOR_ALL + NO_PAGES + PARTS) and not path.endswith(FILES)}


def family() -> Client:
    client = Client()
    client.force_login(factories.guardian())
    return client


def test_who_is_not_signed_in_finds_the_five_ways_and_the_way_in() -> None:
    header = links(part(Client(), "/", HEADER))
    for way in ("/sign-in/", "/my/", "/find-school/", "/calendar/", "/results/", "/help/"):
        assert way in header, way
    assert links(part(Client(), "/", BAR)) == ["/", "/my/", "/results/", "/help/"]


def test_a_family_finds_its_children_and_the_way_out_instead() -> None:
    header = part(family(), "/my/", HEADER)
    assert "/sign-in/" not in links(header)
    assert 'action="/sign-out/"' in header
    assert re.search(r'href="/my/"\s+aria-current="page"', header)


@pytest.mark.parametrize(
    ("path", "way", "said"),
    [
        ("/results/", "/results/", "page"),
        ("/results/how-to-check/", "/results/", "true"),
        ("/policies/", "/calendar/", "true"),
        ("/schools/", "/find-school/", "true"),
        ("/contacts/", "/help/", "true"),
        ("/sign-in/", "/sign-in/", "page"),
    ],
)
def test_the_way_one_is_on_is_marked_and_no_other(path: str, way: str, said: str) -> None:
    header = part(Client(), path, HEADER)
    marked = re.findall(r'href="([^"]+)"\s+aria-current="(\w+)"', header)
    assert set(marked) == {(way, said)}


def test_six_ways_at_the_foot_and_every_public_page_on_the_page_of_help() -> None:
    assert len(links(part(Client(), "/", FOOTER))) == 6
    here = set(links(Client().get("/help/").content.decode()))
    assert public_pages() - FROM_EVERY_PAGE - FROM_ANOTHER - here == set()


@pytest.mark.parametrize("role", ["official", "clerk"])
def test_who_works_here_is_not_sent_to_a_familys_pages(role: str) -> None:
    who: Account = factories.staff(role)
    page = signed_in(who).get("/results/").content.decode()
    assert "/my/" not in links(page)
