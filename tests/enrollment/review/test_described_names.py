"""A name with a character that nobody can type: filed with a description, settled by a person, used everywhere."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment.documents.materials import NAME_PAGE, materials_for
from enrollment.documents.places import OfDraft
from enrollment.documents.selectors import document_for
from enrollment.documents.services import document_add
from enrollment.filing.drafts.services import child_add, draft_open, draft_save
from enrollment.outcome.student_registry.services import student_registry_row
from enrollment.privacy.services import data_of
from enrollment.review.names import name_settle
from enrollment.review.queue import Wanted, queue
from enrollment.review.services import review_approve, review_return
from enrollment.seasons.models import Application, Child, Draft, SettledName, Transition
from foundation.errors import NotAllowed, Refused
from identifiers import PLACEHOLDER
from notifications.models import Message
from tests import factories
from tests.enrollment.documents.test_content import picture
from tests.enrollment.over_http import REASON, reviewer, week
from tests.enrollment.review.conftest import Enter

pytestmark = pytest.mark.django_db
TYPED, SAID, FILED, GLYPH, CODE, SETTLED = "合(石羡)明", "左石右羡，读作xiàn", "合〓明", "𬒗", "U+2C497", "合𬒗明"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def described(**changed: str) -> factories.Family:
    """A family whose child's name has a character that cannot be typed; all else is right."""
    one = factories.family(factories.world(), **changed)
    Draft.objects.all().delete()
    Child.objects.filter(pk=one.child.pk).delete()
    one.child = child_add(guardian=one.guardian, name=TYPED, id_number=factories.child_number(), name_character=SAID)
    one.draft = draft_open(guardian=one.guardian, child=one.child, round_=one.world.round)
    one.draft = draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers=one.answers)
    return one


def page_given(one: factories.Family) -> None:
    place = OfDraft(one.draft.public_id, NAME_PAGE.id)
    document_add(guardian=one.guardian, place=place, filename="page.jpg", received=picture())


def case(**changed: str) -> tuple[factories.Family, Application]:
    one = described(**changed)
    page_given(one)
    return one, factories.judged(one)


def settle(
    application: Application,
    who: Account | None = None,
    *,
    whose: str = "child",
    given: str = GLYPH,
    reason: str = REASON,
) -> SettledName:
    by = who or reviewer()
    made = name_settle(reviewer=by, application_id=application.pk, whose=whose, given=given, reason=reason)
    application.refresh_from_db()
    return made


def url(application: Application) -> str:
    return f"/admin/enrollment/application/{application.pk}/change/"


def test_the_family_describes_and_a_person_is_asked() -> None:
    one = described()
    assert (one.child.name, one.child.typed["name"], one.child.typed["name_character"]) == (FILED, TYPED, SAID)
    assert [material.id for material in materials_for(one.draft)] == [NAME_PAGE.id]
    page_given(one)
    application = factories.judged(one)
    assert (application.state, application.needs_person, application.pattern) == ("attention", True, "named|")
    version = application.versions.get()
    assert version.claims["child"] == {"id_number": one.child.id_number, "name": FILED, "typed": one.child.typed}


def test_without_the_page_it_is_submitted_too_and_the_page_can_be_asked_for() -> None:
    application = factories.judged(described())
    assert application.state == "attention"
    review_return(
        reviewer=reviewer(),
        application_id=application.pk,
        items=[f"document:{NAME_PAGE.id}"],
        reason=REASON,
        deadline=week(),
    )
    application.refresh_from_db()
    assert application.state == "returned"


def test_nobody_is_approved_by_a_name_with_a_hole() -> None:
    _one, application = case()
    with pytest.raises(Refused) as refused:
        review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)
    assert refused.value.code == "name"


@pytest.mark.parametrize("given", [GLYPH, CODE, " u+2c497 "])
def test_settled_it_is_the_name_everywhere(given: str) -> None:
    one, application = case()
    who = reviewer()
    made = settle(application, who, given=given)
    one.child.refresh_from_db()
    assert (made.name, one.child.name, application.state) == (SETTLED, SETTLED, "in_review")
    version = application.versions.get()
    assert version.claims["child"]["name"] == FILED  # what was submitted stays
    step = Transition.objects.get(application=application, event="settle_name")
    assert (step.actor_id, step.reason) == (who.pk, REASON)
    assert Entry.objects.filter(action="application.settle_name", actor_id=who.pk).exists()
    assert SETTLED not in str(list(Entry.objects.values_list("details", flat=True)))
    told = Message.objects.get(template="name_settled")
    assert told.account_id == one.guardian.pk
    assert SETTLED in told.body
    assert student_registry_row(application, one.world.school)["name"] == SETTLED
    assert data_of(one.guardian)["applications"][0]["settled_names"][0]["name"] == SETTLED
    assert not application.needs_person
    review_approve(reviewer=who, application_id=application.pk, reason=REASON)
    application.refresh_from_db()
    assert application.state == "approved"
    assert SETTLED in Message.objects.get(template="approved").body


@pytest.mark.parametrize("typed", [SETTLED, "合明", "合〓", "?明", "合(石羡)明", "heming"])
def test_the_family_is_found_by_either_name(typed: str) -> None:
    _one, application = case()
    who = reviewer()
    assert list(queue(who, Wanted(q=typed))) == ([] if typed == SETTLED else [application])
    settle(application, who)
    assert list(queue(who, Wanted(q=typed))) == [application]


def test_the_newest_settlement_counts_and_none_is_changed() -> None:
    one, application = case()
    who = reviewer()
    settle(application, who)
    settle(application, who, given="䶮")
    one.child.refresh_from_db()
    assert one.child.name == "合䶮明"
    assert [row.name for row in application.settled_names.all()] == [SETTLED, "合䶮明"]
    with pytest.raises(DatabaseError), transaction.atomic():
        SettledName.objects.update(reason="")
    with pytest.raises(DatabaseError), transaction.atomic():
        SettledName.objects.all().delete()


def test_a_character_without_a_code_point_is_written_as_the_police_do() -> None:
    one, application = case()
    settle(application, given="（石羡）")
    one.child.refresh_from_db()
    assert one.child.name == "合(石羡)明"
    review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"given": ""}, "name_given"),
        ({"given": "石羡"}, "name_given"),
        ({"given": "?"}, "name_given"),
        ({"given": "U+E000"}, "name_given"),
        ({"given": "U+0041"}, "name_given"),
        ({"whose": "guardian"}, "name_given"),
        ({"whose": "dog"}, "name_given"),
        ({"reason": " "}, "name_reason"),
    ],
)
def test_what_settles_nothing_changes_nothing(changed: dict[str, Any], field: str) -> None:
    one, application = case()
    with pytest.raises(Refused) as refused:
        settle(application, **changed)
    assert refused.value.field == field
    one.child.refresh_from_db()
    application.refresh_from_db()
    assert (one.child.name, application.state) == (FILED, "attention")


@pytest.mark.parametrize(
    ("role", "district", "school"), [("reviewer", "430702", "WL02"), ("official", "430703", ""), ("notary", "43", "")]
)
def test_others_neither_see_nor_settle(enter: Enter, role: str, district: str, school: str) -> None:
    one, application = case()
    stranger = factories.staff(role, district=district, school=school)
    with pytest.raises(NotAllowed):
        settle(application, stranger)
    said = {"whose": "child", "name_given": GLYPH, "name_seen": GLYPH, "name_reason": REASON}
    for decision in ("name_see", "name"):
        page = enter(stranger).post(url(application), {**said, "decision": decision})
        assert page.status_code in {302, 403, 404}
        assert SAID not in page.content.decode()
    assert not SettledName.objects.exists()
    with pytest.raises(NotAllowed):
        document_for(stranger, one.draft.documents.get().public_id)


def test_who_only_supervises_sees_the_description_and_settles_nothing(enter: Enter) -> None:
    _one, application = case()
    stranger = factories.staff("supervisor")
    with pytest.raises(NotAllowed):
        settle(application, stranger)
    said = {"whose": "child", "name_given": GLYPH, "name_seen": GLYPH, "name_reason": REASON}
    assert enter(stranger).post(url(application), {**said, "decision": "name"}).status_code in {403, 404}
    page = enter(stranger).get(url(application)).content.decode()
    assert SAID in page
    assert 'name="name_given"' not in page


def test_another_family_neither_sees_nor_settles(client: Client) -> None:
    one, application = case()
    other = factories.guardian()
    with pytest.raises(NotAllowed):
        settle(application, other)
    client.force_login(other)
    assert client.get(f"/my/applications/{application.pk}/").status_code == 404
    with pytest.raises(NotAllowed):
        document_for(other, one.draft.documents.get().public_id)


def test_the_case_page_settles_only_what_was_seen_large(enter: Enter) -> None:
    _one, application = case()
    staff = enter(reviewer())
    page = staff.get(url(application)).content.decode()
    for shown in (FILED, SAID, 'data-qa="page"', 'name="name_given"'):
        assert shown in page
    assert "name_reason" not in page
    said = {"whose": "child", "name_given": CODE, "name_reason": REASON}
    unseen = staff.post(url(application), {**said, "decision": "name"})
    assert unseen.status_code == 422
    assert not SettledName.objects.exists()
    wrong = staff.post(url(application), {**said, "name_given": "U+E000", "decision": "name_see"}).content.decode()
    assert 'role="alert"' in wrong
    look = staff.post(url(application), {**said, "decision": "name_see"}).content.decode()
    assert 'data-qa="look"' in look
    for shown in (GLYPH, CODE, SETTLED, "CJK UNIFIED IDEOGRAPH-2C497"):
        assert shown in look
    assert not SettledName.objects.exists()
    done = staff.post(url(application), {**said, "name_seen": CODE, "decision": "name"})
    assert done.status_code == 302
    after = staff.get(url(application)).content.decode()
    assert f"<h1>{SETTLED}</h1>" in after
    assert "Name settled" in after


def test_a_described_name_is_not_decided_among_alike_cases(enter: Enter) -> None:
    _one, application = case()
    page = enter(reviewer()).get("/official/desk/alike/").content.decode()
    assert application.receipt not in page


def test_the_guardians_own_name_is_settled_for_the_account_and_its_drafts() -> None:
    one, application = case(guardian_name="合(石羡)长", guardian_name_character=SAID)
    settle(application)
    assert application.needs_person  # the other name is open still
    settle(application, whose="guardian", given=CODE)
    one.guardian.refresh_from_db()
    assert (one.guardian.name, application.needs_person) == ("合𬒗长", False)
    one.draft.refresh_from_db()
    assert one.draft.answers["guardian_name"] == "合𬒗长"
    assert "guardian_name_character" not in one.draft.answers
    version = application.versions.get()
    assert version.claims["answers"]["guardian_name"] == "合〓长"
    assert version.claims["answers"]["guardian_name_character"] == SAID
    review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)


def test_who_describes_a_settled_name_again_gives_the_settled_one() -> None:
    one, application = case(guardian_name="合?长", guardian_name_character=SAID)
    settle(application)
    settle(application, whose="guardian")
    sibling = child_add(guardian=one.guardian, name="合成小红", id_number=factories.child_number())
    draft = draft_open(guardian=one.guardian, child=sibling, round_=one.world.round)
    answers = {**one.answers, "home_certificate": factories.certificate()}
    draft = draft_save(guardian=one.guardian, draft_id=draft.public_id, answers=answers)
    second = factories.Family(one.world, one.guardian, sibling, draft, answers).submit()
    assert second.versions.get().claims["answers"]["guardian_name"] == "合𬒗长"
    assert "guardian_name_character" not in second.versions.get().claims["answers"]
    one.guardian.refresh_from_db()
    assert one.guardian.name == "合𬒗长"


def child_page(parent: Client, **typed: str) -> Any:
    return parent.post("/my/children/add/", typed, HTTP_ACCEPT_LANGUAGE="en")


def test_the_pages_of_the_family_from_the_refusal_to_the_settled_name(client: Client, enter: Enter) -> None:
    one = factories.family(factories.world())
    client.force_login(one.guardian)
    number = factories.child_number()
    refused = child_page(client, name=TYPED, id_number=number)
    page = refused.content.decode()
    assert refused.status_code == 422
    for kept in (f'value="{TYPED}"', f'value="{number}"', 'name="name_character"', 'value="石羡"'):
        assert kept in page
    for wrong in ("羡", "?"):
        again = child_page(client, name=TYPED, id_number=number, name_character=wrong).content.decode()
        assert 'id="name_character-error"' in again
        assert f'value="{wrong}"' in again
    assert child_page(client, name=TYPED, id_number=number, name_character=SAID).status_code == 302
    child = Child.objects.get(name_index=Child.objects.latest("pk").name_index)
    assert child.name == FILED
    draft = Draft.objects.get(child=child)
    draft_save(guardian=one.guardian, draft_id=draft.public_id, answers=one.answers)
    asked = client.get(f"/my/apply/{draft.public_id}/documents/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert f'id="material-{NAME_PAGE.id}"' in asked
    document_add(
        guardian=one.guardian, place=OfDraft(draft.public_id, NAME_PAGE.id), filename="p.jpg", received=picture()
    )
    check = client.get(f"/my/apply/{draft.public_id}/check/").content.decode()
    fields = dict(re.findall(r'name="(client_token|seen)"\s+value="([^"]*)"', check))
    sent = client.post(f"/my/apply/{draft.public_id}/check/", {**fields, "declare": "yes"})
    assert sent.status_code == 302
    application = Application.objects.get(child=child)
    family = factories.Family(one.world, one.guardian, child, draft, one.answers)
    application = factories.answered(family, application)
    address = f"/my/applications/{application.pk}/"
    waiting = client.get(address, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert 'data-qa="name-open"' in waiting
    said = {"whose": "child", "name_given": CODE, "name_seen": CODE, "name_reason": REASON, "decision": "name"}
    assert enter(reviewer()).post(url(application), said).status_code == 302
    settled = client.get(address, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert f"<h1>{SETTLED}</h1>" in settled
    assert 'data-qa="name-open"' not in settled
    assert settled.count(PLACEHOLDER) == 2  # in the messages that were sent before, and in nothing else


def test_the_guardians_page_asks_for_the_description_only_when_something_stands_for_a_character(
    client: Client,
) -> None:
    one = factories.family(factories.world())
    client.force_login(one.guardian)
    address = f"/my/apply/{one.draft.public_id}/guardian/"
    assert 'name="guardian_name_character"' not in client.get(address).content.decode()
    answers = {**one.answers, "guardian_name": "合？长"}
    refused = client.post(address, answers)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert 'value="合？长"' in page
    assert 'name="guardian_name_character"' in page
    assert client.post(address, {**answers, "guardian_name_character": SAID}).status_code == 302
    one.draft.refresh_from_db()
    assert NAME_PAGE.id in [material.id for material in materials_for(one.draft)]
