"""Synthetic parents at work over HTTP: sign in by code, file, correct - through the same API as any other entry."""

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from django.conf import settings

from foundation.crypto import blind_index
from notifications.models import Message

TOKEN_SPACE = uuid.UUID("2d3c6c2e-7d0a-5a58-8f7e-0a8f0f3f6b51")
UNPROCESSABLE = 422
NOT_FOUND = 404


def client_token(seed: int, child: str, version: int) -> uuid.UUID:
    """The form's transaction id of a synthetic submission: the same for the same seed."""
    return uuid.uuid5(TOKEN_SPACE, f"{seed}:{child}:{version}")


@dataclass(slots=True)
class Browser:
    """One parent's connection; kept alive between requests, cookies thrown away between families."""

    http: httpx.Client = field(default_factory=lambda: httpx.Client(base_url=settings.SITE_URL, timeout=60))

    def sign_in(self, mobile: str) -> None:
        """Ask for a code, read it from the outbox (the synthetic telephone), and enter it."""
        self.http.cookies.clear()
        phone = self._post("session/code/", {"phone": mobile})["phone"]
        self._post("session/", {"phone": phone, "code": self._code(phone)})

    def _code(self, phone: str) -> str:
        index = blind_index("phone", phone)
        newest = Message.objects.filter(account__phone_index=index, template="sign_in_code").order_by("-id").first()
        digits = re.search(r"\d{6}", newest.body if newest else "")
        if digits is None:
            raise RuntimeError("the code did not reach the outbox")
        return digits.group()

    def file(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._post("applications/", body)

    def correct(self, receipt: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._post(f"applications/{receipt}/correction/", body)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to the API; a refusal is an answer (with "code"), anything else unexpected raises."""
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken") or ""}
        response = self.http.post(f"/api/v1/{path}", json=body, headers=headers)
        if response.status_code not in {UNPROCESSABLE, NOT_FOUND}:
            response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer
