"""Submitting: once, in time, and only what was asked."""

import uuid
from datetime import timedelta

import pytest

from enrollment.filing.drafts.services import child_add, draft_open, draft_prefill, draft_save
from enrollment.filing.submission.services import (
    InvalidAnswers,
    Submission,
    application_submit,
    application_withdraw,
    normal_receipt,
    receipt_for,
)
from enrollment.seasons.models import Application, ApplicationVersion, Transition
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.threads import at_once
from verification.models import Check


@pytest.mark.django_db(transaction=True)
def test_twenty_presses_of_one_form_give_one_receipt() -> None:
    one = factories.family(factories.world())
    token = uuid.uuid4()
    results = at_once([lambda: one.submit(token)] * 20)
    receipts = {found.receipt for found in results if isinstance(found, Application)}
    assert len(receipts) == 1
    assert all(isinstance(found, Application) for found in results)
    assert (Application.objects.count(), ApplicationVersion.objects.count(), Check.objects.count()) == (1, 1, 2)
    assert Message.objects.filter(template="received").count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_guardians_of_one_child_store_one_application() -> None:
    place, child = factories.world(), factories.child_number()
    families = [factories.family(place, child_id=child) for _ in range(20)]
    results = at_once([one.submit for one in families])
    refused = [found for found in results if isinstance(found, Refused)]
    assert Application.objects.count() == 1
    assert [refusal.code for refusal in refused] == ["filed_by_other"] * 19


@pytest.mark.django_db(transaction=True)
def test_two_accounts_of_one_person_at_once_are_told_so() -> None:
    place, number = factories.world(), factories.adult_number()
    families = [factories.family(place, guardian_id=number) for _ in range(4)]
    results = at_once([one.submit for one in families])
    codes = [found.code for found in results if isinstance(found, Refused)]
    assert codes == ["duplicate_person"] * 3
    assert Application.objects.count() == 1


@pytest.mark.django_db
def test_a_second_person_on_one_account_is_stopped_and_the_first_keeps_the_name() -> None:
    place = factories.world()
    mothers = factories.family(place)
    mothers.submit()
    account = mothers.guardian
    account.refresh_from_db()
    child = child_add(guardian=account, name="李小花", id_number=factories.child_number())
    draft = draft_open(guardian=account, child=child, round_=place.round)
    answers = {**mothers.draft.answers, "guardian_name": "王奶奶", "guardian_id": factories.adult_number()}
    draft_save(guardian=account, draft_id=draft.public_id, answers=answers)
    with pytest.raises(InvalidAnswers) as refused:
        application_submit(guardian=account, submission=Submission(draft.public_id, uuid.uuid4()))
    assert refused.value.errors["guardian_id"].code == "other_person"
    before = (account.name, account.id_number)
    account.refresh_from_db()
    assert (account.name, account.id_number) == before
    assert Application.objects.filter(guardian=account).count() == 1


@pytest.mark.django_db
def test_after_withdrawing_everything_the_account_may_be_anothers() -> None:
    place = factories.world()
    one = factories.family(place)
    application_withdraw(guardian=one.guardian, application_id=one.submit().pk)
    number = factories.adult_number()
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"guardian_id": number})
    application_submit(guardian=one.guardian, submission=Submission(one.draft.public_id, uuid.uuid4()))
    one.guardian.refresh_from_db()
    assert one.guardian.id_number == number


@pytest.mark.django_db
def test_the_last_second_of_the_deadline_counts_and_the_next_does_not() -> None:
    place = factories.world()
    one, late = factories.family(place), factories.family(place)
    minute = place.round.closes_at.replace(second=0, microsecond=0)
    with clock.at(minute + timedelta(seconds=59, milliseconds=999)):
        assert one.submit().state == "verifying"
    with clock.at(minute + timedelta(minutes=1)), pytest.raises(Refused) as refused:
        late.submit()
    assert refused.value.code == "closed"


@pytest.mark.django_db
def test_before_the_opening_nothing_is_taken() -> None:
    one = factories.family(factories.world())
    with clock.at(one.world.round.opens_at - timedelta(seconds=1)), pytest.raises(Refused) as refused:
        one.submit()
    assert refused.value.code == "not_yet_open"


@pytest.mark.django_db
def test_a_second_form_for_a_filed_child_names_the_first_receipt() -> None:
    one = factories.family(factories.world())
    first = one.submit()
    with pytest.raises(Refused) as refused:
        one.submit()
    assert refused.value.code == "already_filed"
    assert first.receipt in refused.value.message


@pytest.mark.django_db
def test_after_withdrawal_the_other_parent_may_file() -> None:
    place, child = factories.world(), factories.child_number()
    mother, father = factories.family(place, child_id=child), factories.family(place, child_id=child)
    application = mother.submit()
    application_withdraw(guardian=mother.guardian, application_id=application.pk)
    assert father.submit().state == "verifying"
    assert Message.objects.filter(template="withdrawn").count() == 1


@pytest.mark.django_db
def test_another_guardian_reaches_neither_draft_nor_application_nor_token() -> None:
    one = factories.family(factories.world())
    stranger = factories.guardian()
    with pytest.raises(NotAllowed):
        draft_save(guardian=stranger, draft_id=one.draft.public_id, answers={})
    with pytest.raises(NotAllowed):
        draft_prefill(guardian=stranger, draft_id=one.draft.public_id)
    with pytest.raises(NotAllowed):
        draft_open(guardian=stranger, child=one.child, round_=one.world.round)
    token = uuid.uuid4()
    application = one.submit(token)
    with pytest.raises(NotAllowed):
        application_submit(guardian=stranger, submission=Submission(one.draft.public_id, token))
    with pytest.raises(NotAllowed):
        application_withdraw(guardian=stranger, application_id=application.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"guardian_id": "430702198501010013"}, "guardian_id"),
        ({"home_share": "0"}, "home_share"),
        ({"home_certificate": ""}, "home_certificate"),
        ({"choices": ""}, "choices"),
        ({"choices": "WL01,WL01"}, "choices"),
        ({"choices": "WL01,WL02,WL03"}, "choices"),
        ({"choices": "XX99"}, "choices"),
        ({"keep_siblings": "perhaps"}, "keep_siblings"),
    ],
)
def test_a_wrong_answer_names_its_field_and_keeps_what_was_typed(answers: dict[str, str], field: str) -> None:
    one = factories.family(factories.world(), **answers)
    with pytest.raises(InvalidAnswers) as refused:
        one.submit()
    assert list(refused.value.errors) == [field]
    assert refused.value.messages()[field]
    one.draft.refresh_from_db()
    assert {name: one.draft.answers[name] for name in answers} == answers
    assert not Application.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "number", "birth", "sex", "field"),
    [
        ("合成小明", "430702201905040013", "", "", "id_number"),
        ("", "", "", "", "id_number"),
        ("1", "ok", "", "", "name"),
        ("Li Ming", "E12345678", "soon", "1", "birth_date"),
        ("Li Ming", "E12345678", "2990-01-01", "1", "birth_date"),
        ("Li Ming", "E12345678", "2019-05-04", "", "sex"),
    ],
)
def test_child_add_names_the_field_at_fault(name: str, number: str, birth: str, sex: str, field: str) -> None:
    document = factories.child_number() if number == "ok" else number
    with pytest.raises(Refused) as refused:
        child_add(guardian=factories.guardian(), name=name, id_number=document, birth_date=birth, sex=sex)
    assert refused.value.field == field


@pytest.mark.django_db
def test_the_history_begins_with_the_submission() -> None:
    application = factories.family(factories.world()).submit()
    steps = Transition.objects.filter(application=application).values_list("source", "event", "target")
    assert list(steps) == [("draft", "submit", "submitted"), ("submitted", "start_checks", "verifying")]


def test_a_receipt_is_found_however_it_is_typed() -> None:
    receipt = receipt_for(2026, uuid.uuid4())
    assert normal_receipt(receipt.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == receipt
