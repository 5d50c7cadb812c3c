"""The one menu of everybody who works here: by task, and only what the person's role opens.

The theme's pages show it as their sidebar, our own pages as theirs (``templates/base.html``). Each line names the
abilities of which one opens its page; a test follows every line as every role.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.abilities import Ability
from accounts.scopes import Scope, scope
from accounts.staff_site import is_verified_staff
from enrollment.cases.owners import OWNER
from imports.kinds import keepers

NEAR: Final = ("/admin/", "/official/", "/staff/", "/assist/", "/witness/")  # where a page of staff may lie


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. ``abilities``: one of them opens it; none: everybody who works here."""

    title: str | Promise
    icon: str
    view: str
    abilities: Sequence[Ability] = ()
    query: str = ""

    def link(self) -> str:
        return reverse(self.view) + self.query

    def opens_for(self, may: Scope) -> bool:
        return not self.abilities or any(may.any(one, departments=_departments(one)) for one in self.abilities)


def _departments(ability: Ability) -> frozenset[str] | None:
    """The departments whose officers find something behind a line of this ability ("": who is of none); None: all.

    Every officer has the abilities of the role, but not every department keeps a list or owns a data item.
    """
    if ability is Ability.LISTS_OWN:
        return keepers()
    return frozenset({"", *OWNER.values()}) if ability is Ability.FIGURES_VIEW else None


LISTS: Final = (Ability.LISTS_IMPORT, Ability.LISTS_OWN)
IMPORTS: Final = (*LISTS, Ability.SEASON_EDIT)
REVIEW: Final = (Ability.APPLICATION_REVIEW,)
CASES: Final = (*REVIEW, Ability.AUDIT_VIEW)
TEXTS: Final = (Ability.SEASON_EDIT, Ability.AUDIT_VIEW)
FIGURES: Final = (Ability.FIGURES_VIEW,)
PETITIONS: Final = (Ability.PETITION_HANDLE, Ability.AUDIT_VIEW)
APPEALS: Final = (*REVIEW, Ability.ROUND_CONFIRM, Ability.AUDIT_VIEW)
MENU: Final[Sequence[tuple[str | Promise, Sequence[Entry]]]] = (
    (
        _("Work to do"),
        (
            Entry(_("My day"), "today", "admin:index"),
            Entry(_("Cases to decide"), "inbox", "enrollment:desk", REVIEW),
            Entry(_("Decide alike cases"), "stacks", "enrollment:desk-alike", REVIEW),
            Entry(_("Second readings"), "rule", "enrollment:desk-readings", REVIEW),
            Entry(_("Errands"), "event_note", "enrollment:desk-errands", REVIEW),
            Entry(_("Appeals"), "balance", "admin:enrollment_appeal_changelist", APPEALS),
            Entry(_("Checks on the spot"), "home_pin", "enrollment:on-site", REVIEW),
            Entry(_("Cases with departments"), "hub", "enrollment:cases", REVIEW),
            Entry(_("Questions to my department"), "forum", "enrollment:enquiries", (Ability.CASE_ANSWER,)),
            Entry(_("False declarations"), "gavel", "enrollment:declarations", REVIEW),
            Entry(_("Petitions"), "diversity_3", "helpdesk:petitions", PETITIONS),
            Entry(_("Places nobody answers"), "hourglass_bottom", "enrollment:unanswered", REVIEW),
            Entry(_("Children without a place"), "person_search", "enrollment:without-place", REVIEW),
            Entry(_("Families to call"), "call", "admin:notifications_message_changelist", REVIEW, "?reach=unreached"),
            Entry(_("Call-backs"), "phone_callback", "helpdesk:calls", (Ability.HELP_GIVE,)),
        ),
    ),
    (
        _("Applications"),
        (
            Entry(
                _("All applications"),
                "folder_open",
                "admin:enrollment_application_changelist",
                (Ability.APPLICATION_VIEW,),
                "?desk=all",
            ),
            Entry(_("Letters"), "mail", "admin:enrollment_letter_changelist", (Ability.APPLICATION_VIEW,)),
            Entry(_("Help a family to file"), "support_agent", "enrollment:assist", (Ability.APPLICATION_ASSIST,)),
            Entry(_("Signed papers"), "draw", "enrollment:assist-papers", (Ability.ASSIST_MANAGE,)),
            Entry(_("Terminals"), "tablet", "enrollment:terminals", (Ability.ASSIST_MANAGE,)),
        ),
    ),
    (
        _("Rounds and draws"),
        (
            Entry(_("Rounds, draws and admission"), "how_to_vote", "lottery:official-rounds"),
            Entry(_("Check-in"), "how_to_reg", "lottery:check-in-schools", (Ability.CLASSES_RUN,)),
            Entry(_("Classes"), "groups", "lottery:classes", (Ability.CLASSES_RUN, Ability.ROUND_CONFIRM)),
        ),
    ),
    (
        _("Season and schools"),
        (
            Entry(_("Set up the season"), "checklist", "enrollment:season-front", (Ability.SEASON_EDIT,)),
            Entry(_("Imports"), "upload_file", "imports:front", IMPORTS),
            Entry(_("Lists and guides"), "volunteer_activism", "enrollment:lists", LISTS),
            Entry(_("Schools"), "school", "admin:schools_school_changelist"),
            Entry(_("Seat plans"), "chair", "admin:schools_seatplan_changelist"),
            Entry(_("Zones"), "map", "admin:schools_zone_changelist"),
            Entry(_("Rules"), "policy", "admin:enrollment_policyversion_changelist"),
            Entry(_("Wordings of reasons"), "format_quote", "enrollment:desk-reasons", (Ability.SEASON_EDIT,)),
        ),
    ),
    (
        _("Messages and figures"),
        (
            Entry(_("Messages"), "sms", "admin:notifications_message_changelist", (Ability.APPLICATION_VIEW,)),
            Entry(_("Texts and their cost"), "receipt_long", "notifications:sent", TEXTS),
            Entry(_("Problem register"), "report", "enrollment:case-register", CASES),
            Entry(_("Data gaps"), "rule_settings", "enrollment:data-gaps", CASES),
            Entry(_("Figures of the data items"), "monitoring", "verification:figures", FIGURES),
            Entry(_("Agencies"), "hub", "admin:verification_agencyswitch_changelist", (Ability.AGENCY_SWITCH,)),
            Entry(_("Articles"), "article", "admin:helpdesk_article_changelist"),
            Entry(_("Page views"), "monitoring", "admin:helpdesk_pageviews_changelist", (Ability.SEASON_EDIT,)),
            Entry(_("Trust"), "verified_user", "trust", (Ability.AUDIT_VIEW,)),
            Entry(_("Log of access"), "shield_person", "admin:audit_entry_changelist", (Ability.AUDIT_VIEW,)),
        ),
    ),
    (
        _("People"),
        (
            Entry(_("People who work here"), "badge", "people:list", (Ability.STAFF_MANAGE,)),
            Entry(_("My account and leave"), "person", "people:me"),
            Entry(_("The public site"), "public", "enrollment:landing"),
        ),
    ),
)


def groups(may: Scope) -> list[tuple[str | Promise, list[Entry]]]:
    """The groups of the menu with the lines that somebody's role opens."""
    shown = [(title, [one for one in entries if one.opens_for(may)]) for title, entries in MENU]
    return [(title, entries) for title, entries in shown if entries]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu in the form of the theme's sidebar."""
    return [
        {
            "title": title,
            "separator": True,
            "items": [{"title": one.title, "icon": one.icon, "link": one.link()} for one in entries],
        }
        for title, entries in groups(scope(request.user))
    ]


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu beside our own pages: groups of (link, title, whether one is there); ``finds``: with the search."""

    groups: Sequence[tuple[str | Promise, Sequence[tuple[str, str | Promise, bool]]]]
    finds: bool


def menu(request: HttpRequest) -> Menu | None:
    """The menu where a page is one of staff and who asks works here; else None."""
    if not request.path.startswith(NEAR) or not is_verified_staff(request):
        return None
    may = scope(request.user)
    shown = [
        (title, [(link := one.link(), one.title, link.partition("?")[0] == request.path) for one in entries])
        for title, entries in groups(may)
    ]
    return Menu(shown, may.any(Ability.APPLICATION_REVIEW))
