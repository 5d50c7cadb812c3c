"""SMS through Twilio. To mainland numbers: no links in the text and at most 500 characters (carrier rules)."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import gettext as _
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from notifications.channels import ChannelError

MAX_CHARACTERS = 500
TIMEOUT_SECONDS = 10  # far below the outbox's lease
BAD_REQUEST = range(400, 500)
TOO_MANY = 429


def _e164(phone: str) -> str:
    return phone if phone.startswith("+") else f"+86{phone}"


@contextmanager
def _translated() -> Iterator[None]:
    """Twilio's errors as ours; the texts carry codes only, never the number or the message."""
    try:
        yield
    except TwilioRestException as problem:
        permanent = problem.status in BAD_REQUEST and problem.status != TOO_MANY
        raise ChannelError(f"Twilio {problem.status} {problem.code}", permanent=permanent) from problem
    except (TwilioException, OSError) as problem:
        raise ChannelError(type(problem).__name__) from problem


class TwilioChannel:
    name = "twilio"

    def send(self, *, key: str, phone: str, body: str) -> str:  # noqa: ARG002 - Twilio keeps no key of ours
        if len(body) > MAX_CHARACTERS or "://" in body:
            raise ChannelError("mainland carriers refuse links and texts over 500 characters", permanent=True)
        with _translated():
            made = self._client().messages.create(to=_e164(phone), from_=settings.TWILIO_FROM, body=body)
        return str(made.sid)

    def find(self, *, key: str, phone: str, body: str) -> str:  # noqa: ARG002 - found by number and text
        with _translated():
            recent = self._client().messages.list(to=_e164(phone), limit=20)
        return next((str(message.sid) for message in recent if message.body == body), "")

    def _client(self) -> Client:
        http = TwilioHttpClient(timeout=TIMEOUT_SECONDS)
        return Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)

    def check_config(self) -> list[str]:
        wanted = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
        return [_("%(name)s is not set") % {"name": name} for name in wanted if not getattr(settings, name)]
