"""A family signs in: the code that is sent to its phone."""

import pytest

from accounts.models import PhoneDevice
from enrollment.account.services.signin import sign_in_code_send
from notifications.models import Message
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_code_travels_in_one_secret_message() -> None:
    sign_in_code_send(phone="19900001234", asker=factories.asker("198.51.100.7"))
    message = Message.objects.get()
    assert message.secret
    assert str(PhoneDevice.objects.get().token) in message.body
