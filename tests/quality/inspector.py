"""Opens pages of the demonstration and says what is wrong with each."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, ViewportSize

from enrollment.assisted.carried import TERMINAL_COOKIE
from tests.quality.demo import Demo, Visit
from tests.waiting import milliseconds

OK = 200
MOST_BYTES = 120_000
PHONE: ViewportSize = {"width": 360, "height": 740}
SCREEN: ViewportSize = {"width": 1280, "height": 800}
HERE = Path(__file__).parent
SIGN_IN = "/sign-in/"
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
TOO_WIDE_PARTS = """() => {
  const scrolls = (e) => e && (["auto", "scroll"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll("main *, header *, footer *")]
    .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter((e) => !scrolls(e))
    .slice(0, 3).map((e) => e.outerHTML.slice(0, 120));
}"""
CONTROLS = """() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const usable = (e) => e.checkVisibility() && !e.matches(":disabled") && e.tabIndex >= 0;
  window.controls = [...document.querySelectorAll(all)].filter(usable);
  return window.controls.length;
}"""
DATES = """() => window.controls.filter((one) => one.type === "date" || one.type === "datetime-local").length"""
FOCUSED = """() => {
  const at = document.activeElement;
  const ringed = (e) => e && (getComputedStyle(e).outlineStyle !== "none" || getComputedStyle(e).boxShadow !== "none");
  const seen = [at, at.closest("label"), at.parentElement].some(ringed);
  return [window.controls.indexOf(at), seen];
}"""
UNREACHED = """(reached) => {
  const met = new Set(reached.map((at) => window.controls[at]));
  const names = new Set([...met].filter((e) => e.type === "radio").map((e) => e.name));
  return window.controls.filter((e) => !met.has(e) && !(e.type === "radio" && names.has(e.name)))
    .slice(0, 3).map((e) => e.outerHTML.slice(0, 120));
}"""
AXE = "() => axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"


@cache
def axe_source() -> str:
    return (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text()


@dataclass(frozen=True, slots=True)
class Look:
    """In which way the pages are looked at."""

    name: str
    language: str = "zh-CN"
    mode: str = "plain"
    scheme: Literal["light", "dark"] = "light"
    terminal: bool = False
    size: ViewportSize = field(default_factory=lambda: PHONE)
    most_bytes: int = MOST_BYTES


@dataclass
class Inspector:
    """One person's window; ``wrong`` gathers what was found, by address."""

    demo: Demo
    look: Look
    context: BrowserContext
    page: Page
    wire: CDPSession
    received: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def open(cls, browser: Browser, demo: Demo, look: Look, who: str, *, cached: bool = False) -> "Inspector":
        context = browser.new_context(
            viewport=look.size, locale=look.language, color_scheme=look.scheme, reduced_motion="reduce"
        )
        cookies = [{"name": "mode", "value": look.mode, "url": demo.url}]
        if look.terminal:
            cookies.append({"name": TERMINAL_COOKIE, "value": demo.terminal, "url": demo.url})
        if who:
            cookies.append({"name": demo.cookie, "value": demo.signed_in(who), "url": demo.url})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        context.set_default_timeout(milliseconds(20))
        page = context.new_page()
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": not cached})
        self = cls(demo, look, context, page, wire)
        wire.on("Network.loadingFinished", self._arrived)
        page.on("request", self._asked)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complain(f"failed: {error}"))
        return self

    def _arrived(self, event: dict[str, Any]) -> None:
        self.received += int(event["encodedDataLength"])

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.demo.url, "data:", "blob:")):
            self.complain(f"asked elsewhere: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complain(f"said in the console: {message.text}")

    def complain(self, text: str) -> None:
        self.wrong.setdefault(self.page.url.removeprefix(self.demo.url), []).append(text)

    def open_page(self, visit: Visit) -> None:
        """Open a page: it answers, no script of it fails, and it asks nobody else."""
        self.received = 0
        answer = self.page.goto(self.demo.url + visit.path, wait_until="load")
        if answer is None or answer.status != OK:
            self.complain(f"answered {answer.status if answer else 'nothing'}")
        elif urlsplit(answer.url).path.endswith(SIGN_IN) and not visit.path.partition("?")[0].endswith(SIGN_IN):
            # a session that is over would be measured as the sign-in page
            self.complain(f"{visit.who or 'nobody'} asked for {visit.path} and was led to sign in")

    def visit(self, visit: Visit) -> None:
        """Open a page, which is light besides. What arrives late belongs to it: look at it before the next."""
        self.open_page(visit)
        if self.received > self.look.most_bytes:
            self.complain(f"{self.received} bytes transferred")

    def axe(self) -> None:
        """No violation of axe-core's rules, everything folded out."""
        self.page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        self.page.evaluate(axe_source())
        for found in self.page.evaluate(AXE):
            nodes = [f"{node['html'][:160]} {node.get('failureSummary', '')[:200]}" for node in found["nodes"][:2]]
            self.complain(f"{found['id']}: {nodes}")

    def keyboard(self) -> None:
        """Tab reaches every control, and where it is can be seen."""
        count = self.page.evaluate(CONTROLS)
        self.page.evaluate("() => { document.activeElement.blur(); window.getSelection().removeAllRanges(); }")
        reached: list[int] = []
        # what scrolls is a stop of its own; a date has one for each of its parts
        for _press in range(2 * count + 4 * self.page.evaluate(DATES) + 5):
            self.page.keyboard.press("Tab")
            at, seen = self.page.evaluate(FOCUSED)
            if at >= 0:
                reached.append(at)
                if not seen:
                    self.complain(f"focus is not seen on control {at}")
        missed = self.page.evaluate(UNREACHED, reached)
        if missed:
            self.complain(f"not reached by keyboard: {missed}")

    def fits(self, width: int, *, text_percent: int = 100) -> None:
        """Nothing sticks out at this width of the window and size of the text."""
        self.page.set_viewport_size({"width": width, "height": 740})
        if text_percent != 100:
            self.page.evaluate(f"() => {{ document.documentElement.style.fontSize = '{text_percent}%'; }}")
        if self.page.evaluate(TOO_WIDE):
            self.complain(f"wider than {width} px at {text_percent} %: {self.page.evaluate(TOO_WIDE_PARTS)}")
        self.page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
        self.page.set_viewport_size(self.look.size)

    def close(self) -> dict[str, list[str]]:
        self.context.close()
        return self.wrong
