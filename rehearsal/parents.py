"""Synthetic parents at work over HTTP: sign in by code, file, correct - through the same API as any other entry."""

import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.conf import settings

from foundation.crypto import blind_index
from identifiers import normalise
from notifications.models import Message
from rehearsal.patience import PATIENCE_SECONDS, Unwell, patient

TOKEN_SPACE = uuid.UUID("2d3c6c2e-7d0a-5a58-8f7e-0a8f0f3f6b51")
UNPROCESSABLE = 422
NOT_FOUND = 404
SERVER_ERROR = 500


def client_token(seed: int, child: str, version: int) -> uuid.UUID:
    """The form's transaction id of a synthetic submission: the same for the same seed."""
    return uuid.uuid5(TOKEN_SPACE, f"{seed}:{child}:{version}")


def newest_code(mobile: str) -> str:
    """The newest sign-in code on a synthetic telephone, read from the outbox; "" for none."""
    index = blind_index("phone", normalise("mobile", mobile))
    newest = Message.objects.filter(account__phone_index=index, template="sign_in_code").order_by("-id").first()
    digits = re.search(r"\d{6}", newest.body if newest else "")
    return digits.group() if digits else ""


@dataclass(slots=True)
class Browser:
    """One parent's connection; kept alive between requests, cookies thrown away between families."""

    http: httpx.Client = field(default_factory=lambda: httpx.Client(base_url=settings.SITE_URL, timeout=60))

    def sign_in(self, mobile: str) -> None:
        """Ask for a code, read it from the outbox (the synthetic telephone), and enter it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        # the next family at the same screen: a session ends, the screen's place at the gate stays
        place = self.http.cookies.get("place")
        self.http.cookies.clear()
        if place:
            self.http.cookies.set("place", place, domain=self.http.base_url.host)
        while True:
            # a refusal here means that a code is on its way already: an earlier request came through unanswered
            self._post("session/code/", {"phone": mobile})
            code = patient(lambda: newest_code(mobile))
            # the database may have been restarted between the cool-down and the message: then none has come yet
            answer = self._post("session/", {"phone": mobile, "code": code}) if code else {}
            if "account" in answer:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"a synthetic parent could not sign in: {answer}")
            time.sleep(1)

    def file(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._post("applications/", body)

    def correct(self, receipt: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._post(f"applications/{receipt}/correction/", body)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to the API; a refusal is an answer (with "code"); a site that is away is waited for.

        Repeating is safe: a submission carries its own token.
        """

        def once() -> dict[str, Any]:
            headers = {"X-CSRFToken": self.http.cookies.get("csrftoken") or ""}
            response = self.http.post(f"/api/v1/{path}", json=body, headers=headers)
            # an answer that is not JSON is not the API's: a session was cut off with the database
            if response.status_code >= SERVER_ERROR or "json" not in response.headers.get("content-type", ""):
                raise Unwell(f"{path}: {response.status_code}")
            if response.status_code not in {UNPROCESSABLE, NOT_FOUND}:
                response.raise_for_status()
            answer: dict[str, Any] = response.json()
            return answer

        return patient(once)
