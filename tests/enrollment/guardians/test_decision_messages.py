"""Who is told of a decision: who leads, and the other guardian where that was wished; each once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import Account
from enrollment.appeals.services import appeal_decide, hearing_set
from enrollment.filing.submission.services import application_withdraw
from enrollment.guardians.models import Guardianship, LeadRequest
from enrollment.guardians.services import decision_messages
from enrollment.guardians.services.agreements import guardianship_end, protection_order
from enrollment.seasons.models import Application
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.enrollment.appeals.test_appeals import file, refused_case
from tests.enrollment.appeals.test_appeals import other as decider
from tests.enrollment.guardians.test_agreements import agreed, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed() -> Application:
    return factories.family(factories.world()).submit()


@pytest.fixture
def other() -> Account:
    return person()


@pytest.fixture
def beside(filed: Application, other: Account) -> Guardianship:
    one = factories.Family(None, filed.guardian, filed.child, None)  # type: ignore[arg-type]
    return agreed(one, other)


def told(filed: Application, key: str = "k") -> dict[int | None, str]:
    for _at in range(2):
        params = {"child": filed.child.name, "receipt": filed.receipt, "reason": "滨湖路77号没有核实"}
        decision_messages.tell(application=filed, key=key, template="not_eligible", params=params)
    return {one.account_id: one.body for one in Message.objects.filter(key__startswith=key, template="not_eligible")}


def test_only_who_applied_is_told_before_anybody_wishes_more(filed: Application, beside: Guardianship) -> None:
    assert set(told(filed)) == {filed.guardian_id}


def test_a_wished_copy_is_sent_once_without_the_reason(
    filed: Application, beside: Guardianship, other: Account
) -> None:
    decision_messages.copy_wish_set(account=other, guardianship_id=beside.public_id, wanted=True)
    bodies = told(filed)
    assert set(bodies) == {filed.guardian_id, other.pk}
    assert ("77号" in bodies[filed.guardian_id], "77号" in bodies[other.pk]) == (True, False)
    decision_messages.copy_wish_set(account=other, guardianship_id=beside.public_id, wanted=False)
    assert set(told(filed, "later")) == {filed.guardian_id}


def test_the_lead_changes_when_both_agree_and_not_before(
    filed: Application, beside: Guardianship, other: Account
) -> None:
    asked = decision_messages.lead_ask(account=other, guardianship_id=beside.public_id, to_second=True)
    assert set(told(filed)) == {filed.guardian_id}
    with pytest.raises(NotAllowed):
        decision_messages.lead_answer(account=other, request_id=asked.public_id, accept=True)
    decision_messages.lead_answer(account=filed.guardian, request_id=asked.public_id, accept=True)
    assert set(told(filed, "both")) == {filed.guardian_id, other.pk}
    decision_messages.copy_wish_set(account=filed.guardian, guardianship_id=beside.public_id, wanted=False)
    assert set(told(filed, "lead")) == {other.pk}
    with pytest.raises(Refused):
        decision_messages.lead_answer(account=filed.guardian, request_id=asked.public_id, accept=False)
    guardianship_end(account=filed.guardian, guardianship_id=beside.public_id)
    assert set(told(filed, "ended")) == {filed.guardian_id}


def test_under_an_order_only_the_protected_guardian_is_told(
    filed: Application, beside: Guardianship, other: Account
) -> None:
    decision_messages.copy_wish_set(account=other, guardianship_id=beside.public_id, wanted=True)
    protection_order(official=factories.staff("official"), application_id=filed.pk, reference="2026-7")
    assert set(told(filed)) == {filed.guardian_id}


def test_the_pages_of_both_sides_and_no_stranger(filed: Application, beside: Guardianship, other: Account) -> None:
    client, path = Client(), f"/my/agreements/{beside.public_id}/messages/"
    client.force_login(person("+8619900009088"))
    assert (client.get(path).status_code, client.post(path, {"answer": "propose"}).status_code) == (404, 404)
    client.force_login(filed.guardian)
    client.post(path, {"answer": "propose"})
    client.post(path, {"answer": "yes"})  # one's own proposal
    assert LeadRequest.objects.get().state == "open"
    client.force_login(other)
    page = client.get(path).content.decode()
    assert 'value="yes"' in page
    client.post(path, {"answer": "yes"})
    assert LeadRequest.objects.get().state == "accepted"
    with pytest.raises(DatabaseError), transaction.atomic():
        LeadRequest.objects.update(to_second=False)


def test_a_number_of_another_account_offers_to_join_them() -> None:
    place = factories.world()
    one = factories.family(place)
    one.submit()
    two = factories.family(place, guardian_id=one.answers["guardian_id"])
    client = Client()
    client.force_login(two.guardian)
    path = f"/my/apply/{two.draft.public_id}/check/"
    token = client.get(path).context["client_token"]
    page = client.post(path, {"client_token": str(token), "declare": "yes", "agree": "yes"})
    assert page.status_code == 422
    assert "/my/account/join/" in page.content.decode()


def recipients(template: str) -> set[int | None]:
    """Who got a message of this kind; nobody got it twice."""
    found = list(Message.objects.filter(template=template).values_list("account_id", flat=True))
    assert len(found) == len(set(found))
    return set(found)


def arrange(how: str, filed: Application, other: Account) -> set[int | None]:
    """An agreement about the child and what was agreed in it; who is told from then on."""
    beside = agreed(factories.Family(None, filed.guardian, filed.child, None), other)  # type: ignore[arg-type]
    if how == "lead":
        asked = decision_messages.lead_ask(account=other, guardianship_id=beside.public_id, to_second=True)
        decision_messages.lead_answer(account=filed.guardian, request_id=asked.public_id, accept=True)
        decision_messages.copy_wish_set(account=filed.guardian, guardianship_id=beside.public_id, wanted=False)
        return {other.pk}
    if how != "nothing":
        decision_messages.copy_wish_set(account=other, guardianship_id=beside.public_id, wanted=True)
    if how == "order":
        protection_order(official=factories.staff("official"), application_id=filed.pk, reference="2026-7")
    return {filed.guardian_id, other.pk} if how == "copy" else {filed.guardian_id}


@pytest.mark.parametrize("how", ["nothing", "copy", "lead", "order"])
def test_every_word_about_an_appeal_goes_to_those_who_are_told(how: str, other: Account) -> None:
    application, _who = refused_case()
    told_now = arrange(how, application, other)
    appeal, reviewer, at = file(application), decider(), clock.now() + timedelta(days=1)
    hearing_set(reviewer=reviewer, appeal_id=appeal.public_id, at=at, way="place", where="教育局一楼")
    with clock.at(at + timedelta(hours=1)):
        appeal_decide(reviewer=reviewer, appeal_id=appeal.public_id, upheld=False, reason="滨湖路77号没有核实")
    for template in ("appeal_filed", "appeal_hearing", "appeal_dismissed"):
        assert recipients(template) == told_now, template
    assert not Message.objects.filter(template="appeal_dismissed", body__contains="77号").exists()


def test_the_receipt_and_a_withdrawal_reach_a_wished_copy(other: Account) -> None:
    one = factories.family(factories.world())
    beside = agreed(one, other)
    decision_messages.copy_wish_set(account=other, guardianship_id=beside.public_id, wanted=True)
    filed = one.submit()
    application_withdraw(guardian=one.guardian, application_id=filed.pk)
    assert recipients("received") == recipients("withdrawn") == {one.guardian.pk, other.pk}


@pytest.mark.parametrize("how", ["nothing", "lead", "order"])
def test_a_withdrawal_follows_the_lead_and_the_order(how: str, filed: Application, other: Account) -> None:
    told_now = arrange(how, filed, other)
    application_withdraw(guardian=filed.guardian, application_id=filed.pk)
    assert recipients("withdrawn") == told_now
