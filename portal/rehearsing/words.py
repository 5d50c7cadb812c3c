"""What the pages call the phases, problems, planted errors and unusual families of a rehearsal."""

import re
from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, ngettext_lazy, pgettext_lazy

from enrollment.seasons.models import ApplicationState
from portal.rehearsing.report import Finding
from verification.models import Agency

PHASES: Final[Mapping[str, Promise]] = {
    "season": pgettext_lazy("rehearsal", "The season is loaded"),
    "city": pgettext_lazy("rehearsal", "Families and registers are made up"),
    "filing": pgettext_lazy("rehearsal", "Families apply"),
    "verification": pgettext_lazy("rehearsal", "Registers are asked"),
    "review": pgettext_lazy("rehearsal", "A reviewer decides what needs a person"),
    "draw": pgettext_lazy("rehearsal", "Rounds close, the roll is frozen and drawn"),
    "admission": pgettext_lazy("rehearsal", "Places are computed and published"),
    "messages": pgettext_lazy("rehearsal", "Messages go out (into a file)"),
    "certificate": pgettext_lazy("rehearsal", "Witnesses sign"),
    "answers": pgettext_lazy("rehearsal", "Families answer"),
    "classes": pgettext_lazy("rehearsal", "Classes are formed"),
}
PROBLEMS: Final = {
    "approvals": ngettext_lazy(
        "%(count)d application was approved without anybody looking although its data were wrong.",
        "%(count)d applications were approved without anybody looking although their data were wrong.",
        "count",
    ),
    "certificates": ngettext_lazy(
        "%(count)d admission run has no valid certificate.",
        "%(count)d admission runs have no valid certificate.",
        "count",
    ),
    "unsettled": ngettext_lazy(
        "%(count)d application came to no end.", "%(count)d applications came to no end.", "count"
    ),
    "refused": ngettext_lazy(
        "%(count)d child could not apply: the form refused what the family gave.",
        "%(count)d children could not apply: the form refused what their families gave.",
        "count",
    ),
    "kinds": ngettext_lazy(
        "%(count)d unusual family ended otherwise than is right for it.",
        "%(count)d unusual families ended otherwise than is right for them.",
        "count",
    ),
    "unchecked": ngettext_lazy("Not every check was made.", "Not every check was made.", "count"),
    "messages": ngettext_lazy("%(count)d message could not be sent.", "%(count)d messages could not be sent.", "count"),
    "needless": ngettext_lazy(
        "%(count)d family had to answer a person although every register could tell what the rules ask.",
        "%(count)d families had to answer a person although every register could tell what the rules ask.",
        "count",
    ),
}
REFUSALS: Final[Mapping[str, Promise]] = {
    "second_document": lazy("The child had applied by another document already: rightly refused"),
    "invalid": lazy("An answer was not accepted"),
}
ERRORS: Final[Mapping[str, Promise]] = {
    "missing": lazy("no record"),
    "wrong_name": lazy("another name"),
    "wrong_address": lazy("another address"),
    "wrong_share": lazy("another share"),
    "wrong_months": lazy("too few months"),
    "wrong_parents": lazy("other parents"),
    "wrong_custody": lazy("another custody"),
    "wrong_status": lazy("another status"),
    "wrong_grade": lazy("another grade"),
    "stale_until": lazy("an end that has passed"),
    "stale_address": lazy("an old address"),
    "stale_owner": lazy("the former owner"),
    "stale_endorsement": lazy("an endorsement that has lapsed"),
    "stale_months": lazy("the newest months are missing"),
}
OTHER: Final = lazy("a wrong record")
KINDS: Final[Mapping[str, Promise]] = {
    "foreign": lazy("Parents and child by passport, names in Latin letters"),
    "permanent_resident": lazy("Child with the permanent residence card of foreigners"),
    "hong_kong": lazy("Child from Hong Kong with a residence permit"),
    "macau": lazy("Child from Macau with a residence permit"),
    "taiwan": lazy("Child from Taiwan with a residence permit"),
    "taiwan_travel": lazy("Child from Taiwan with a travel permit"),
    "no_number": lazy("Child without any number, by its birth certificate"),
    "collective": lazy("Collective household of an employer"),
    "described_name": lazy("A character in the name that nobody can type"),
    "one_telephone": lazy("Two families on one telephone"),
    "grandparent": lazy("The grandmother applies for the parents"),
    "separated": lazy("Parents who live apart"),
    "single": lazy("One parent only"),
    "abroad": lazy("The parent is abroad, a friend acts here"),
    "protected": lazy("An order keeps the address secret"),
    "twins": lazy("Twins"),
    "twins_midnight": lazy("Twins born on two days"),
    "triplets": lazy("Triplets"),
    "two_stages": lazy("Brother and sister of two stages"),
    "leap_day": lazy("Born on the last day of February"),
    "permit": lazy("Household elsewhere, a residence permit here"),
    "lease": lazy("A filed lease beside the residence permit"),
    "insured_by_other": lazy("The other parent is insured here"),
    "several_homes": lazy("A second home beside the one lived in"),
    "shared_home": lazy("Father and mother own the home by shares"),
    "mortgaged": lazy("The deed lies with the bank"),
    "bought": lazy("Bought, no deed yet; household elsewhere"),
    "grandparents_home": lazy("Home and household of the grandparents"),
    "household_only": lazy("A household here and no home"),
    "neither": lazy("Neither home nor household here"),
    "disabled": lazy("A child with a disability who says what it needs"),
    "military": lazy("Child of a soldier, on the list"),
    "martyr": lazy("Child of a martyr, on the list"),
    "dots": lazy("A name with a dot, typed as it fell"),
    "second_document": lazy("One child entered a second time by its passport"),
    "too_young": lazy("Born two days after the cut-off"),
}

WRONG: Final[Mapping[str, Promise]] = {
    "not refused as a second document": lazy("a second application of one child was not refused"),
    "twins apart": lazy("the children of one birth got different schools"),
    "not stopped on the other's telephone": lazy("the second guardian was not stopped on the first one's telephone"),
    "one account for two families": lazy("two families share one account"),
    "no order stands": lazy("the address is not protected"),
}
COMPARED: Final[Mapping[str, Promise]] = {
    "state": pgettext_lazy("rehearsal", "state"),
    "group": pgettext_lazy("rehearsal", "class"),
    "document": pgettext_lazy("rehearsal", "document"),
    "name": pgettext_lazy("rehearsal", "name"),
    "a person looked": pgettext_lazy("rehearsal", "looked at by a person"),
}
LINE: Final = re.compile(r"(?:[\w-]+: )?(?:refused, (?P<code>\w+)|(?P<what>[a-z ]+) is (?P<got>.+), not (?P<right>.+))")


def said(finding: Finding) -> str:
    """A problem as a sentence."""
    return str(PROBLEMS[finding.code] % {"count": finding.count})


def count_said(problems: int) -> str:
    """How many problems there are, in a few words."""
    if not problems:
        return _("no problem")
    return ngettext("%(count)d problem", "%(count)d problems", problems) % {"count": problems}


def error_said(kind: str) -> str:
    """A kind of planted error: ``household:missing``, ``claim:permit``, or that none was planted."""
    first, _colon, second = kind.partition(":")
    if first == "claim":
        whose = Agency(second).label if second in Agency.values else second
        return _("%(register)s: the family typed something else") % {"register": whose}
    if first not in Agency.values:
        return _("No error planted")
    words = ERRORS.get(second)
    return f"{Agency(first).label} · {words or OTHER}"


def kind_said(name: str, differs: str) -> str:
    """An unusual kind of family; one that is newer than these words is called as the synthetic city calls it."""
    return str(KINDS.get(name, differs))


def wrong_said(line: str) -> str:
    """What was not right with an unusual family, as ``rehearsal.kinds`` notes it; a line it has no words for stays."""
    told = line.partition(": ")[2] or line
    if told in WRONG:
        return str(WRONG[told])
    found = LINE.fullmatch(line)
    if found is None:
        return line
    if code := found["code"]:
        return _("could not apply: %(why)s") % {"why": REFUSALS.get(code, code)}
    what = COMPARED.get(found["what"], found["what"])
    return _("%(what)s: %(got)s in place of %(right)s") % {
        "what": what,
        "got": _value(found["got"]),
        "right": _value(found["right"]),
    }


def _value(text: str) -> str:
    """States by their names, yes and no; anything else as it is."""
    states = dict(ApplicationState.choices)
    bare = [part.strip(" '") for part in text.strip("[]").split(",")]
    words = {"True": _("Yes"), "False": _("No")}
    return "、".join(str(words.get(one, states.get(one, one))) for one in bare)
