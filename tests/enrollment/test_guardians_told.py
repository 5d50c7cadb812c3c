"""Who is told of a decision: who leads, and the other guardian where that was wished; each once."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import Account
from enrollment import services
from enrollment.models import Application, Guardianship, LeadRequest
from enrollment.services import telling
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.enrollment.test_guardians import agreed, person

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
        telling.tell(application=filed, key=key, template="not_eligible", params=params)
    return {one.account_id: one.body for one in Message.objects.filter(key__startswith=key, template="not_eligible")}


def test_only_who_applied_is_told_before_anybody_wishes_more(filed: Application, beside: Guardianship) -> None:
    assert set(told(filed)) == {filed.guardian_id}


def test_a_wished_copy_is_sent_once_without_the_reason(
    filed: Application, beside: Guardianship, other: Account
) -> None:
    telling.copy_wish_set(account=other, guardianship_id=beside.public_id, wanted=True)
    bodies = told(filed)
    assert set(bodies) == {filed.guardian_id, other.pk}
    assert ("77号" in bodies[filed.guardian_id], "77号" in bodies[other.pk]) == (True, False)
    telling.copy_wish_set(account=other, guardianship_id=beside.public_id, wanted=False)
    assert set(told(filed, "later")) == {filed.guardian_id}


def test_the_lead_changes_when_both_agree_and_not_before(
    filed: Application, beside: Guardianship, other: Account
) -> None:
    asked = telling.lead_ask(account=other, guardianship_id=beside.public_id, to_second=True)
    assert set(told(filed)) == {filed.guardian_id}
    with pytest.raises(NotAllowed):
        telling.lead_answer(account=other, request_id=asked.public_id, accept=True)
    telling.lead_answer(account=filed.guardian, request_id=asked.public_id, accept=True)
    assert set(told(filed, "both")) == {filed.guardian_id, other.pk}
    telling.copy_wish_set(account=filed.guardian, guardianship_id=beside.public_id, wanted=False)
    assert set(told(filed, "lead")) == {other.pk}
    with pytest.raises(Refused):
        telling.lead_answer(account=filed.guardian, request_id=asked.public_id, accept=False)
    services.guardianship_end(account=filed.guardian, guardianship_id=beside.public_id)
    assert set(told(filed, "ended")) == {filed.guardian_id}


def test_under_an_order_only_the_protected_guardian_is_told(
    filed: Application, beside: Guardianship, other: Account
) -> None:
    telling.copy_wish_set(account=other, guardianship_id=beside.public_id, wanted=True)
    services.protection_order(official=factories.staff("official"), application_id=filed.pk, reference="2026-7")
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
