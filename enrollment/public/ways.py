"""The ways around the public site: the header's, the phone's bottom bar, and the page of help with all pages.

A way is marked as the current one on its own page and on those that belong to it, so that a family sees where it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FAMILYS: Final = ("/my/",)  # pages of a signed-in family


@dataclass(frozen=True, slots=True)
class Way:
    """One way: its words, its drawing, its page, and the beginnings of the addresses that belong to it."""

    words: str | Promise
    icon: str
    view: str
    near: Sequence[str] = ()
    argument: str = ""
    note: str | Promise = ""  # what one finds there, on the page of all pages

    @property
    def link(self) -> str:
        return reverse(self.view, args=[self.argument] if self.argument else [])

    def holds(self, path: str) -> bool:
        return path == self.link or path.startswith(tuple(self.near))


APPLY: Final = Way(pgettext_lazy("menu", "Apply"), "apply", "enrollment:sign-in", ("/sign-in/",))
MINE: Final = Way(_("My children"), "child", "enrollment:home", FAMILYS)
SCHOOLS: Final = Way(pgettext_lazy("menu", "Find a school"), "search", "enrollment:find-school", ("/schools/",))
DATES: Final = Way(pgettext_lazy("menu", "Dates and rules"), "dates", "enrollment:calendar", ("/policies/",))
RESULTS: Final = Way(pgettext_lazy("menu", "Results"), "result", "lottery:results", ("/results/", "/classes/"))
FRONT: Final = Way(pgettext_lazy("menu", "Home"), "home", "enrollment:landing")
HELP_NEAR: Final = ("/guides/", "/contacts/", "/notices/", "/check/", "/status/", "/about/", "/call-back/")
HELP: Final = Way(pgettext_lazy("menu", "Help"), "help", "enrollment:help", HELP_NEAR)


@dataclass(frozen=True, slots=True)
class Shown:
    """A way as a page shows it: whether it leads to this very page, or to what this page belongs to."""

    way: Way
    here: str  # what aria-current says: "page", "true" (a page that belongs to it), or ""


def header_ways(request: HttpRequest) -> Iterator[Shown]:
    """A family that is signed in applies from the page of its children; before that the two are two ways.

    Who works here has no children's page.
    """
    user = request.user
    first = () if user.is_staff else (MINE,) if user.is_authenticated else (APPLY, MINE)
    return _shown((*first, SCHOOLS, DATES, RESULTS, HELP), request.path)


def bar_ways(request: HttpRequest) -> Iterator[Shown]:
    """The four at the foot of a phone's screen."""
    ways = (FRONT, SCHOOLS, RESULTS, HELP) if request.user.is_staff else (FRONT, MINE, RESULTS, HELP)
    return _shown(ways, request.path)


def _shown(ways: Sequence[Way], path: str) -> Iterator[Shown]:
    for way in ways:
        here = "page" if path == way.link else "true" if way.holds(path) else ""
        yield Shown(way, here)


ALL: Final[Sequence[tuple[str | Promise, Sequence[Way]]]] = (
    (
        _("When you need help"),
        (
            Way(_("Whom to call"), "call", "enrollment:contacts", note=_("bureau, service points near you, schools")),
            Way(_("Ask for a call"), "call", "helpdesk:call-back", note=_("leave your number, we call you")),
            Way(_("How to apply"), "apply", "enrollment:guides", note=_("step by step, and for your situation")),
            Way(_("Notices"), "news", "enrollment:notices", note=_("what the bureau has announced")),
        ),
    ),
    (
        _("Before you apply"),
        (
            Way(_("Find my school"), "search", "enrollment:find-school", note=_("the school of your address")),
            Way(_("Check eligibility"), "guard", "enrollment:eligibility", note=_("a few questions, nothing is kept")),
            Way(_("Schools"), "school", "enrollment:schools", note=_("seats, zones, what they offer, telephones")),
            Way(
                _("Season calendar"),
                "dates",
                "enrollment:calendar",
                note=_("every date, and how long until then"),
            ),
            Way(_("Policies"), "rules", "enrollment:policies", note=_("the rules that decide, in plain words")),
        ),
    ),
    (
        _("Results and draws"),
        (
            Way(_("Draws and results"), "result", "lottery:results", note=_("cut-offs of every school")),
            Way(_("How to check a draw"), "balls", "lottery:verify", note=_("recompute it yourself")),
            Way(_("Classes"), "child", "lottery:classes-all", note=_("how the classes were made")),
            Way(
                _("Is a print genuine?"),
                "guard",
                "enrollment:check-by-hand",
                note=_("letter or receipt, by its number"),
            ),
        ),
    ),
    (
        _("About this portal"),
        (
            Way(_("Your data"), "guard", "enrollment:about", argument="privacy"),
            Way(_("How we decide"), "rules", "enrollment:about", argument="decisions"),
            Way(_("Accessibility"), "child", "enrollment:about", argument="accessibility"),
            Way(_("Languages"), "news", "enrollment:about", argument="languages"),
            Way(_("Status"), "result", "enrollment:status", note=_("whether everything works at this moment")),
        ),
    ),
)
