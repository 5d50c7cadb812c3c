"""Twins who stay together: consent of both guardians, until the round closes; what the roll makes of it."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import Account
from enrollment.filing.drafts.services import child_add, draft_open, draft_save
from enrollment.filing.submission.services import Submission, application_submit
from enrollment.guardians.binding.selectors import binding_of, must_agree
from enrollment.guardians.binding.services import binding_answer, binding_ask
from enrollment.guardians.models import BindingAnswer, BindingOutcome, Consent, Guardianship
from enrollment.guardians.services.agreements import guardianship_end
from enrollment.judging.services import sibling_key
from enrollment.seasons.models import Application, Child, Round
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.ceremony.models import RollEntry
from lottery.roll.services import roll_freeze
from notifications.models import Message
from tests import factories
from tests.enrollment.guardians.test_agreements import agreed, person

pytestmark = pytest.mark.django_db


@dataclass(slots=True)
class Twins:
    """A family of two children born on one day, and a second guardian who may act for the first of them."""

    family: factories.Family
    first: Application
    second: Application
    other: Account

    def answer(self, together: bool) -> None:
        binding_answer(guardian=self.other, application_id=self.first.pk, together=together)

    def reason(self, reader: Account | None = None) -> str:
        self.first.refresh_from_db()
        found = binding_of(self.first, reader or self.family.guardian)
        assert found is not None
        return found.reason


def assessed(application: Application) -> Application:
    """As after the checks: approved, with the key that follows from what was submitted."""
    version = application.versions.select_related("application__child").get(number=application.version)
    application.sibling_key = sibling_key(version)
    application.state = "approved"
    application.save(update_fields=["sibling_key", "state"])
    return application


def another_twin(one: factories.Family, guardian: Account | None = None, **changed: str) -> Application:
    parent = guardian or one.guardian
    child = child_add(guardian=parent, name="合成小华", id_number=factories.child_number())
    draft = draft_open(guardian=parent, child=child, round_=one.world.round)
    filled = {**one.answers, **changed}
    draft = draft_save(guardian=parent, draft_id=draft.public_id, answers=filled)
    made = application_submit(guardian=parent, submission=Submission(draft.public_id, uuid.uuid4()))
    return assessed(made)


@pytest.fixture
def twins() -> Twins:
    one = factories.family(factories.world(), keep_siblings="yes")
    first, second, other = assessed(one.submit()), another_twin(one), person()
    agreed(one, other, may_act=True)
    return Twins(one, first, second, other)


def test_an_agreement_of_the_last_minute_counts(twins: Twins) -> None:
    agreed_at = Guardianship.objects.get(child=twins.first.child).agreed_at
    minute = clock.running_minute(agreed_at)
    for closes_at, counts in ((minute, True), (minute - timedelta(minutes=1), False)):
        Round.objects.filter(pk=twins.first.round_id).update(closes_at=closes_at)
        rows = Application.objects.select_related("round").filter(pk=twins.first.pk)
        assert bool(must_agree(rows)) == counts


def freeze(round_: Round) -> None:
    now = clock.now()
    Round.objects.filter(pk=round_.pk).update(
        state="closed", opens_at=now - timedelta(days=9), closes_at=now + timedelta(minutes=1)
    )
    roll_freeze(official=factories.staff("official"), round_id=round_.pk, second=factories.staff("official"))


def tickets(*applications: Application) -> int:
    """On how many tickets of the roll these children are."""
    rows = RollEntry.objects.filter(application__in=applications)
    return len(set(rows.values_list("group_id", flat=True)))


def test_both_guardians_agree_and_the_roll_has_one_ticket(twins: Twins) -> None:
    assert twins.reason() == "waiting"
    twins.answer(True)
    assert twins.reason() == "agreed"
    freeze(twins.family.world.round)
    assert tickets(twins.first, twins.second) == 1
    assert set(BindingOutcome.objects.values_list("together", "reason")) == {(True, "agreed")}
    assert not Message.objects.filter(template="binding_apart").exists()
    consent = Consent.objects.get(kind="siblings.together")
    assert (consent.account, consent.version, len(consent.text_sha256)) == (twins.other, 2, 64)


@pytest.mark.parametrize(("said", "reason"), [(None, "waiting"), (False, "refused")])
def test_without_a_yes_each_goes_by_itself_and_both_are_told(twins: Twins, said: bool | None, reason: str) -> None:
    if said is not None:
        twins.answer(said)
    freeze(twins.family.world.round)
    assert tickets(twins.first, twins.second) == 2
    assert set(BindingOutcome.objects.values_list("together", "reason")) == {(False, reason)}
    told = Message.objects.filter(template="binding_apart")
    assert {message.account_id: message.body.count("合成小") for message in told} == {
        twins.family.guardian.pk: 2,
        twins.other.pk: 1,  # names only the child this guardian sees
    }


def test_without_a_second_guardian_the_wish_alone_counts() -> None:
    one = factories.family(factories.world(), keep_siblings="yes")
    first, second = assessed(one.submit()), another_twin(one)
    freeze(one.world.round)
    assert tickets(first, second) == 1


@pytest.mark.parametrize("may_act", [True, False])
def test_who_may_only_see_is_not_asked(may_act: bool) -> None:
    one = factories.family(factories.world(), keep_siblings="yes")
    first, other = assessed(one.submit()), person()
    another_twin(one)
    agreed(one, other, may_act=may_act)
    found = binding_of(first, one.guardian)
    assert found is not None
    assert (found.reason, len(found.parties)) == (("waiting", 1) if may_act else ("agreed", 0))


def test_one_twin_filed_only_is_shown_and_goes_by_itself() -> None:
    one = factories.family(factories.world(), keep_siblings="yes")
    first = assessed(one.submit())
    found = binding_of(first, one.guardian)
    assert found is not None
    assert found.reason == "alone"
    client = Client()
    client.force_login(one.guardian)
    client.cookies["django_language"] = "en"
    page = client.get(f"/my/applications/{first.pk}/").content.decode()
    assert "The other child is not filed yet" in page
    freeze(one.world.round)
    assert tickets(first) == 1
    assert not BindingOutcome.objects.exists()


@pytest.mark.parametrize("other_wish", ["apart", "no"])
def test_a_twin_who_does_not_wish_it_is_not_bound(other_wish: str) -> None:
    one = factories.family(factories.world(), keep_siblings="yes")
    first, second = assessed(one.submit()), another_twin(one, keep_siblings=other_wish)
    freeze(one.world.round)
    assert tickets(first, second) == 2


def test_twins_filed_from_two_accounts_are_not_bound() -> None:
    place = factories.world()
    one, two = factories.family(place, keep_siblings="yes"), factories.family(place, keep_siblings="yes")
    first, second = assessed(one.submit()), assessed(two.submit())
    assert first.child.birth_date == second.child.birth_date
    freeze(place.round)
    assert tickets(first, second) == 2


def test_an_ended_agreement_is_no_longer_needed(twins: Twins) -> None:
    twins.answer(False)
    guardianship = twins.first.child.guardianships.get()
    guardianship_end(account=twins.family.guardian, guardianship_id=guardianship.public_id)
    assert twins.reason() == "agreed"


def test_who_joins_after_the_round_closed_changes_nothing(twins: Twins) -> None:
    twins.answer(True)
    late = person("+8619900009077")
    with clock.at(twins.family.world.round.closes_at + timedelta(hours=1)):
        agreed(twins.family, late, may_act=True, phone="+8619900009077")
    found = binding_of(twins.first, late)
    assert found is not None
    assert [party.you for party in found.parties] == [False]
    with pytest.raises(NotAllowed):
        binding_answer(guardian=late, application_id=twins.first.pk, together=False)


def test_a_changed_mind_ends_the_consent_and_a_repeated_answer_adds_nothing(twins: Twins) -> None:
    twins.answer(True)
    twins.answer(True)
    assert BindingAnswer.objects.count() == 1
    twins.answer(False)
    assert Consent.objects.filter(kind="siblings.together", withdrawal__isnull=False).count() == 1
    assert twins.reason() == "refused"
    twins.answer(True)
    assert twins.reason() == "agreed"
    assert BindingAnswer.objects.count() == 3


def test_after_the_close_no_answer_is_taken(twins: Twins) -> None:
    with clock.at(twins.family.world.round.closes_at + timedelta(hours=1)), pytest.raises(Refused) as problem:
        twins.answer(True)
    assert problem.value.code == "late"


def test_strangers_and_the_filer_cannot_answer(twins: Twins) -> None:
    for account in (person("+8619900009078"), twins.family.guardian):
        with pytest.raises(NotAllowed):
            binding_answer(guardian=account, application_id=twins.first.pk, together=True)
    client = Client()
    client.force_login(person("+8619900009079"))
    path = f"/my/shared/{twins.first.child.public_id}/{twins.first.pk}/together/"
    assert client.post(path, {"answer": "yes"}).status_code == 404


def test_both_pages_say_what_is_waited_for_and_the_answer_works(twins: Twins) -> None:
    client = Client()
    client.force_login(twins.other)
    client.cookies["django_language"] = "en"
    shared = f"/my/shared/{twins.first.child.public_id}/"
    page = client.get(shared).content.decode()
    assert "I agree: together" in page
    assert twins.second.child.name not in page
    client.post(f"{shared}{twins.first.pk}/together/", {"answer": "yes"})
    assert BindingAnswer.objects.get().together
    wrong = client.post(f"{shared}{twins.first.pk}/together/", {"answer": "perhaps"}, follow=True)
    assert "one of the two buttons" in wrong.content.decode()
    client.force_login(twins.family.guardian)
    page = client.get(f"/my/applications/{twins.first.pk}/").content.decode()
    assert "everybody who has to agree has agreed" in page
    assert twins.second.child.name in page


def test_the_second_guardian_is_asked_once(twins: Twins) -> None:
    for _at in range(2):
        binding_ask(child=twins.first.child)
    asked = Message.objects.get(template="binding_asked")
    assert (asked.account, "http" in asked.body) == (twins.other, False)


def test_answers_and_outcomes_cannot_be_rewritten(twins: Twins) -> None:
    twins.answer(False)
    freeze(twins.family.world.round)
    for rows in (BindingAnswer.objects.all(), BindingOutcome.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(together=True)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


def born(number: str, application: Application) -> None:
    """The child of another day, as its document says."""
    Child.objects.filter(pk=application.child_id).update(birth_date=number)
    application.child.refresh_from_db()


def test_twins_born_across_midnight_have_one_ticket() -> None:
    one = factories.family(factories.world(), keep_siblings="yes")
    first, second = one.submit(), another_twin(one)
    born(f"{second.child.birth_date + timedelta(days=1):%Y-%m-%d}", first)
    assessed(first)
    assert first.sibling_key != second.sibling_key
    found = binding_of(first, one.guardian)
    assert found is not None
    assert (found.reason, found.others) == ("agreed", (second.child.name,))
    freeze(one.world.round)
    assert tickets(first, second) == 1


def test_the_second_guardian_answers_for_both_sides_of_midnight(twins: Twins) -> None:
    born(f"{twins.second.child.birth_date + timedelta(days=1):%Y-%m-%d}", twins.first)
    assessed(twins.first)
    assert twins.reason() == "waiting"
    twins.answer(True)
    assert twins.reason() == "agreed"


def test_children_with_another_second_parent_are_not_bound_though_one_account_files_both() -> None:
    one = factories.family(factories.world(), keep_siblings="yes", second_guardian_id=factories.adult_number())
    first, second = assessed(one.submit()), another_twin(one, second_guardian_id=factories.adult_number())
    found = binding_of(first, one.guardian)
    assert found is not None
    assert found.reason == "alone"
    freeze(one.world.round)
    assert tickets(first, second) == 2


def test_choices_in_another_order_are_not_bound() -> None:
    one = factories.family(factories.world(), keep_siblings="yes")
    first, second = assessed(one.submit()), another_twin(one, choices="WL02,WL01")
    freeze(one.world.round)
    assert tickets(first, second) == 2
