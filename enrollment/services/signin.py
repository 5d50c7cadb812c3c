"""Sending the sign-in code: accounts makes it, the outbox carries it, in one transaction."""

from datetime import timedelta

from django.db import transaction

from accounts import services as accounts
from foundation import clock
from notifications.services import message_queue


@transaction.atomic
def sign_in_code_send(*, phone: str) -> str:
    """Send a code to a mobile number; returns the normalised number. Raises Refused (bad number, cool-down, locked)."""
    issued = accounts.code_issue(phone=phone)
    message_queue(
        key=issued.key,
        template="sign_in_code",
        params={"code": issued.code},
        account=issued.account,
        secret=True,
        ends=clock.now() + timedelta(seconds=accounts.CODE_SECONDS),
    )
    return issued.phone
