"""A browser of somebody who works here, behind password and one-time password."""

from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import Account, TokenDevice


def signed_in(account: Account, language: str = "") -> Client:
    """Signed in as ``account``; ``language`` is the browser's, "" for one that names none."""
    client = Client(headers={"accept-language": language} if language else {})
    client.force_login(account)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = TokenDevice.objects.get(user=account).persistent_id
    session.save()
    return client
