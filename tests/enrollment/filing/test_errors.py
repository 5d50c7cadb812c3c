"""Errors of every form on a family's way: at the field, all at once, and a link from the top that lands there."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Account
from enrollment.seasons.models import Round
from tests import factories
from tests.enrollment.outcome.test_letters import enter, placed

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Form:
    """A form as somebody opens it: who, where, what is sent, and which places have to be named."""

    who: Account | None
    path: str
    sent: Mapping[str, str]
    places: frozenset[str]


def draft_of(**answers: str) -> tuple[Account, str]:
    one = factories.family(factories.world(), **answers)
    return one.guardian, f"/my/apply/{one.draft.public_id}/"


def child() -> Form:
    factories.world()
    return Form(factories.guardian(), "/my/children/add/", {}, frozenset({"name", "id_number"}))


def page(name: str, sent: Mapping[str, str], *places: str) -> Callable[[], Form]:
    def form() -> Form:
        who, path = draft_of()
        return Form(who, f"{path}{name}/", sent, frozenset(places))

    return form


def correction() -> Form:
    application = factories.application("returned", items=("home_address", "home_share"))
    sent = {"home_address": "", "home_share": "viel", "client_token": str(uuid4())}
    return Form(
        application.guardian,
        f"/my/applications/{application.pk}/correct/",
        sent,
        frozenset({"home_address", "home_share"}),
    )


def registry() -> Form:
    application = placed("accepted")
    path = f"/my/applications/{application.pk}/registry/"
    return Form(application.guardian, path, {}, frozenset({"nationality", "ethnic", "native_place"}))


def declaration() -> Form:
    who, path = draft_of()
    return Form(who, f"{path}check/", {}, frozenset({"declare"}))


FORMS: dict[str, Callable[[], Form]] = {
    "child": child,
    "guardian": page("guardian", {"guardian_name": "", "guardian_id": "1"}, "guardian_name", "guardian_id"),
    "household": page("household", {"household_here": "yes", "household_address": ""}, "household_address"),
    "home": page(
        "home",
        {"home_kind": "deed", "home_address": "", "home_certificate": "", "home_share": "900"},
        "home_address",
        "home_certificate",
        "home_share",
    ),
    "choices": page("choices", {"school": ""}, "school-1"),
    "correction": correction,
    "registry": registry,
    "declaration": declaration,
    "call": lambda: Form(None, "/call-back/", {}, frozenset({"phone", "level", "topic", "best_time"})),
}


@pytest.mark.parametrize("name", FORMS)
def test_all_wrong_fields_are_named_at_the_top_with_a_way_that_lands_at_each(name: str) -> None:
    form = FORMS[name]()
    client = enter(form.who) if form.who else Client(headers={"accept-language": "zh-hans"})
    answer = client.post(form.path, dict(form.sent))
    assert answer.status_code == 422
    html = answer.content.decode()
    summary = html.partition('data-qa="wrong"')[2].partition("</div>")[0]
    named = [unescape(target) for target in re.findall(r'href="[^"]*#([^"]+)"', summary)]
    bare = {target.removesuffix("-field") for target in named}
    assert form.places <= bare, (form.places, bare)
    for target in named:
        assert f'id="{target}"' in html, target
    for place in form.places - {"school-1"}:
        assert f'id="{place}-error"' in html, place
    assert ("data-first-error" in html) == (len(named) > 1)  # one alone is focused itself


def test_a_forgotten_declaration_is_said_together_with_what_else_is_wrong() -> None:
    who, path = draft_of(home_address="")
    html = enter(who).post(f"{path}check/", {}).content.decode()
    summary = html.partition('data-qa="wrong"')[2].partition("</div>")[0]
    assert 'href="#declare"' in summary
    assert "home_address-field" in summary
    assert 'aria-describedby="declare-error"' in html


def test_what_is_right_is_not_named() -> None:
    who, path = draft_of()
    assert Round.objects.get().state == "open"
    assert 'data-qa="wrong"' not in enter(who).get(f"{path}home/").content.decode()
    assert 'data-qa="wrong"' not in enter(who).get(f"{path}check/").content.decode()
