"""Two accounts of one person become one: proved, whole, once; and the phone of an account."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.limits import masked_address
from accounts.models import Account, AccountMerge, PhoneDevice
from accounts.services import code_issue, code_verify, guardian_identify
from enrollment.account.services.joining import accounts_join, phone_change
from enrollment.documents.models import Document
from enrollment.filing.drafts.services import child_add, draft_save
from enrollment.seasons.models import Application, Child, Draft
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "19900008001"


def named(number: str) -> Account:
    return guardian_identify(account=factories.guardian(), name="合成家长", id_number=number)


def test_everything_moves_and_both_phones_lead_to_one() -> None:
    one = factories.family(factories.world())
    filed = one.submit()
    Document.objects.create(
        owner=one.guardian, kind="paper", sha256="0" * 64, uploaded_at=clock.now(), application=filed
    )
    one.guardian.refresh_from_db()
    other = code_issue(phone=NEW, asker=factories.asker()).account
    child_add(guardian=other, name="合成小红", id_number=factories.child_number())
    kept = accounts_join(account=other, other=one.guardian, name="合成家长", id_number=str(one.guardian.id_number))
    assert kept.pk == one.guardian.pk
    assert Child.objects.filter(guardian=kept).count() == 2
    assert Application.objects.get().guardian_id == kept.pk
    assert Document.objects.get().owner_id == kept.pk
    PhoneDevice.objects.all().update(last_generated_timestamp=None)
    assert (
        code_verify(phone=NEW, code=code_issue(phone=NEW, asker=factories.asker()).code, asker=factories.asker()).pk
        == kept.pk
    )
    assert AccountMerge.objects.get().moved["children"] == 1


@pytest.mark.parametrize(("name", "right_number"), [("合成他人", True), ("合成家长", False)])
def test_two_phones_in_one_hand_are_not_one_person(name: str, right_number: bool) -> None:
    number = factories.adult_number()
    one = named(number)
    other = factories.guardian()
    child_add(guardian=other, name="合成小红", id_number=factories.child_number())
    typed = number if right_number else factories.adult_number()
    with pytest.raises(Refused) as problem:
        accounts_join(account=one, other=other, name=name, id_number=typed)
    assert problem.value.code == "other_person"
    assert not AccountMerge.objects.exists()


def test_two_named_people_are_never_joined() -> None:
    first, second = factories.adult_number(), factories.adult_number()
    one, other = named(first), named(second)
    Account.objects.filter(pk=one.pk).update(assurance=2)
    for number in (first, second):
        with pytest.raises(Refused):
            accounts_join(account=one, other=other, name="合成家长", id_number=number)


def test_staff_are_never_joined() -> None:
    with pytest.raises(NotAllowed):
        accounts_join(account=named(factories.adult_number()), other=factories.staff("official"))


def test_drafts_of_one_child_become_one_and_the_later_answer_counts() -> None:
    place, number = factories.world(), factories.child_number()
    first, second = (factories.family(place, child_id=number) for _at in range(2))
    draft_save(guardian=first.guardian, draft_id=first.draft.public_id, answers={"home_address": "甲路1号"})
    draft_save(guardian=second.guardian, draft_id=second.draft.public_id, answers={"home_address": "乙路2号"})
    own = factories.adult_number()
    guardian_identify(account=first.guardian, name="合成家长", id_number=own)
    kept = accounts_join(account=first.guardian, other=second.guardian, name="合成家长", id_number=own)
    draft = Draft.objects.get()
    assert draft.child.guardian_id == kept.pk
    assert draft.answers["home_address"] == "乙路2号"


def test_a_child_filed_by_one_account_goes_on_in_the_other() -> None:
    place, number = factories.world(), factories.child_number()
    first, second = (factories.family(place, child_id=number) for _at in range(2))
    filed = first.submit()
    first.guardian.refresh_from_db()
    own = str(first.guardian.id_number)
    kept = accounts_join(account=second.guardian, other=first.guardian, name="合成家长", id_number=own)
    filed.refresh_from_db()
    assert (filed.guardian_id, filed.child.guardian_id, filed.state) == (kept.pk, kept.pk, "verifying")


def test_a_merge_is_never_rewritten() -> None:
    number = factories.adult_number()
    accounts_join(account=named(number), other=code_issue(phone=NEW, asker=factories.asker()).account)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccountMerge.objects.update(proof="other")


@pytest.mark.django_db(transaction=True)
def test_twenty_joins_at_once_are_one() -> None:
    number = factories.adult_number()
    one = named(number)
    other = factories.guardian()
    child_add(guardian=other, name="合成小红", id_number=factories.child_number())

    def join(at: int) -> int:
        pair = (one, other) if at % 2 else (other, one)
        try:
            return accounts_join(account=pair[0], other=pair[1], name="合成家长", id_number=number).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(join, range(20)))
    assert kept == {one.pk}
    assert AccountMerge.objects.count() == 1
    assert Child.objects.get().guardian_id == one.pk


def test_a_new_phone_replaces_the_old_one() -> None:
    me = named(factories.adult_number())
    old = me.phone or ""
    changed = phone_change(account=me, other=code_issue(phone=NEW, asker=factories.asker()).account)
    assert changed.phone == f"+86{NEW}"
    PhoneDevice.objects.all().update(last_generated_timestamp=None)
    assert (
        code_verify(phone=NEW, code=code_issue(phone=NEW, asker=factories.asker()).code, asker=factories.asker()).pk
        == me.pk
    )
    assert code_issue(phone=old, asker=factories.asker()).account.pk != me.pk


def test_a_phone_in_use_is_not_taken() -> None:
    one, other = factories.family(factories.world()), named(factories.adult_number())
    with pytest.raises(Refused) as problem:
        phone_change(account=other, other=one.guardian)
    assert problem.value.code == "in_use"


def code_to(phone: str) -> str:
    body = Message.objects.filter(template="sign_in_code", phone__isnull=False).order_by("-pk")
    newest = next(one for one in body if one.phone.endswith(phone))
    found = re.search(r"\d{6}", newest.body)
    assert found is not None
    return found.group()


def test_the_page_joins_after_a_code_to_the_other_phone(client: Client) -> None:
    number = factories.adult_number()
    me = named(number)
    client.force_login(me)
    assert client.post("/my/account/join/", {"phone": NEW}).status_code == 200
    wrong = {"phone": NEW, "code": "000000", "name": "合成家长", "id_number": number}
    assert client.post("/my/account/join/", wrong).status_code == 422
    assert client.post("/my/account/join/", {**wrong, "code": code_to(NEW)}).status_code == 302
    assert AccountMerge.objects.get().kept_id == me.pk


def test_the_phone_page_asks_both_phones(client: Client) -> None:
    me = named(factories.adult_number())
    old = "19900008002"
    Account.objects.filter(pk=me.pk).update(phone=None, phone_index=None)
    phone_change(account=Account.objects.get(pk=me.pk), other=code_issue(phone=old, asker=factories.asker()).account)
    PhoneDevice.objects.all().update(last_generated_timestamp=None)
    client.force_login(Account.objects.get(pk=me.pk))
    assert client.post("/my/account/phone/", {"phone": NEW}).status_code == 200
    only_new = {"phone": NEW, "code": code_to(NEW), "old_code": "000000"}
    assert client.post("/my/account/phone/", only_new).status_code == 422
    assert client.post("/my/account/phone/", {**only_new, "old_code": code_to(old)}).status_code == 302
    assert Account.objects.get(pk=me.pk).phone == f"+86{NEW}"


def test_signing_out_everywhere_keeps_this_window_only(client: Client) -> None:
    me = factories.guardian()
    other = Client()
    for browser in (client, other):
        browser.force_login(me)
    client.post("/my/account/everywhere/")
    assert client.get("/my/account/").status_code == 200
    assert other.get("/my/account/").status_code == 302


@pytest.mark.parametrize(("address", "shown"), [("203.0.113.77", "203.0.*.*"), ("x", "")])
def test_an_address_is_kept_masked(address: str, shown: str) -> None:
    assert masked_address(address) == shown
