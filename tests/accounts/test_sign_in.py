"""Signing in by a code: one a minute, five wrong ones lock, a right one works once; one person is one account."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_otp.oath import TOTP

from accounts.askers import Asker, mark_of
from accounts.identity import sessions_end
from accounts.models import Account, PhoneDevice, TokenDevice
from accounts.services import (
    IssuedCode,
    code_issue,
    code_verify,
    guardian_identify,
    staff_create,
    totp_confirm,
)
from foundation import clock
from foundation.codes import TRIES
from foundation.errors import Refused
from tests import factories

pytestmark = pytest.mark.django_db
PHONE = "19900001234"


AT_HOME = factories.asker("198.51.100.7")


def issued(asker: Asker = AT_HOME) -> IssuedCode:
    return code_issue(phone=PHONE, asker=asker)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def refused(code: str, asker: Asker = AT_HOME) -> str:
    with pytest.raises(Refused) as problem:
        code_verify(phone=PHONE, code=code, asker=asker)
    return problem.value.code


def test_the_right_code_signs_in_once() -> None:
    made = issued()
    spaced = f"{made.code[:3]} {made.code[3:]}"
    assert code_verify(phone="+86 199-0000-1234", code=spaced, asker=AT_HOME).pk == made.account.pk
    assert refused(made.code) == "expired"


def test_an_expired_code_is_not_counted_as_wrong() -> None:
    made = issued()
    PhoneDevice.objects.update(valid_until=timezone.localtime() - timedelta(seconds=1))
    assert refused(made.code) == "expired"
    assert PhoneDevice.objects.get().tries == {}


def test_five_wrong_codes_from_one_address_lock_even_the_right_one() -> None:
    made = issued()
    answers = [refused(wrong(made.code)) for _ in range(TRIES)]
    assert answers == ["wrong_code"] * (TRIES - 1) + ["locked"]
    assert refused(made.code) == "locked"
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert refused(made.code) == "expired"
        assert code_verify(phone=PHONE, code=issued().code, asker=AT_HOME).pk == made.account.pk


def test_a_strangers_wrong_codes_do_not_shut_the_family_out() -> None:
    """Not the browser that had the code sent, not one that signed in before, and nobody elsewhere."""
    made = issued()
    stranger = factories.asker("203.0.113.9")
    for _try in range(TRIES):
        refused(wrong(made.code), stranger)
    assert refused(made.code, stranger) == "locked"
    who_asked = Asker(address=stranger.address, ask=made.key)  # behind the stranger's own address
    assert code_verify(phone=PHONE, code=made.code, asker=who_asked).pk == made.account.pk


def test_strangers_at_many_addresses_have_twenty_tries_a_day_and_the_family_has_its_own() -> None:
    made = issued()
    answers = [refused(wrong(made.code), factories.asker(f"203.0.113.{at}")) for at in range(22)]
    assert answers[:19] == ["wrong_code"] * 19
    assert set(answers[19:]) == {"locked"}
    assert refused(made.code) == "locked"  # so is an address that never tried
    own = Asker(address="203.0.113.1", marks=frozenset({mark_of(made.account)}), device="telephone")
    assert refused(wrong(made.code), own) == "wrong_code"
    assert code_verify(phone=PHONE, code=made.code, asker=own).pk == made.account.pk


def test_a_browser_whose_code_was_tried_in_vain_asks_for_another() -> None:
    made = issued()
    here = Asker(address="198.51.100.7", ask=made.key)
    for _try in range(TRIES):
        refused(wrong(made.code), here)
    assert refused(made.code, here) == "locked"
    with clock.at(clock.now() + timedelta(seconds=61)):
        again = issued()
        new = Asker(address="198.51.100.7", ask=again.key)
        assert code_verify(phone=PHONE, code=again.code, asker=new).pk == made.account.pk


def test_a_browser_signed_out_everywhere_is_a_strangers_again() -> None:
    account = issued().account
    own = Asker(marks=frozenset({mark_of(account)}))
    assert own.knows(account)
    assert not own.knows(sessions_end(account=account))


def test_a_right_code_forgets_earlier_slips() -> None:
    made = issued()
    refused(wrong(made.code))
    code_verify(phone=PHONE, code=made.code, asker=AT_HOME)
    assert PhoneDevice.objects.get().tries == {}


def test_codes_are_sent_once_a_minute_and_say_how_long_to_wait() -> None:
    issued()
    with pytest.raises(Refused) as problem:
        issued()
    assert problem.value.code == "cool_down"
    assert any(character.isdigit() for character in problem.value.message)
    PhoneDevice.objects.update(last_generated_timestamp=timezone.localtime() - timedelta(seconds=61))
    assert issued().account == Account.objects.get()


@pytest.mark.parametrize("phone", ["", "12345", "0736-7222222", "1990000123", "99999999999"])
def test_a_number_that_is_no_mobile_is_refused_at_its_field(phone: str) -> None:
    with pytest.raises(Refused) as problem:
        code_issue(phone=phone, asker=AT_HOME)
    assert problem.value.field == "phone"
    assert not Account.objects.exists()


def test_an_unknown_number_is_answered_like_one_whose_code_ran_out() -> None:
    assert refused("123456") == "expired"
    issued()
    PhoneDevice.objects.update(valid_until=timezone.localtime() - timedelta(seconds=1))
    assert refused("123456") == "expired"


def test_one_person_is_one_account() -> None:
    mother, other = factories.guardian(), factories.guardian()
    number = factories.adult_number()
    guardian_identify(account=mother, name="合成家长", id_number=number)
    guardian_identify(account=mother, name="合成家长", id_number=number)
    with pytest.raises(Refused) as problem:
        guardian_identify(account=other, name="合成家长", id_number=f" {number.lower()} ")
    assert (problem.value.code, problem.value.field) == ("duplicate_person", "guardian_id")


def test_personal_fields_are_not_readable_in_the_database() -> None:
    account = guardian_identify(account=factories.guardian(), name="合成家长", id_number=factories.adult_number())
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone, id_number FROM accounts_account WHERE id = %s", [account.pk])
        stored = " ".join(cursor.fetchone())
    for secret in (account.name, account.phone, account.id_number):
        assert secret
        assert secret not in stored


def test_a_one_time_password_confirms_once() -> None:
    account, device = staff_create(
        username="official", password=factories.PASSWORD, name="合成职员", roles=[("official", "430702", "")]
    )
    token = f"{TOTP(device.bin_key).token():06d}"
    totp_confirm(account=account, token=f"{token[:3]} {token[3:]}")
    with pytest.raises(Refused):
        totp_confirm(account=account, token=token)
    TokenDevice.objects.all().delete()
    with pytest.raises(Refused):
        totp_confirm(account=account, token=token)
