"""A second guardian and a carer: invited, agreed, masked, ended; and what strangers and guessers meet."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import Account, TokenDevice
from enrollment.filing.drafts.services import child_add
from enrollment.filing.submission.services import application_withdraw
from enrollment.guardians.models import Consent, Guardianship, Invitation
from enrollment.guardians.selectors import guardianship_of, open_invitations, protected
from enrollment.guardians.services.agreements import (
    Terms,
    guardian_ask,
    guardian_invite,
    invitation_answer,
    invitation_find,
    invitation_revoke,
    protection_order,
    protection_set,
    request_answer,
)
from enrollment.privacy.services import data_of
from enrollment.seasons.models import Application
from foundation import clock, codes
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories

pytestmark = pytest.mark.django_db
PHONE = "+8619900009009"
OWNERS_PHONE = "+8619912349876"  # its last digits end no number the factories make
SECRET_HOME = "湖南省常德市武陵区滨湖路77号"


def person(phone: str = PHONE) -> Account:
    other = factories.guardian("合成另一位")
    Account.objects.filter(pk=other.pk).update(phone=phone, phone_index=blind_index("phone", phone))
    other.refresh_from_db()
    return other


def verified(client: Client, official: Account) -> None:
    """Signed in with a one-time password, as staff are."""
    client.force_login(official)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = TokenDevice.objects.get(user=official).persistent_id
    session.save()


def invited(
    one: factories.Family, *, may_act: bool = False, role: str = "parent", until: int | None = None, phone: str = PHONE
) -> tuple[Invitation, str]:
    last = clock.today() + timedelta(days=until) if until is not None else None
    made = guardian_invite(
        guardian=one.guardian, child_id=one.child.public_id, phone=phone, terms=Terms(role, may_act, last)
    )
    body = Message.objects.filter(template="guardian_invited").order_by("-pk")[0].body
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", body)
    assert found is not None
    return made, found.group()


def agreed(one: factories.Family, other: Account, **terms: object) -> Guardianship:
    invitation, code = invited(one, **terms)  # type: ignore[arg-type]
    invitation_answer(account=other, invitation_id=invitation.public_id, code=code, accept=True)
    return Guardianship.objects.get(invitation=invitation)


@pytest.fixture
def one() -> factories.Family:
    return factories.family(factories.world(), home_address=SECRET_HOME, household_address=SECRET_HOME)


@pytest.fixture
def filed(one: factories.Family) -> Application:
    return one.submit()


def test_the_invited_person_sees_the_child_after_agreeing(one: factories.Family, filed: Application) -> None:
    other = person()
    with pytest.raises(NotAllowed):
        guardianship_of(other, one.child.public_id)
    agreed(one, other)
    client = Client()
    client.force_login(other)
    page = client.get(f"/my/shared/{one.child.public_id}/")
    assert page.status_code == 200
    assert filed.receipt in page.content.decode()
    assert {consent.kind for consent in Consent.objects.all()} == {"guardian.invite", "guardian.accept"}


def test_the_message_has_a_code_and_no_link(one: factories.Family) -> None:
    invited(one)
    message = Message.objects.get(template="guardian_invited")
    assert (message.phone, message.secret) == (PHONE, True)
    assert "http" not in message.body
    assert one.child.name not in message.body


def test_another_phone_cannot_use_the_code(one: factories.Family) -> None:
    _invitation, code = invited(one)
    with pytest.raises(Refused) as problem:
        invitation_find(account=person("+8619900009010"), code=code)
    assert problem.value.code == "wrong_code"


def test_five_wrong_codes_lock_the_invitation(one: factories.Family) -> None:
    other, (invitation, code) = person(), invited(one)
    for _at in range(5):
        with pytest.raises(Refused):
            invitation_find(account=other, code="AAAA-BBBB")
    with pytest.raises(Refused) as problem:
        invitation_find(account=other, code=code)
    assert problem.value.code == "wrong_code"
    invitation.refresh_from_db()
    assert invitation.state == "locked"


def test_an_old_a_used_and_a_revoked_code_are_answered_alike(one: factories.Family) -> None:
    other, (invitation, code) = person(), invited(one)
    with clock.at(clock.now() + timedelta(days=8)), pytest.raises(Refused):
        invitation_find(account=other, code=code)
    invitation_answer(account=other, invitation_id=invitation.public_id, code=code, accept=False)
    with pytest.raises(Refused):
        invitation_answer(account=other, invitation_id=invitation.public_id, code=code, accept=True)
    with clock.at(clock.now() + timedelta(minutes=2)):  # a number gets no two invitations in a minute
        again, newer = invited(one)
    invitation_revoke(guardian=one.guardian, invitation_id=again.public_id)
    with pytest.raises(Refused):
        invitation_find(account=other, code=newer)
    assert not Guardianship.objects.exists()


def test_a_code_is_taken_until_the_minute_that_the_page_names_is_over(one: factories.Family) -> None:
    other, (invitation, code) = person(), invited(one)
    end = clock.ended(invitation.expires_at)
    with clock.at(end - timedelta(seconds=1)):
        assert open_invitations(one.child) == [invitation]
        assert invitation_find(account=other, code=code) == invitation
    with clock.at(end):
        assert open_invitations(one.child) == []
        with pytest.raises(Refused):
            invitation_find(account=other, code=code)


def test_a_code_is_read_as_people_type_it(one: factories.Family) -> None:
    other, (_invitation, code) = person(), invited(one)
    assert invitation_find(account=other, code=f" {code.lower()} ").state == "open"
    assert codes.read(code, codes.CLEAR) == code.replace("-", "")


@pytest.mark.parametrize(
    ("phone", "terms", "field"),
    [
        ("12345", Terms("parent", False), "phone"),
        (PHONE, Terms("carer", True), "until"),
        (PHONE, Terms("neighbour", True), "role"),
    ],
)
def test_an_invitation_with_a_slip_says_where(one: factories.Family, phone: str, terms: Terms, field: str) -> None:
    with pytest.raises(Refused) as problem:
        guardian_invite(guardian=one.guardian, child_id=one.child.public_id, phone=phone, terms=terms)
    assert problem.value.field == field


def test_one_number_is_invited_once_and_a_child_not_endlessly(one: factories.Family) -> None:
    invited(one)
    with pytest.raises(Refused) as problem:
        invited(one)
    assert problem.value.code == "twice"
    invited(one, phone="+8619900009011")
    invited(one, phone="+8619900009012")
    with pytest.raises(Refused) as problem:
        invited(one, phone="+8619900009013")
    assert problem.value.code == "too_often"


def test_a_strangers_child_is_not_there(one: factories.Family) -> None:
    client = Client()
    client.force_login(person())
    invitation, _code = invited(one, phone="+8619900009014")
    for path in (
        f"/my/children/{one.child.public_id}/guardians/",
        f"/my/children/{one.child.public_id}/guardians/invite/",
        f"/my/shared/{one.child.public_id}/",
    ):
        assert client.get(path).status_code == 404
    for path in (
        f"/my/children/{one.child.public_id}/guardians/ask/",
        f"/my/invitations/{invitation.public_id}/revoke/",
        f"/my/invitations/{invitation.public_id}/answer/",
        f"/my/agreements/{invitation.public_id}/end/",
    ):
        assert client.post(path).status_code == 404


def family_addresses(one: factories.Family, filed: Application) -> list[str]:
    """Every family page and export that names something of this family, from the site's own list of addresses."""
    values = {
        "application_id": filed.pk,
        "draft_id": one.draft.public_id,
        "child_id": one.child.public_id,
        "language": "zh",
        "action": "withdraw",
        "name": "guardian",
    }
    found = []
    for name in get_resolver("enrollment.urls").reverse_dict:
        if not isinstance(name, str):
            continue
        pattern = get_resolver("enrollment.urls").reverse_dict.getlist(name)[0]
        names = set(pattern[0][0][1])
        if names and names <= set(values) and names & {"application_id", "draft_id", "child_id"}:
            try:
                found.append(reverse(f"enrollment:{name}", kwargs={key: values[key] for key in names}))
            except NoReverseMatch:
                continue
    return found


@pytest.mark.parametrize("source", ["", "own", "order"])
def test_nothing_of_the_other_guardian_shows_on_any_page(
    one: factories.Family, filed: Application, source: str
) -> None:
    other = person()
    agreed(one, other, may_act=True)
    Account.objects.filter(pk=one.guardian.pk).update(phone=OWNERS_PHONE)
    if source == "own":
        protection_set(account=one.guardian, on=True)
    if source == "order":
        protection_order(official=factories.staff("official"), application_id=filed.pk, reference="2026-7")
    client = Client()
    client.force_login(other)
    addresses = family_addresses(one, filed)
    assert len(addresses) >= 10
    one.guardian.refresh_from_db()
    hidden = [SECRET_HOME, "滨湖路77", str(one.guardian.id_number), one.answers["guardian_id"], str(one.guardian.phone)]
    if source:
        hidden.append(OWNERS_PHONE[-4:])
    shown = 0
    for address in [*addresses, "/my/", "/my/account/", "/my/data/", "/api/v1/applications/"]:
        answer = client.get(address)
        text = re.sub("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", answer.getvalue().decode("utf-8", "replace"))
        assert [secret for secret in hidden if secret in text] == [], address
        shown += answer.status_code == 200
    assert shown >= 4
    assert [secret for secret in hidden if secret in str(data_of(other))] == []


def test_only_the_shared_pages_open_for_the_other_guardian(one: factories.Family, filed: Application) -> None:
    other = person()
    agreed(one, other, may_act=True)
    client = Client()
    client.force_login(other)
    opened = {path for path in family_addresses(one, filed) if client.get(path).status_code == 200}
    assert opened == {
        f"/my/shared/{one.child.public_id}/",
        f"/my/shared/{one.child.public_id}/{filed.pk}/withdraw/",
        f"/my/shared/{one.child.public_id}/{filed.pk}/statements/",
    }


def test_who_may_act_withdraws_and_the_timeline_says_who(one: factories.Family, filed: Application) -> None:
    other = person()
    agreed(one, other, may_act=True)
    client = Client()
    client.force_login(other)
    client.post(f"/my/shared/{one.child.public_id}/{filed.pk}/withdraw/")
    filed.refresh_from_db()
    assert filed.state == "withdrawn"
    assert filed.transitions.order_by("-pk")[0].actor == other


@pytest.mark.parametrize(("may_act", "role"), [(False, "parent"), (True, "carer")])
def test_who_may_only_see_and_a_carer_cannot_withdraw(
    one: factories.Family, filed: Application, may_act: bool, role: str
) -> None:
    other = person()
    agreed(one, other, may_act=may_act, role=role, until=30 if role == "carer" else None)
    with pytest.raises(NotAllowed):
        application_withdraw(guardian=other, application_id=filed.pk)
    client = Client()
    client.force_login(other)
    client.post(f"/my/shared/{one.child.public_id}/{filed.pk}/withdraw/")
    filed.refresh_from_db()
    assert filed.state != "withdrawn"


def test_an_authorisation_ends_after_its_last_day(one: factories.Family, filed: Application) -> None:
    other = person()
    agreed(one, other, role="carer", until=3)
    client = Client()
    client.force_login(other)
    with clock.at(clock.now() + timedelta(days=3)):
        assert client.get(f"/my/shared/{one.child.public_id}/").status_code == 200
    with clock.at(clock.now() + timedelta(days=4)):
        assert client.get(f"/my/shared/{one.child.public_id}/").status_code == 404


@pytest.mark.parametrize("by_invited", [True, False])
def test_either_side_ends_it_at_once(one: factories.Family, by_invited: bool) -> None:
    other = person()
    made = agreed(one, other)
    client = Client()
    client.force_login(other if by_invited else one.guardian)
    client.post(f"/my/agreements/{made.public_id}/end/")
    client.force_login(other)
    assert client.get(f"/my/shared/{one.child.public_id}/").status_code == 404
    assert Consent.objects.filter(withdrawal__isnull=False).count() == int(by_invited)


def test_the_other_parent_asks_and_is_let_in(one: factories.Family, filed: Application) -> None:
    other = person()
    same = child_add(guardian=other, name=one.child.name, id_number=one.child.id_number)
    guardian_ask(account=other, child_id=same.public_id)
    asked = Invitation.objects.get(asker=other)
    with pytest.raises(NotAllowed):
        request_answer(guardian=other, invitation_id=asked.public_id, accept=True)
    request_answer(guardian=one.guardian, invitation_id=asked.public_id, accept=True, may_act=True)
    assert Guardianship.objects.get(guardian=other).child == one.child
    with pytest.raises(Refused):
        request_answer(guardian=one.guardian, invitation_id=asked.public_id, accept=False)


def test_asking_tells_nobody_who_applied(one: factories.Family) -> None:
    other = person()
    stranger = child_add(guardian=other, name="合成小红", id_number=factories.child_number())
    same = child_add(guardian=other, name=one.child.name, id_number=one.child.id_number)
    client = Client()
    client.force_login(other)
    texts = []
    for child in (stranger, same):
        answer = client.post(f"/my/children/{child.public_id}/guardians/ask/", follow=True)
        texts.append([str(message) for message in answer.context["messages"]])
    assert texts[0] == texts[1] != []


def test_consents_and_agreements_cannot_be_rewritten(one: factories.Family) -> None:
    made = agreed(one, person())
    for rows, change in ((Consent.objects.all(), {"version": 2}), (Guardianship.objects.all(), {"may_act": True})):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()


def test_an_order_needs_an_official_of_the_district(one: factories.Family, filed: Application) -> None:
    with pytest.raises(NotAllowed):
        protection_order(
            official=factories.staff("official", district="110101"), application_id=filed.pk, reference="1"
        )
    with pytest.raises(Refused):
        protection_order(official=factories.staff("official"), application_id=filed.pk, reference=" ")


def test_the_officials_page_protects_and_no_parent_opens_it(one: factories.Family, filed: Application) -> None:
    client = Client()
    path = f"/official/protection/{filed.pk}/"
    client.force_login(one.guardian)
    assert client.get(path).status_code == 302
    verified(client, factories.staff("official"))
    assert client.post(path, {"reference": "", "on": "yes"}).status_code == 422
    assert client.post(path, {"reference": "2026-7", "on": "yes"}).status_code == 302
    assert protected(one.guardian) == "order"
    verified(client, factories.staff("official", district="110101"))
    assert client.get(path).status_code == 404
