"""SMS through Twilio's Messages resource, many at once on one event loop.

Twilio keeps no key of ours beside a message. The mark it carries is the address of its status callback, which names our
message; a text that may have been handed over is looked for by number, words and time, and the outbox leaves out what
is known as another message's. Two equal texts to one number are therefore told apart by their count.
"""

import json
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from foundation import clock
from foundation.addresses import enciphered
from foundation.loops import loop_of
from notifications.channels import Fate, Letter, NoAnswerError
from notifications.channels.twilio.errors import classed
from notifications.models import Message
from notifications.outcomes import Answer, Kind

CREATED: Final = (200, 201)
LONGEST_ANSWER: Final = 1_000_000  # bytes; a page of a hundred messages takes some ten thousand
LONGEST_REFERENCE: Final = 80
PAGE: Final = 100
MOST_PAGES: Final = 10
SKEW: Final = timedelta(minutes=2)  # between our clock and Twilio's
CALLBACK: Final = "/messages/status/twilio/"
STATES: Final = {
    "delivered": Message.State.DELIVERED,
    "read": Message.State.DELIVERED,
    "undelivered": Message.State.UNDELIVERED,
    "failed": Message.State.UNDELIVERED,
    "canceled": Message.State.UNDELIVERED,
}


def fate_of(status: str, code: str, reference: str) -> Fate:
    """What a message's status says; what is under way counts as sent."""
    return Fate(reference, STATES.get(status, Message.State.SENT), code if code.isdigit() else "")


def callback_url(mark: str) -> str:
    """Where Twilio says what became of a message; "" where it cannot reach us."""
    base = settings.TWILIO_CALLBACK_URL.rstrip("/")
    return f"{base}{CALLBACK}{mark}/" if base else ""


def callback_signed(path: str, params: Mapping[str, str], signature: str) -> bool:
    """Whether Twilio itself calls: its signature is over the address it was given and the form."""
    if not settings.TWILIO_AUTH_TOKEN or not signature:
        return False
    from twilio.request_validator import RequestValidator  # not at the top: it brings an HTTP client along

    url = settings.TWILIO_CALLBACK_URL.rstrip("/") + path
    return bool(RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(url, params, signature))


def _e164(phone: str) -> str:
    return phone if phone.startswith("+") else f"+86{phone}"


class TwilioChannel:
    name = "twilio"
    receipts = True

    def __init__(self) -> None:
        self.window: int = settings.SMS_WINDOW
        self.base = settings.TWILIO_BASE_URL.rstrip("/")
        self.messages = f"{self.base}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages"

    async def send(self, letter: Letter) -> Answer:
        sender = "MessagingServiceSid" if settings.TWILIO_FROM.startswith("MG") else "From"
        form = {"To": _e164(letter.phone), sender: settings.TWILIO_FROM, "Body": letter.body}
        if url := callback_url(letter.mark):
            form["StatusCallback"] = url
        try:
            status, body, headers = await self._call("POST", f"{self.messages}.json", form)
        except NoAnswerError as problem:
            return problem.answer
        sid = body.get("sid") if isinstance(body, dict) else None
        if status in CREATED and isinstance(sid, str) and 0 < len(sid) <= LONGEST_REFERENCE:
            return Answer(Kind.TAKEN, sid)
        return classed(status, body, headers, clock.now())

    async def find(self, letter: Letter) -> list[Fate]:
        """Our texts with these words to this number since the message was made, oldest first."""
        earliest = letter.since - SKEW
        url = f"{self.messages}.json?" + urlencode({"To": _e164(letter.phone), "PageSize": PAGE})
        found: list[Fate] = []
        for _page in range(MOST_PAGES):
            page = await self._asked(url)
            rows = page.get("messages")
            if not isinstance(rows, list):
                raise NoAnswerError(Answer(Kind.DOUBTFUL, detail="Twilio: no list"))
            times = [_made_at(row) for row in rows]
            found += [
                fate_of(str(row.get("status") or ""), str(row.get("error_code") or ""), str(row["sid"]))
                for row, made in zip(rows, times, strict=True)
                if _is_of(row, letter) and (made is None or made >= earliest)
            ]
            further = page.get("next_page_uri")
            if not isinstance(further, str) or not further or any(made and made < earliest for made in times):
                break
            url = urljoin(self.base + "/", further)
        return found[::-1]

    async def fate(self, reference: str) -> Fate:
        row = await self._asked(f"{self.messages}/{reference}.json")
        if row.get("sid") != reference:
            raise NoAnswerError(Answer(Kind.DOUBTFUL, detail="Twilio: another message"))
        return fate_of(str(row.get("status") or ""), str(row.get("error_code") or ""), reference)

    async def _asked(self, url: str) -> dict[str, Any]:
        status, body, headers = await self._call("GET", url, None)
        if status not in CREATED or not isinstance(body, dict):
            raise NoAnswerError(classed(status, body, headers, clock.now()))
        return body

    async def _call(self, method: str, url: str, form: Mapping[str, str] | None) -> tuple[int, Any, Mapping[str, str]]:
        """Status, JSON (None for what is none) and headers. Raises NoAnswerError."""
        # not at the top: every start asks the channel for its settings, only workers send (0.2 s, 5 MB)
        import aiohttp

        # before a connection stands nothing was handed over
        never_sent = (aiohttp.ClientConnectorError, aiohttp.InvalidURL, ssl.SSLError)
        timeout = aiohttp.ClientTimeout(total=settings.SMS_TIMEOUT_SECONDS)
        login = aiohttp.encode_basic_auth(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
        session = loop_of("carrier").http(settings.SMS_TIMEOUT_SECONDS)
        headers = {"Authorization": login, "Accept": "application/json"}
        data = None
        if form is not None:
            data, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        try:
            async with session.request(
                method, url, data=data, headers=headers, allow_redirects=False, timeout=timeout
            ) as answer:
                content = await answer.content.read(LONGEST_ANSWER)
                while not answer.content.at_eof() and len(content) < LONGEST_ANSWER:
                    content += await answer.content.read(LONGEST_ANSWER - len(content))
                return answer.status, _json(content), answer.headers
        except never_sent as problem:
            raise NoAnswerError(Answer(Kind.TRANSIENT, detail=type(problem).__name__)) from problem
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            raise NoAnswerError(Answer(Kind.DOUBTFUL, detail=type(problem).__name__, silent=True)) from problem

    def check_config(self) -> list[str]:
        wanted = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
        found = [_("%(name)s is not set") % {"name": name} for name in wanted if not getattr(settings, name)]
        if not enciphered(self.base):
            found.append(_("%(name)s must be an https:// address") % {"name": "TWILIO_BASE_URL"})
        return found


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _is_of(row: Any, letter: Letter) -> bool:
    """Whether a listed message is one of ours with these words to this number, also where the list was not narrowed.

    A trial account puts a sentence before the words.
    """
    return (
        isinstance(row, dict)
        and bool(row.get("sid"))
        and row.get("direction") != "inbound"
        and row.get("to") in {None, _e164(letter.phone)}
        and str(row.get("body") or "").strip().endswith(letter.body.strip())
    )


def _made_at(row: Any) -> datetime | None:
    """When a listed message was made; None where it does not say."""
    text = row.get("date_created") if isinstance(row, dict) else None
    if not isinstance(text, str):
        return None
    try:
        made = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        try:
            made = datetime.fromisoformat(text)
        except ValueError:
            return None
    return made if made.tzinfo else made.replace(tzinfo=UTC)
