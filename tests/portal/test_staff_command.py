"""``manage.py staff``: what is printed is what signs in, and nonsense is refused before anything is stored."""

import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import totp

from accounts.models import Account, Role, TokenDevice
from audit.models import Entry
from tests import factories

pytestmark = pytest.mark.django_db
NEW = ("create", "li.na", "--name", "合成职员")


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("staff", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    before = (Account.objects.count(), Role.objects.count(), TokenDevice.objects.count(), Entry.objects.count())
    with pytest.raises(CommandError) as told:
        said(*arguments)
    after = (Account.objects.count(), Role.objects.count(), TokenDevice.objects.count(), Entry.objects.count())
    assert after == before
    return str(told.value)


def token(printed: str) -> str:
    """The one-time password an authenticator shows that scanned what was printed."""
    from base64 import b32decode

    url = re.search(r"otpauth://\S+", printed)
    assert url is not None
    return f"{totp(b32decode(parse_qs(urlsplit(url[0]).query)['secret'][0])):06d}"


def signs_in(printed: str) -> bool:
    password = re.search(r"password: (\S+)", printed)
    assert password is not None
    client = Client()
    answer: Any = client.post(
        "/staff/sign-in/", {"username": "li.na", "password": password[1], "token": token(printed)}, follow=True
    )
    return bool(answer.wsgi_request.user.is_authenticated and client.get("/admin/").status_code == 200)


def test_the_first_administrator_signs_in_with_what_was_printed() -> None:
    factories.world()
    printed = said(*NEW, "--role", "official:430702")
    assert "█" in printed or "▀" in printed  # a code to scan
    assert signs_in(printed)
    assert Entry.objects.filter(action="staff.create").count() == 1


def test_a_reset_ends_what_was_and_makes_what_signs_in() -> None:
    factories.world()
    first = said(*NEW, "--role", "official:430702")
    second = said("reset", "li.na")
    assert not signs_in(first)
    assert signs_in(second)
    assert TokenDevice.objects.filter(user__username="li.na").count() == 1


def test_who_is_disabled_is_out_at_once_and_may_come_back() -> None:
    factories.world()
    printed = said(*NEW, "--role", "official:430702")
    client, account = Client(), Account.objects.get(username="li.na")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/session/stay/").wsgi_request.user.is_authenticated
    said("disable", "li.na")
    assert not client.get("/session/stay/").wsgi_request.user.is_authenticated
    assert "(disabled)" in said("list")
    assert not signs_in(printed)
    said("enable", "li.na")
    assert "(disabled)" not in said("list")


def test_roles_are_given_taken_and_listed_by_division() -> None:
    factories.world()
    said(*NEW, "--role", "official:430702", "--role", "official:430702")
    assert "official:430702, reviewer:430702:WL01" in said("roles", "li.na", "--add", "reviewer:430702:WL01")
    assert "reviewer" not in said("roles", "li.na", "--remove", "reviewer:430702:WL01")
    assert "li.na" in said("list", "--district", "4307")
    assert "li.na" not in said("list", "--district", "4301")
    changes = Entry.objects.filter(action="staff.roles").order_by("pk").values_list("details", flat=True)
    assert [(len(one["given"]), len(one["taken"])) for one in changes] == [(1, 0), (0, 1)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((*NEW, "--role", "nosuchrole:430702"), "nosuchrole"),
        ((*NEW, "--role", "official"), "role:division"),
        ((*NEW, "--role", "official:43070"), "43070"),
        ((*NEW, "--role", "official:武陵区"), "武陵区"),
        ((*NEW, "--role", "reviewer:430702:NOWHERE"), "NOWHERE"),
        (("create", "Li Na", "--name", "合成", "--role", "official:430702"), "small letters"),
        (("roles", "nobody", "--add", "official:430702"), "nobody"),
        (("disable", "nobody"), "nobody"),
        (("reset", "nobody"), "nobody"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_stored(arguments: tuple[str, ...], words: str) -> None:
    assert words in refused(*arguments)


@pytest.mark.parametrize("password", ["short", "password1234", "aaaaaaaaaaaa\n", ""])
def test_a_weak_password_is_refused(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    if password.startswith("a"):
        said(*NEW, "--role", "official:430702", "--password-stdin")  # long and in no list: taken
        assert Account.objects.filter(username="li.na").exists()
    else:
        refused(*NEW, "--role", "official:430702", "--password-stdin")


def test_a_name_is_taken_once_and_a_role_not_held_cannot_be_taken() -> None:
    said(*NEW, "--role", "official:430702")
    refused(*NEW, "--role", "official:430702")
    assert "does not hold" in refused("roles", "li.na", "--remove", "notary:430702")


def test_a_family_is_no_member_of_staff() -> None:
    factories.family(factories.world()).submit()
    parent = Account.objects.get(kind="guardian")
    assert parent.username in refused("disable", parent.username)
