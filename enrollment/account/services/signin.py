"""Sending the sign-in code: accounts makes it, the outbox carries it, in one transaction."""

from datetime import timedelta

from django.db import transaction

from accounts import services as accounts
from accounts.askers import Asker
from accounts.services import IssuedCode
from foundation import clock
from notifications.services import message_queue


@transaction.atomic
def sign_in_code_send(*, phone: str, asker: Asker) -> IssuedCode:
    """Send a code to a mobile number. Raises Refused (bad number, country, cool-down, too often)."""
    issued = accounts.code_issue(phone=phone, asker=asker)
    message_queue(
        key=issued.key,
        template="sign_in_code",
        params={"code": issued.code},
        account=issued.account,
        secret=True,
        ends=clock.now() + timedelta(seconds=accounts.CODE_SECONDS),
    )
    return issued
