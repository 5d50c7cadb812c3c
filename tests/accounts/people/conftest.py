"""Staff of two counties and their city, and what they type."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation
from django_otp.oath import TOTP

from accounts.models import Account, TokenDevice
from tests import factories

OTHER, CITY = "430703", "4307"


def token(account: Account) -> str:
    """The next one-time password that is taken from this person."""
    device = TokenDevice.objects.get(user=account)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    if totp.t() <= device.last_t:
        totp.drift = device.drift + 1
    return f"{totp.token():06d}"


def signed_in(account: Account) -> Client:
    """A browser in which this person gave password and one-time password."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    session = client.session
    session["otp_device_id"] = TokenDevice.objects.get(user=account).persistent_id
    session.save()
    return client


@pytest.fixture
def official() -> Account:
    factories.world()
    return factories.staff("official")


@pytest.fixture
def second(official: Account) -> Account:
    return factories.staff("official")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Refusals of services are read in English."""
    with translation.override("en"):
        yield
