"""No value of a register's record of another person's home appears: every page of a family, for each assurance.

Somebody who knows a child's and a parent's names and numbers files for that child. What the registers hold about the
household and the home is marked by values that nobody typed; no page, program or file may ever show one of them.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from accounts.limit_rules import REGISTERS
from accounts.limits import TooOften
from accounts.models import Account
from audit.models import Entry
from enrollment.assisted.remote_help.services import help_ask, help_join
from enrollment.filing import form
from enrollment.filing.drafts.registers import ALARM, limit_looks
from enrollment.filing.drafts.services import draft_save
from enrollment.filing.submission.services import InvalidAnswers
from enrollment.guardians.services.agreements import protection_order, protection_set
from enrollment.judging.services import application_assess
from enrollment.privacy.services import data_of
from enrollment.seasons.models import Application, Child, Draft
from foundation import clock
from tests import factories
from tests.agencies import City, agencies, agency_service
from tests.enrollment.assisted.test_visits import at_desk, clerk, named, open_visit
from tests.enrollment.guardians.test_agreements import agreed, person
from verification.checking import checks_run
from verification.models import AgencyCall, Check
from verification.words import family_words

__all__ = ["agencies", "agency_service"]
pytestmark = pytest.mark.django_db(transaction=True)
HOME = "湖南省常德市武陵区滨湖路77号"
MARKS = (
    "滨湖路77号",
    "0007731",
    "2016-10-19",
    "合成秘密人",
    "0.3719",
    "37.19",
    "朗州路63号",
    "2017-11",
)
SIGNED_IN = {"sms": 0, "stated": 1, "verified": 2, "present": 3}
READERS = (*SIGNED_IN, "counter")


@dataclass(frozen=True, slots=True)
class Victim:
    """A family as the registers hold it; its parent has an account of its own."""

    family: factories.Family
    parent_id: str
    parent_name: str


def victim(city: City, place: factories.World) -> Victim:
    one = factories.family(place, household_address=HOME, home_address=HOME)
    factories.assured(one.guardian, name=one.answers["guardian_name"], id_number=one.answers["guardian_id"])
    held = factories.records(one)
    other = {"id_number": factories.adult_number(), "name": "合成秘密人"}
    own = {"id_number": one.answers["guardian_id"], "name": one.answers["guardian_name"]}
    child = {"id_number": one.child.id_number, "name": one.child.name}
    members = [{**own, "relation": "self"}, {**child, "relation": "child"}, {**other, "relation": "parent"}]
    page = {**held["household"][0], "registered_on": "2017-11-23", "members": members}
    city.put("household", page, {**page, **own})
    owners = [{**own, "share": 0.3719}, {**other, "share": 0.6281}]
    certificate = "湘(2016)常德市不动产权第0007731号"
    deed = {**held["real_estate"][0], "certificate": certificate, "owners": owners, "registered_on": "2016-10-19"}
    city.put("real_estate", deed)
    city.put(
        "permit",
        {**own, "number": "JZ7731", "address": "湖南省常德市武陵区朗州路63号", "endorsed_until": "2017-11-23"},
    )
    city.put("insurance", {**own, "months": [f"2017-{month:02}" for month in range(1, 13)], "city": "常德市"})
    return Victim(one, own["id_number"], own["name"])


def guess(who: Victim) -> dict[str, str]:
    """What somebody types who knows names and numbers and nothing of the home."""
    return factories.answers(
        guardian_id=who.parent_id,
        guardian_name=who.parent_name,
        household_address=factories.ELSEWHERE,
        home_address=factories.ELSEWHERE,
        home_certificate="湘(2018)常德市不动产权第0000001号",
        insurance_holder="parent",
        insurance_months="12",
        permit_holder="parent",
    )


def reader(kind: str) -> tuple[Client, Account, str]:
    """A browser, whose account it uses, and the number that somebody vouches for ("" for none)."""
    browser = Client(headers={"accept-language": "zh-hans"})
    if kind == "counter":
        operator, who = clerk(), named()
        visit = open_visit(operator, who)
        return at_desk(browser, operator, visit), visit.guardian, who.id_number
    account = factories.guardian("合成外人")
    if SIGNED_IN[kind] >= Account.PROVED:
        factories.assured(account)
    Account.objects.filter(pk=account.pk).update(assurance=SIGNED_IN[kind])
    account.refresh_from_db()
    browser.force_login(account)
    return browser, account, account.id_number or ""


def shown(browser: Client, path: str, posted: dict[str, str] | None = None) -> str:
    answer = browser.get(path) if posted is None else browser.post(path, posted)
    return f"{answer.headers.get('Location', '')}\n{answer.content.decode(errors='replace')}"


def before(browser: Client, who: Victim, account: Account) -> Iterator[tuple[str, str]]:
    """Every page before the submission, and what it says."""
    child, round_ = who.family.child, who.family.world.round
    typed = {"guardian_name": who.parent_name, "guardian_id": who.parent_id}
    yield "register", shown(browser, "/my/children/register/")
    yield "register, posted", shown(browser, "/my/children/register/", typed)
    yield "child", shown(browser, "/my/children/add/", {"name": child.name, "id_number": child.id_number})
    mine = Child.objects.get(guardian=account)
    yield "expect", shown(browser, f"/my/children/{mine.public_id}/expect/{round_.pk}/")
    yield "start", shown(browser, f"/my/children/{mine.public_id}/apply/{round_.pk}/", {})
    draft = Draft.objects.get(child=mine)
    for name in form.PAGES:
        address = f"/my/apply/{draft.public_id}/{name}/"
        yield name, shown(browser, address)
        answers = guess(who)
        asked = {field.name: answers.get(field.name, "") for field in form.page_fields(name)}
        yield f"{name}, posted", shown(browser, address, asked)
        yield f"{name}, again", shown(browser, address)
    draft.refresh_from_db()
    Draft.objects.filter(pk=draft.pk).update(answers={**draft.answers, "choices": "WL01"})
    yield "documents", shown(browser, f"/my/apply/{draft.public_id}/documents/")
    yield "check", shown(browser, f"/my/apply/{draft.public_id}/check/")
    yield "home", shown(browser, "/my/")
    yield "data", json.dumps(data_of(account), ensure_ascii=False, default=str)
    _session, code = help_ask(guardian=account, draft_id=draft.public_id, show_answers=True)
    helper = clerk(role="helper")
    session = help_join(helper=helper, code=code)
    yield "help", shown(at_desk(Client(), helper), f"/assist/help/{session.public_id}/")


def after(browser: Client, who: Victim, account: Account) -> Iterator[tuple[str, str]]:
    """Every page after it, when the agencies have answered."""
    draft = Draft.objects.get(child__guardian=account)
    posted = {"declare": "yes", "client_token": str(uuid.uuid4())}
    yield "submit", shown(browser, f"/my/apply/{draft.public_id}/check/", posted)
    filed = Application.objects.get(guardian=account)
    version = filed.versions.get()
    yield "checking", shown(browser, f"/my/applications/{filed.pk}/")
    checks_run(subject=version.pk)
    application_assess(version_id=version.pk)
    version.refresh_from_db()
    assert version.assessed_at is not None
    for language in ("zh-hans", "en"):
        page = browser.get(f"/my/applications/{filed.pk}/", headers={"accept-language": language})
        yield f"application, {language}", page.content.decode()
    yield "receipt", shown(browser, f"/my/applications/{filed.pk}/receipt/")
    yield "home", shown(browser, "/my/")
    yield "data", json.dumps(data_of(account), ensure_ascii=False, default=str)
    yield "programs", shown(browser, "/api/v1/applications/")
    family = factories.Family(who.family.world, account, Child.objects.get(guardian=account), draft, guess(who))
    second = person()
    agreed(family, second, may_act=True)
    other = Client()
    other.force_login(second)
    yield "shared", shown(other, f"/my/shared/{family.child.public_id}/")
    yield "statements", shown(other, f"/my/shared/{family.child.public_id}/{filed.pk}/statements/")


def told(page: str) -> list[str]:
    plain = re.sub(r'(name|value)="(csrfmiddlewaretoken|client_token|seen)"[^>]*', "", page)
    return [mark for mark in MARKS if mark in plain]


@pytest.mark.parametrize("kind", READERS)
def test_no_page_shows_what_a_register_says_of_another_persons_home(agencies: City, kind: str) -> None:
    who = victim(agencies, factories.world())
    browser, account, number = reader(kind)
    leaks = {name: marks for name, page in before(browser, who, account) if (marks := told(page))}
    assert leaks == {}
    asked = AgencyCall.objects.filter(purpose="prefill").exists()
    assert asked is bool(number)  # nobody vouches for the others: no register is asked before they apply
    if number and kind != "counter":
        # the person whom the government named applies, whatever was typed: the parent's number is not theirs
        draft = Draft.objects.get(child__guardian=account)
        answers = {**draft.answers, "guardian_id": number, "guardian_name": account.name}
        Draft.objects.filter(pk=draft.pk).update(answers=answers)
    else:
        Account.objects.exclude(pk=account.pk).update(id_index=None)  # or the number would be refused as taken
    leaks = {name: marks for name, page in after(browser, who, account) if (marks := told(page))}
    assert leaks == {}


def test_a_program_that_asks_for_prefill_hears_nothing_either(agencies: City) -> None:
    who = victim(agencies, factories.world())
    browser, account, _number = reader("sms")
    body = {
        "client_token": str(uuid.uuid4()),
        "round": who.family.world.round.pk,
        "child": {"name": who.family.child.name, "id_number": who.family.child.id_number},
        "answers": {"guardian_name": who.parent_name, "guardian_id": who.parent_id, "home_kind": "deed"},
        "choices": ["WL01"],
        "prefill": True,
    }
    answer = browser.post("/api/v1/applications/", body, content_type="application/json")
    assert answer.status_code == 422
    assert told(answer.content.decode()) == []
    draft = Draft.objects.get(child__guardian=account)
    assert not any(row["records"] for row in draft.prefilled.values())
    assert not AgencyCall.objects.exists()


def test_who_is_vouched_for_is_shown_the_own_home(agencies: City) -> None:
    """The other side of the table: without it an empty page would pass."""
    who = victim(agencies, factories.world())
    browser = Client(headers={"accept-language": "zh-hans"})
    browser.force_login(who.family.guardian)
    Draft.objects.all().delete()
    assert who.family.child.name in shown(browser, "/my/children/register/")
    child, round_ = who.family.child, who.family.world.round
    shown(browser, f"/my/children/{child.public_id}/apply/{round_.pk}/", {})
    draft = Draft.objects.get(child=child)
    assert "滨湖路77号" in shown(browser, f"/my/apply/{draft.public_id}/household/")
    assert "0007731" in shown(browser, f"/my/apply/{draft.public_id}/home/")


@pytest.mark.parametrize("source", ["own", "order"])
def test_a_protected_household_is_shown_to_nobody_but_the_protected_guardian(agencies: City, source: str) -> None:
    who = victim(agencies, factories.world())
    owner = who.family.guardian
    if source == "own":
        protection_set(account=owner, on=True)
    else:
        filed = who.family.submit()
        protection_order(official=factories.staff("official"), application_id=filed.pk, reference="2026-1")
        Application.objects.update(state="withdrawn")
    # the other parent: a member of the household, an owner of the home, and vouched for by the government
    record = {"id_number": factories.adult_number(), "name": "合成另一方"}
    own = {"id_number": who.parent_id, "name": who.parent_name}
    child = {"id_number": who.family.child.id_number, "name": who.family.child.name}
    page = {**factories.records(who.family)["household"][0], "registered_on": "2017-11-23"}
    agencies.reset()
    members = [own, record, child]
    agencies.put("household", {**page, "members": members}, {**page, **record, "members": members})
    deed = factories.records(who.family)["real_estate"][0]
    agencies.put("real_estate", {**deed, "certificate": "湘(2016)常德市不动产权第0007731号", "owners": [own, record]})
    other = factories.assured(factories.guardian(), name=record["name"], id_number=record["id_number"])
    browser = Client(headers={"accept-language": "zh-hans"})
    browser.force_login(other)
    pages = dict(before(browser, who, other))
    assert {name: marks for name, said in pages.items() if (marks := told(said))} == {}
    assert child["id_number"][:6] not in pages["register"]
    Draft.objects.filter(child__guardian=other).update(
        answers={**guess(who), "guardian_id": record["id_number"], "guardian_name": record["name"]}
    )
    pages = dict(after(browser, who, other))
    assert {name: marks for name, said in pages.items() if (marks := told(said))} == {}
    assert "compared" not in pages["application, zh-hans"]  # not even whether a guess agrees


def test_what_differs_is_told_by_what_to_do(agencies: City) -> None:
    who = victim(agencies, factories.world())
    browser, account, _number = reader("sms")
    dict(before(browser, who, account))
    Account.objects.exclude(pk=account.pk).update(id_index=None)
    pages = dict(after(browser, who, account))
    assert pages["checking"].count("暂无结果") == Check.objects.count() == 4
    page = pages["application, en"]
    assert "differs" in page
    with translation.override("en"):
        assert family_words("household_address") in page.replace("&#x27;", "'")


def test_one_person_is_looked_up_so_often_a_day_whoever_asks() -> None:
    looked_up = factories.child_number()
    most = next(rule.most for rule in REGISTERS if rule.by == ("person",))
    for _account in range(most):
        limit_looks(factories.guardian(), looked_up)
    one_more = factories.guardian()
    with pytest.raises(TooOften):
        limit_looks(one_more, looked_up)
    assert Entry.objects.filter(action=ALARM).values_list("actor_id", flat=True).get() == one_more.pk
    limit_looks(one_more, factories.child_number())  # others are looked up as before
    with clock.at(clock.now() + timedelta(days=1, hours=1)):
        limit_looks(one_more, looked_up)


@pytest.mark.parametrize("same", ["both guardians", "the child"])
def test_one_number_never_stands_for_two_people(same: str) -> None:
    one = factories.family(factories.world())
    number = one.answers["guardian_id"] if same == "both guardians" else one.child.id_number
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"second_guardian_id": number})
    with pytest.raises(InvalidAnswers) as refused:
        one.submit()
    assert "second_guardian_id" in refused.value.errors
    assert not Application.objects.exists()
