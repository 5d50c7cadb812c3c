"""The names of a case that a person settles: what was filed, what was said of the character, what it would become."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

import identifiers
from enrollment.documents.materials import NAME_PAGE
from enrollment.review.names import WHOSE, described_name
from enrollment.review.staff.case import Case, GivenDocument
from enrollment.seasons.models import SettledName
from enrollment.seasons.naming.described import CHILD, descriptions
from foundation.wording import refusal


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character as the page shows it large, with its code points and what Unicode calls it ("" where unknown)."""

    char: str
    code: str
    called: str


@dataclass(frozen=True, slots=True)
class NameLine:
    """One name with a character that could not be typed. ``would_be`` is the name with what was typed now."""

    whose: str
    label: str
    filed: str
    description: str
    settled: SettledName | None
    pages: tuple[GivenDocument, ...]
    given: str = ""
    reason: str = ""
    would_be: str = ""
    glyphs: tuple[Glyph, ...] = ()
    error: str = ""

    @property
    def open(self) -> bool:
        return self.settled is None


def names_of(case: Case, posted: Mapping[str, str]) -> list[NameLine]:
    """The described names of a case, with what the reviewer typed for one of them."""
    return [_line(case, whose, posted) for whose in WHOSE if described_name(case.version, whose)]


def _line(case: Case, whose: str, posted: Mapping[str, str]) -> NameLine:
    filed = described_name(case.version, whose)
    mine = posted.get("whose") == whose
    given, reason = (posted.get(name, "") if mine else "" for name in ("name_given", "name_reason"))
    checked = identifiers.settle_name(filed, given) if given else None
    done = case.application.settled_names.filter(whose=whose).select_related("by").last()
    return NameLine(
        whose=whose,
        label=_("Name of the child") if whose == CHILD else _("Name of who applied"),
        filed=filed,
        description=descriptions(case.version).get(whose, ""),
        settled=done,
        pages=tuple(one for one in case.documents if one.document.kind == NAME_PAGE.id),
        given=given,
        reason=reason,
        would_be=checked.value if checked and checked.ok else "",
        glyphs=tuple(map(_glyph, checked.facts["characters"].split(" "))) if checked and checked.ok else (),
        error=refusal(checked) if checked and not checked.ok else "",
    )


def _glyph(char: str) -> Glyph:
    codes = " ".join(f"U+{ord(one):04X}" for one in char) if len(char) == 1 else ""
    return Glyph(char, codes or _("no code point"), unicodedata.name(char, "") if len(char) == 1 else "")


def wants_page(case: Case) -> bool:
    """Whether a name is open and the page that settles it was not given."""
    lines = names_of(case, {})
    return any(one.open and not one.pages for one in lines)


def is_described(case: Case) -> bool:
    """Whether the page of the register may be asked for."""
    return any(described_name(case.version, whose) for whose in WHOSE)
