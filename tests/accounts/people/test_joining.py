"""A link lets one person in once: from the invitation to the first page, in the browser's own requests."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django_otp.oath import totp

from accounts.models import Account, RecoveryCode, Role, StaffChange, TokenDevice
from accounts.people.appointing import change_withdraw, link_make, staff_invite, staff_reset_open
from accounts.people.members import staff_active
from accounts.people.terms import Terms
from audit.models import Entry
from foundation import clock
from tests import factories
from tests.accounts.people.conftest import signed_in

pytestmark = pytest.mark.django_db
CHOSEN = {"step": "password", "username": "li.na", "password": factories.PASSWORD, "again": factories.PASSWORD}
REVIEWER = [Terms("reviewer", "430702", "WL01")]


def link(official: Account, roles: list[Terms] = REVIEWER) -> tuple[str, StaffChange]:
    change = staff_invite(actor=official, name="李娜", phone="13900001111", roles=roles)
    _change, secret = link_make(actor=official, change_id=change.public_id)
    return f"/staff/join/{secret}/", change


def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def app_code(client: Client, path: str, drift: int = 0) -> str:
    """What the authenticator shows that read the key of the second page."""
    from base64 import b32decode

    key = re.search(r'data-qa="key">([A-Z2-7]+)<', client.get(path).text)
    assert key is not None
    return f"{totp(b32decode(key[1]), drift=drift):06d}"


def come_in(client: Client, path: str, **changed: str) -> Any:
    assert client.post(path, {**CHOSEN, **changed}).status_code == 302
    return client.post(path, {"step": "app", "code": app_code(client, path)}, follow=True)


def test_the_invited_person_is_in_with_what_the_link_gave(official: Account) -> None:
    path, change = link(official)
    client = browser()
    first = client.get(path)
    assert "李娜" in first.text
    assert "School reviewer" in first.text
    assert first.headers["Referrer-Policy"] == "same-origin"  # not less: a form without an origin is refused
    shown = come_in(client, path)
    assert shown.request["PATH_INFO"] == "/staff/me/codes/"
    codes = re.findall(r"<li>([2-9A-Z]{5}-[2-9A-Z]{5})</li>", shown.text)
    assert len(set(codes)) == 10
    account = Account.objects.get(username="li.na")
    assert (account.name, account.kind, account.is_staff) == ("李娜", "staff", True)
    assert list(account.roles.values_list("name", "district_code", "school_code", "given_by")) == [
        ("reviewer", "430702", "WL01", official.pk)
    ]
    assert client.post("/staff/me/codes/").status_code == 302
    assert codes[0] not in client.get("/staff/me/codes/", follow=True).text
    assert client.get("/admin/").status_code == 200
    change.refresh_from_db()
    assert (change.state, change.account, change.name, change.phone) == ("done", account, "", "")
    assert {"staff.invite.propose", "staff.invite.link", "staff.invite.use"} <= set(
        Entry.objects.values_list("action", flat=True)
    )
    # and with a recovery code, once, without the telephone
    typed = {"username": "li.na", "password": factories.PASSWORD, "token": codes[0].lower()}
    again = browser().post("/staff/sign-in/", typed, follow=True)
    assert "9 are left" in again.text
    assert browser().post("/staff/sign-in/", typed).status_code == 422


def test_nothing_that_opens_the_door_is_readable_in_the_table(official: Account) -> None:
    path, change = link(official)
    change.refresh_from_db()
    secret = path.split("/")[-2]
    assert secret not in str(change.__dict__)
    client = browser()
    come_in(client, path)
    assert RecoveryCode.objects.filter(code_index__contains="-").count() == 0
    assert TokenDevice.objects.get(user__username="li.na").last_t > 0  # the first code was used up


def told(path: str, client: Client | None = None) -> str:
    answer = (client or browser()).get(path)
    assert answer.status_code in {409, 410}
    return answer.text


def test_a_link_that_is_closed_says_why(official: Account) -> None:
    path, change = link(official)
    with clock.at(clock.now() + timedelta(days=7, minutes=1)):
        assert "expired" in told(path)
    assert "Sign out" in told(path, signed_in(official))
    newer = link_make(actor=official, change_id=change.public_id)[1]
    assert "newer one" in told(path)
    path = f"/staff/join/{newer}/"
    come_in(browser(), path)
    assert "has been used" in told(path)
    other, change = link(official)
    change_withdraw(actor=official, change_id=change.public_id)
    assert "taken back" in told(other)


def test_a_link_dies_with_the_right_to_give_it(official: Account, second: Account) -> None:
    path, _change = link(official)
    staff_active(actor=second, account=official, active=False)
    assert "no longer valid" in told(path)
    staff_active(actor=second, account=official, active=True)
    Role.objects.filter(account=official).update(until_day=clock.today() - timedelta(days=1))
    assert "no longer valid" in told(path)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"username": "Li Na"}, "small letters"),
        ({"username": ""}, "small letters"),
        ({"password": "short", "again": "short"}, "12 characters"),
        ({"password": "password1234", "again": "password1234"}, "common"),
        ({"again": "another horse battery"}, "not the same"),
        ({"username": "li\0na"}, ""),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_made(official: Account, changed: dict, words: str) -> None:
    path, _change = link(official)
    client = browser()
    answer = client.post(path, {**CHOSEN, **changed})
    assert words in answer.text
    assert answer.status_code == (422 if words else 302)
    assert not Account.objects.filter(name="李娜", is_staff=True, username="li.na").exists()


def test_a_wrong_code_and_a_way_back(official: Account) -> None:
    path, _change = link(official)
    client = browser()
    client.post(path, CHOSEN)
    wrong = client.post(path, {"step": "app", "code": "000000"})
    assert wrong.status_code == 422
    assert "not right" in wrong.text
    for nonsense in ("", "١٢٣٤٥٦", "x" * 4000):
        assert client.post(path, {"step": "app", "code": nonsense}).status_code == 422
    client.post(path, {"step": "back"})
    assert 'name="username"' in client.get(path).text
    assert come_in(client, path, username="li.nana").status_code == 200


def test_pressed_twice_and_in_a_second_tab(official: Account) -> None:
    path, _change = link(official)
    client = browser()
    client.post(path, CHOSEN)
    kept = client.cookies["sessionid"].value
    code = app_code(client, path)
    assert client.post(path, {"step": "app", "code": code}).status_code == 302
    # the same tab presses again: it is in already
    assert "Sign out" in told(path, client) or "used" in told(path, client)
    stale = browser()
    stale.cookies["sessionid"] = kept
    assert stale.post(path, {"step": "app", "code": code}).status_code == 410
    assert Account.objects.filter(username="li.na").count() == 1


def test_a_name_that_was_taken_meanwhile_is_asked_again(official: Account) -> None:
    path, _change = link(official)
    client = browser()
    client.post(path, CHOSEN)
    factories.staff("clerk")
    Account.objects.filter(roles__name="clerk").update(username="li.na")
    answer = client.post(path, {"step": "app", "code": app_code(client, path)})
    assert answer.status_code == 422
    assert "taken" in answer.text


def test_a_reset_ends_the_old_way_in_when_it_is_used(official: Account) -> None:
    reviewer = factories.staff("reviewer", school="WL01")
    inside = signed_in(reviewer)
    change = staff_reset_open(actor=official, account=reviewer)
    _change, secret = link_make(actor=official, change_id=change.public_id)
    path = f"/staff/join/{secret}/"
    assert inside.get("/staff/me/").status_code == 200
    client = browser()
    assert reviewer.username in client.get(path).text
    come_in(client, path, username="somebody.else", password="another horse battery", again="another horse battery")
    assert inside.get("/staff/me/").status_code == 302
    reviewer.refresh_from_db()
    assert reviewer.check_password("another horse battery")
    assert not Account.objects.filter(username="somebody.else").exists()
    assert TokenDevice.objects.filter(user=reviewer).count() == 1
    assert Entry.objects.filter(action="staff.reset.use", details__by=official.pk).exists()


def test_of_a_switched_off_account_no_reset_opens(official: Account) -> None:
    reviewer = factories.staff("reviewer", school="WL01")
    change = staff_reset_open(actor=official, account=reviewer)
    _change, secret = link_make(actor=official, change_id=change.public_id)
    staff_active(actor=official, account=reviewer, active=False)
    assert "switched off" in told(f"/staff/join/{secret}/")
