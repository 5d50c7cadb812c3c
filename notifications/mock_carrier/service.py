"""The mock carrier: ``python -m notifications.mock_carrier.service PORT``. Shares no code with the portal.

It keeps a ledger of every text it made (``GET /ledger``) and misbehaves as told (``POST /knobs``): faults by their
probability, before or after the text was made, from a seed. With a status address it calls back, signed as Twilio does.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from typing import Any, Final

import aiohttp
from aiohttp import web

FAULTS: Final = (
    "error_before",  # 500, nothing made
    "error_after",  # 500, but made
    "reset_before",  # the connection is cut, nothing made
    "reset_after",  # the connection is cut, but made
    "html_before",  # 200 with a page, nothing made
    "html_after",  # 200 with a page, but made
    "slow",  # made at once, answered too late
    "throttle",  # 429 with Retry-After, nothing made
)
PROBLEM: Final = {
    "type": "https://www.twilio.com/docs/api/errors/21211",
    "title": "Invalid 'To' Phone Number",
    "status": 400,
    "detail": "The number is not valid.",
    "instance": "/2010-04-01/Messages",
}
HTML: Final = "<html><body>Please sign in to this network</body></html>"


@dataclass(slots=True)
class Carrier:
    """What it was told to do, and what it did."""

    faults: dict[str, float] = field(default_factory=dict)
    chance: Random = field(default_factory=Random)
    delay: float = 0.0  # seconds of every answer
    slow: float = 3.0  # seconds of a slow one
    retry_after: int = 1
    refused: str = "-"  # numbers ending so get a problem document
    unreached: str = "-"  # numbers ending so are not delivered (30003)
    token: str = ""  # the only one that is let in; "" for any
    fates: float | None = None  # seconds after which a text is delivered or not; None for never
    prefix: str = field(default_factory=lambda: secrets.token_hex(8))
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_number: dict[str, list[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def set(self, knobs: dict[str, Any]) -> None:
        """Take over the knobs that are named; ``seed`` begins the chances anew, ``clear`` empties the ledger."""
        if knobs.pop("clear", False):
            self.prefix = secrets.token_hex(8)
            self.messages.clear()
            self.by_number.clear()
            self.counts.clear()
        if "seed" in knobs:
            self.chance = Random(knobs.pop("seed"))
        for name, value in knobs.items():
            if name not in {"faults", "delay", "slow", "retry_after", "refused", "unreached", "token", "fates"}:
                raise ValueError(name)
            setattr(self, name, value)

    def fault(self, names: tuple[str, ...] = FAULTS) -> str:
        """Which fault happens now; "" for none."""
        at = self.chance.random()
        for name in names:
            at -= self.faults.get(name, 0.0)
            if at < 0:
                self.counts[name] += 1
                return name
        return ""

    def make(self, form: Any) -> dict[str, Any]:
        sid = f"SM{self.prefix}{len(self.messages):016x}"
        made = {
            "sid": sid,
            "to": form["To"],
            "from": form.get("From"),
            "body": form["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "date_created": format_datetime(datetime.fromtimestamp(time.time(), UTC)),
            "error_code": None,
            "error_message": None,
        }
        self.messages[sid] = made
        self.by_number.setdefault(made["to"], []).append(sid)
        if self.fates is not None:
            task = asyncio.get_running_loop().create_task(self.settle(made, str(form.get("StatusCallback") or "")))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return made

    async def settle(self, made: dict[str, Any], address: str) -> None:
        """Deliver it, or not, and say so."""
        await asyncio.sleep(self.fates or 0.0)
        lost = made["to"].endswith(self.unreached)
        made["status"], made["error_code"] = ("undelivered", 30003) if lost else ("delivered", None)
        if address:
            form = {"MessageSid": made["sid"], "MessageStatus": made["status"], "To": made["to"]}
            form |= {"ErrorCode": "30003"} if lost else {}
            headers = {"X-Twilio-Signature": signature(self.token, address, form)}
            async with aiohttp.ClientSession() as session:
                try:
                    async with session.post(address, data=form, headers=headers) as answer:
                        self.counts[f"callback {answer.status}"] += 1
                except aiohttp.ClientError:
                    self.counts["callback lost"] += 1


def signature(token: str, url: str, form: dict[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA-1 over the address and the form's names and values in order, in base64."""
    said = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


@dataclass(slots=True)
class Service:
    """The addresses of the mock carrier."""

    carrier: Carrier = field(default_factory=Carrier)

    def stranger(self, request: web.Request) -> web.Response | None:
        """The answer to whoever has another token than the one that is let in."""
        if not self.carrier.token:
            return None
        login = aiohttp.encode_basic_auth(request.match_info["account"], self.carrier.token)
        if request.headers.get("Authorization") == login:
            return None
        self.carrier.counts["401"] += 1
        return web.json_response({"code": 20003, "message": "Authenticate", "status": 401}, status=401)

    async def create(self, request: web.Request) -> web.StreamResponse:
        carrier, form = self.carrier, await request.post()
        if refused := self.stranger(request):
            return refused
        if carrier.delay:
            await asyncio.sleep(carrier.delay)
        sender = form.get("From") or form.get("MessagingServiceSid")
        if not (form.get("To") and form.get("Body") and sender):
            return web.json_response({"code": 21604, "status": 400}, status=400)
        if str(form["To"]).endswith(carrier.refused):
            return web.json_response(PROBLEM, status=400, content_type="application/problem+json")
        fault = carrier.fault()
        made = None if fault.endswith("before") or fault == "throttle" else carrier.make(form)
        return await self.misbehave(request, fault) if fault else web.json_response(made, status=201)

    async def misbehave(self, request: web.Request, fault: str) -> web.StreamResponse:
        if fault.startswith("error"):
            return web.json_response({"code": 20500, "status": 500}, status=500)
        if fault.startswith("html"):
            return web.Response(text=HTML, content_type="text/html")
        if fault == "throttle":
            headers = {"Retry-After": str(self.carrier.retry_after)}
            return web.json_response({"code": 20429, "status": 429}, status=429, headers=headers)
        if fault == "slow":
            await asyncio.sleep(self.carrier.slow)
            return web.json_response({"sid": "SMlate"}, status=201)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def listed(self, request: web.Request) -> web.StreamResponse:
        if refused := self.stranger(request):
            return refused
        if fault := self.carrier.fault(("error_before", "reset_before", "html_before", "throttle")):
            return await self.misbehave(request, fault)
        size, page = int(request.query.get("PageSize", 50)), int(request.query.get("Page", 0))
        sids = self.carrier.by_number.get(request.query.get("To", ""), [])[::-1]
        rows = [self.carrier.messages[sid] for sid in sids[page * size : (page + 1) * size]]
        further = request.rel_url.update_query(Page=page + 1) if len(sids) > (page + 1) * size else None
        return web.json_response({"messages": rows, "next_page_uri": str(further) if further else None})

    async def one(self, request: web.Request) -> web.StreamResponse:
        if refused := self.stranger(request):
            return refused
        made = self.carrier.messages.get(request.match_info["sid"])
        return web.json_response(made or {"code": 20404, "status": 404}, status=200 if made else 404)

    async def ledger(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"messages": list(self.carrier.messages.values()), "counts": self.carrier.counts})

    async def knobs(self, request: web.Request) -> web.StreamResponse:
        self.carrier.set(json.loads(await request.text()))
        return web.Response(status=204)


def application() -> web.Application:
    """The service."""
    service, served = Service(), web.Application()
    texts = "/2010-04-01/Accounts/{account}/Messages"
    served.add_routes(
        [
            web.post(f"{texts}.json", service.create),
            web.get(f"{texts}.json", service.listed),
            web.get(f"{texts}/{{sid}}.json", service.one),
            web.get("/ledger", service.ledger),
            web.post("/knobs", service.knobs),
        ]
    )
    return served


def main() -> None:
    """Serve on a port of this machine."""
    web.run_app(
        application(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None, keepalive_timeout=60
    )


if __name__ == "__main__":
    main()
