"""A form is drafted, looked at, asked for and put into force; what families see, and what each refusal keeps."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment.own_form.models import FormDraft
from enrollment.own_form.selectors import form_ground
from enrollment.own_form.services import (
    form_draft_ask,
    form_draft_back,
    form_draft_drop,
    form_draft_save,
    form_draft_take,
)
from enrollment.seasons.models import FormVersion, Round
from enrollment.seasons.rules.own_form import Content
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk
from tests.enrollment.own_form.content import CHOICE, INTRO, NUMBER, THANKS, content
from tests.lottery.factories import token
from tests.threads import at_once

pytestmark = pytest.mark.django_db
AT = (factories.DISTRICT, factories.YEAR, "primary", "main")
URL = f"/official/season/{AT[0]}/{AT[1]}/form/primary/main/"


@pytest.fixture
def two() -> tuple[Account, Account]:
    factories.world()
    return factories.staff("official"), factories.staff("official")


def save(who: Account, what: Content, version: str = "") -> FormDraft:
    return form_draft_save(official=who, at=AT, content=what, token=version or form_ground(who, *AT).token)


def ask(who: Account, reason: str = "校车要按需开线（示例）") -> FormDraft:
    return form_draft_ask(official=who, at=AT, token=form_ground(who, *AT).token, reason=reason)


def take(who: Account, password: str = "") -> FormVersion:
    version = form_ground(who, *AT).token
    return form_draft_take(official=who, at=AT, token=version, password=password or token(who))


def test_a_form_that_asks_for_more_takes_two_people(
    two: tuple[Account, Account],
) -> None:
    save(two[0], content(intro=INTRO, thanks=THANKS))
    assert Round.objects.get().form is None
    with pytest.raises(Refused) as refused:
        ask(two[0], reason=" ")
    assert refused.value.code == "reason"
    ask(two[0])
    for who, password, code in ((two[0], "", "same_person"), (factories.staff("official"), "000000", "token")):
        with pytest.raises(Refused) as refused:
            take(who, password)
        assert code == "token" or refused.value.code == code
    version = take(two[1])
    assert Round.objects.get().form == version
    assert [one["name"] for one in version.content["extra"]] == ["own_1", "own_2"]
    entry = Entry.objects.get(action="form.change")
    assert entry.actor_id == two[1].pk
    assert entry.details["before"] == {"off": [], "extra": [], "texts": {}}
    assert entry.details["after"]["texts"]["intro"] == INTRO


def test_a_form_that_asks_for_nothing_more_may_be_taken_by_who_asked(two: tuple[Account, Account]) -> None:
    save(two[0], {"off": ["helper_name"], "extra": [], "texts": {"thanks": THANKS}})
    ask(two[0], reason="")
    assert take(two[0]).number == 1


def test_a_name_keeps_its_meaning_over_all_versions(two: tuple[Account, Account]) -> None:
    save(two[0], content(CHOICE))
    ask(two[0])
    first = take(two[1])
    save(two[0], {"off": [], "extra": [NUMBER], "texts": {}})
    ask(two[0])
    second = take(two[1])
    assert (first.content["extra"][0]["name"], second.content["extra"][0]["name"]) == ("own_1", "own_2")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"off": ["household_registered_on"]}, "off.household_registered_on"),
        ({"texts": {"material:nothing": INTRO}}, "texts.material:nothing"),
        ({"extra": [{**CHOICE, "label": {"zh": "甲"}}]}, "extra.0.label.en"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    two: tuple[Account, Account], change: dict[str, Any], place: str
) -> None:
    with pytest.raises(Refused) as refused:
        save(two[0], {"off": [], "extra": [], "texts": {}, **change})
    assert place in refused.value.fields
    assert not FormDraft.objects.exists()


def test_the_second_of_two_who_edit_is_told_and_loses_nothing(two: tuple[Account, Account]) -> None:
    old = form_ground(two[1], *AT).token
    save(two[0], content())
    with pytest.raises(Refused) as refused:
        save(two[1], content(CHOICE), old)
    assert refused.value.code == "changed"
    assert len(FormDraft.objects.get().body["extra"]) == 2


def test_a_draft_is_taken_back_and_dropped(two: tuple[Account, Account]) -> None:
    save(two[0], content())
    ask(two[0])
    with pytest.raises(Refused) as refused:
        save(two[0], content(CHOICE))
    assert refused.value.code == "asked"
    form_draft_back(official=two[0], at=AT, token=form_ground(two[0], *AT).token)
    save(two[0], content(CHOICE))
    form_draft_drop(official=two[1], at=AT, token=form_ground(two[1], *AT).token)
    assert FormDraft.objects.get().state == "dropped"
    assert not FormVersion.objects.exists()


def test_once_applications_are_over_the_form_stays(two: tuple[Account, Account]) -> None:
    save(two[0], content())
    Round.objects.update(state="frozen")
    with pytest.raises(Refused) as refused:
        ask(two[0])
    assert refused.value.code == "form_fixed"


@pytest.mark.parametrize("role", ["reviewer", "notary", "clerk"])
def test_who_sets_up_no_season_finds_no_form(role: str) -> None:
    factories.world()
    other = factories.staff(role)
    with pytest.raises(NotAllowed):
        form_ground(other, *AT)
    assert at_desk(Client(), other).get(URL).status_code == 404


def test_an_official_of_another_county_finds_no_form() -> None:
    factories.world()
    with pytest.raises(NotAllowed):
        form_ground(factories.staff("official", district="430703"), *AT)


@pytest.mark.django_db(transaction=True)
def test_two_presses_put_one_form_into_force() -> None:
    factories.world()
    first, second = factories.staff("official"), factories.staff("official")
    save(first, content())
    ask(first)
    version, passwords = form_ground(second, *AT).token, token(second)
    press = lambda: form_draft_take(official=second, at=AT, token=version, password=passwords)  # noqa: E731
    found = at_once([press] * 4)
    assert sum(isinstance(one, FormVersion) for one in found) == 1
    assert FormVersion.objects.count() == 1


def page(**more: str) -> dict[str, Any]:
    """What the page posts for one question of one's own."""
    words = {f"extra.0.{name}.{to}": CHOICE[name][to] for name in ("label", "purpose", "basis") for to in ("zh", "en")}
    options = "bus = 坐校车 | By school bus\nfoot = 步行 | On foot"
    row = {"extra.0.name": "", "extra.0.kind": "choice", "extra.0.page": "home", "extra.0.options": options}
    asked = ["second_guardian_id", "household_registered_on", "home_lease", "home_rental_contract"]
    rest = ["permit_holder", "insurance_holder", "insurance_months", "helper_name", "helper_phone"]
    return {"on": [*asked, *rest], **row, **words, **more}


def test_the_pages_lead_from_the_checklist_to_a_form_in_force(two: tuple[Account, Account]) -> None:
    desk, other = at_desk(Client(), two[0]), at_desk(Client(), two[1])
    steps = desk.get(f"/official/season/{AT[0]}/{AT[1]}/").content.decode()
    assert f"/official/season/{AT[0]}/{AT[1]}/form/" in steps
    assert URL in desk.get(f"/official/season/{AT[0]}/{AT[1]}/form/").content.decode()
    fresh = desk.get(URL)
    version = fresh.context["version"]
    added = desk.post(URL, page(go="add", version=version))
    assert added.content.decode().count('data-qa="question"') == 2
    assert not FormDraft.objects.exists()  # adding a question saves nothing
    broken = desk.post(URL, page(go="save", version=version, **{"extra.0.label.en": ""}))
    assert broken.status_code == 422
    assert "孩子怎样上学？" in broken.content.decode()  # what was typed comes back
    saved = desk.post(URL, page(go="preview", version=version))
    assert saved.headers["Location"] == f"{URL}preview/"
    shown = desk.get(f"{URL}preview/").content.decode()
    assert "孩子怎样上学？" in shown
    assert "校车安全管理条例" in shown
    draft = FormDraft.objects.get()
    assert draft.body["off"] == ["home_since"]
    change = desk.get(f"{URL}change/")
    assert 'data-qa="more"' in change.content.decode()
    now = change.context["ground"].token
    assert desk.post(f"{URL}change/ask/", {"version": now, "reason": "安排校车"}).status_code == 302
    assert desk.post(f"{URL}change/take/", {"version": now, "token": token(two[0])}).status_code == 422
    assert other.post(f"{URL}change/take/", {"version": now, "token": token(two[1])}).status_code == 302
    assert Round.objects.get().form is not None
    assert desk.post(f"{URL}change/fly/", {"version": now}).status_code == 404
