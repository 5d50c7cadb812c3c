"""A face service with a page of its own: announced by the server, done in the browser, asked for by the server.

Each request is signed over method, path, time, nonce and body with the shared secret (HMAC-SHA256). So is each answer,
over the nonce it answers: an answer to another request, a changed one, or one for another person is no answer.
"""

import hashlib
import hmac
import json
import secrets
from typing import Any, Final
from urllib.parse import urlsplit

from accounts.face.model import Asked, FaceFailed, Outcome, Result, Session
from accounts.face.service import FaceService
from accounts.outside import Silent, ask
from foundation import clock

LONGEST_SESSION: Final = 100
LONGEST_PAGE: Final = 500
MOST_LEFT: Final = 99


def signature(secret: str, *parts: str, body: bytes = b"") -> str:
    """The keyed digest over these lines and the body's digest (64 hex digits)."""
    text = "\n".join([*parts, hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def person_digest(secret: str, asked: Asked) -> str:
    """Whom a check is about, as both sides compute it: the service proves by it whom it compared."""
    return signature(secret, "PERSON", asked.reference, asked.name, asked.id_number)


class SignedRedirect:
    """The adapter (``accounts.face.model.FaceAdapter``) to such a service."""

    def __init__(self, service: FaceService) -> None:
        self.service = service

    def begin(self, asked: Asked) -> Session:
        found = self._asked(
            self.service.begin,
            {
                "reference": asked.reference,
                "name": asked.name,
                "id_number": asked.id_number,
                "return": asked.back,
                "language": asked.language,
            },
        )
        made = Session(str(found.get("session", "")), str(found.get("page", "")))
        if not 0 < len(made.name) <= LONGEST_SESSION or not made.name.isprintable():
            raise FaceFailed("silent", "begin: no session")
        if len(made.page) > LONGEST_PAGE or not made.page.startswith(self.service.pages):
            raise FaceFailed("silent", "begin: a page elsewhere")  # a family is sent nowhere else
        return made

    def result(self, asked: Asked, session: str) -> Result:
        found = self._asked(self.service.result, {"session": session, "reference": asked.reference})
        if (found.get("session"), found.get("reference")) != (session, asked.reference):
            raise FaceFailed("silent", "result: of another check")
        try:
            outcome = Outcome(str(found.get("result", "")))
        except ValueError as unknown:
            raise FaceFailed("silent", "result: an unknown word") from unknown
        person = str(found.get("person", ""))
        same = hmac.compare_digest(person.encode(), person_digest(self.service.client_secret, asked).encode())
        if outcome is Outcome.PASSED and not same:
            raise FaceFailed("silent", "result: of another person")
        left = found.get("left", 0)
        sound = isinstance(left, int) and not isinstance(left, bool) and 0 <= left <= MOST_LEFT
        return Result(outcome, left if sound else 0)

    def _asked(self, url: str, wanted: dict[str, str]) -> dict[str, Any]:
        secret, body, nonce = self.service.client_secret, json.dumps(wanted).encode(), secrets.token_urlsafe(18)
        path, now = urlsplit(url).path, str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Client": self.service.client_id,
            "X-Time": now,
            "X-Nonce": nonce,
            "X-Signature": signature(secret, "POST", path, now, nonce, body=body),
        }
        try:
            found, answer = ask("POST", url, headers=headers, content=body)
        except Silent as silent:
            raise FaceFailed("silent", silent.why) from silent
        given = answer.headers.get("X-Signature", "")
        if not hmac.compare_digest(given.encode(), signature(secret, "ANSWER", nonce, body=answer.content).encode()):
            raise FaceFailed("silent", f"{path}: not signed by the service")
        return found
