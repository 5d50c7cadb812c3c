"""The staff's way in: what was wrong is not told, one password works once, guessing is slow, nobody is shut out."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from accounts.models import Account, TokenDevice
from accounts.services import WRONG_TOKENS, totp_verify
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member() -> Account:
    return factories.staff("official")


def token(member: Account) -> str:
    return f"{TOTP(TokenDevice.objects.get(user=member).bin_key).token():06d}"


def enter(username: str, password: str, code: str, target: str = "") -> HttpResponse:
    typed = {"username": username, "password": password, "token": code, "next": target}
    return Client().post("/staff/sign-in/", typed)  # type: ignore[return-value]


def said(answer: HttpResponse) -> bytes:
    page: bytes = answer.content
    return page[page.index(b'role="alert"') :].split(b"</div>")[0]


def test_the_answer_is_the_same_whatever_was_wrong(member: Account) -> None:
    strangers = enter("nobody", "x", "000000")
    right = factories.PASSWORD
    wrong = [enter(member.username, "x", "000000"), *(enter(member.username, right, "000000") for _ in range(3))]
    assert {answer.status_code for answer in wrong} == {422}
    assert {said(answer) for answer in wrong} == {said(strangers)}


def test_of_eight_uses_of_one_password_at_once_one_counts(member: Account) -> None:
    code = token(member)
    devices = at_once([lambda: totp_verify(account=member, token=code)] * 8)
    assert sum(isinstance(device, TokenDevice) for device in devices) == 1


def test_guesses_slow_down_and_the_owner_is_let_in_after_minutes(member: Account) -> None:
    long_ago = timezone.localtime() - timedelta(seconds=2**WRONG_TOKENS)
    TokenDevice.objects.update(throttling_failure_count=40, throttling_failure_timestamp=timezone.localtime())
    assert enter(member.username, factories.PASSWORD, token(member)).status_code == 422
    TokenDevice.objects.update(throttling_failure_timestamp=long_ago)
    assert enter(member.username, factories.PASSWORD, token(member)).status_code == 302


def test_guessing_without_the_password_does_not_slow_the_owner_down(member: Account) -> None:
    for _ in range(3):
        enter(member.username, "x", "000000")
    assert enter(member.username, factories.PASSWORD, token(member)).status_code == 302


@pytest.mark.parametrize("target", ["http://evil", "//evil", "javascript:alert(1)", "/\\evil", "\\\\evil", "///evil"])
def test_the_way_in_leads_nowhere_else(member: Account, target: str) -> None:
    assert enter(member.username, factories.PASSWORD, token(member), target).headers["Location"] == "/admin/"


def test_a_session_gets_a_new_key_at_sign_in(member: Account) -> None:
    client = Client()
    client.get("/sign-in/?next=/my/")
    before = client.cookies["sessionid"].value
    client.post(
        "/staff/sign-in/", {"username": member.username, "password": factories.PASSWORD, "token": token(member)}
    )
    assert client.get("/admin/").status_code == 200
    assert client.cookies["sessionid"].value != before
