"""What registers answered about a draft, as the form shows it: the answer, who says so and since when, what to pick."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

import identifiers
from enrollment.filing.drafts.homes import ANOTHER, HOME_ANSWERS, NUMBERS, KnownHome, home_answers, must_pick, spouse_in
from enrollment.filing.drafts.prefill import months_paid, suggested_answers
from enrollment.forms.fields import Known
from enrollment.seasons.models import Draft
from foundation.crypto import blind_index
from foundation.wording import content_language, joined
from policy.words import day_words
from verification.agencies import number
from verification.agencies.property import WHOLE

PICK: Final = "home_pick"  # the question of the form which home it is
# the register each answer may come from; of a home that of the home
_OF_HOUSEHOLD: Final = (
    "guardian_relation",
    "household_here",
    "household_address",
    "household_registered_on",
    "keep_siblings",
)
SOURCES: Final[Mapping[str, str]] = {
    **dict.fromkeys(_OF_HOUSEHOLD, "household"),
    "permit_holder": "permit",
    "insurance_holder": "insurance",
    "insurance_months": "insurance",
}
REGISTERS: Final[Mapping[str, Promise]] = {
    "household": lazy("From the household register"),
    "real_estate": lazy("From the real-estate register"),
    "contract": lazy("From the contract register"),
    "permit": lazy("From the register of residence permits"),
    "insurance": lazy("From the register of social insurance"),
}


@dataclass(frozen=True, slots=True)
class HomeOption:
    """A home to pick; ``index`` names it in a form without its number, ``answers`` are what picking it fills in."""

    index: str
    address: str
    number: str  # of the deed or contract
    holders: tuple[str, ...]  # whose it is and which share, in words
    source: str
    answers: Mapping[str, str]


def _said(draft: Draft, agency: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = draft.prefilled.get(agency) or {}
    return found


def _record(draft: Draft, agency: str) -> Mapping[str, Any]:
    records = _said(draft, agency).get("records") or [{}]
    found: Mapping[str, Any] = records[0]
    return found


def _badge(draft: Draft, agency: str) -> str:
    """Who says it, and of which day that is."""
    at = _said(draft, agency).get("at")
    if not at:
        return str(REGISTERS[agency])
    day = _written(timezone.localtime(datetime.fromisoformat(at)).date())
    return _("%(register)s, %(day)s") % {"register": REGISTERS[agency], "day": day}


def _numbers(draft: Draft) -> tuple[str, str]:
    """The numbers of who applies and of the other parent as the family gave them."""
    own, other = (str(draft.answers.get(name, "")) for name in ("guardian_id", "second_guardian_id"))
    return number(own), number(other)


def _homes(draft: Draft) -> list[tuple[str, KnownHome]]:
    """The homes to pick from, by index. Where the parents live apart, only those of who applies."""
    own, _other = _numbers(draft)
    apart = draft.answers.get("family_situation") == "separated"
    found = [one for one in must_pick(draft.prefilled, own) if not apart or own in one.holders]
    return [(blind_index("home", f"{one.agency} {one.number}"), one) for one in found]


def home_options(draft: Draft) -> list[HomeOption]:
    """The homes to pick from; none where one is filled in already, or registers name none."""
    own, other = _numbers(draft)
    homes = _homes(draft)
    spouse = spouse_in(_record(draft, "household"), own) if homes else None
    return [
        HomeOption(
            index,
            home.address,
            home.number,
            tuple(_holder(home, one, own, other or (spouse[0] if spouse else "")) for one in home.holders),
            _badge(draft, home.agency),
            home_answers(home, own, other, spouse[0] if spouse else ""),
        )
        for index, home in homes
    ]


def _holder(home: KnownHome, person: str, own: str, other: str) -> str:
    name, share = home.holders[person]
    percent = f"{round(WHOLE * share, 2):g}"
    if person == own:
        return _("Yours: %(percent)s %%") % {"percent": percent}
    words = {"name": identifiers.mask("name", name), "percent": percent}
    if person == other:
        return _("%(name)s, the child's other parent: %(percent)s %%") % words
    return _("%(name)s: %(percent)s %%") % words


def home_pick_of(draft: Draft) -> str:
    """What is picked: an index, ``ANOTHER``, or "" as long as nothing is. Answers from before count as a pick."""
    options = home_options(draft)
    if not options or draft.home_pick == ANOTHER or draft.home_pick in {one.index for one in options}:
        return draft.home_pick
    answers = {name: str(draft.answers.get(name, "")) for name in (*HOME_ANSWERS, *NUMBERS.values())}
    numbers = {answers["home_certificate"], answers["home_contract"]} - {""}
    alike = next((one.index for one in options if one.number in numbers), "")
    return alike or (ANOTHER if answers["home_kind"] else "")


def picked_home(draft: Draft) -> KnownHome | None:
    """The home that was picked of several, if it is one that a register names."""
    pick = home_pick_of(draft)
    return next((home for index, home in _homes(draft) if index == pick), None)


def register_answers(draft: Draft) -> dict[str, str]:
    """What the registers answer to questions of the form, as far as they know this child and this guardian."""
    own, other = _numbers(draft)
    district = draft.round.season.district_id
    home = picked_home(draft)
    return suggested_answers(draft.prefilled, guardian_id=own, district=district, other_parent=other, home=home)


def known_answers(draft: Draft) -> dict[str, Known]:
    """The same by question, each with who says so. An answer that rests on silence has no badge, and is not known."""
    found: dict[str, Known] = {}
    agencies = {"deed": "real_estate", "contract": "contract"}
    said = register_answers(draft)
    for name, value in said.items():
        agency = agencies.get(said.get("home_kind", ""), "") if name in HOME_ANSWERS else SOURCES.get(name, "")
        if value and agency and _said(draft, agency).get("outcome") in {"found", "empty"}:
            found[name] = Known(value, _badge(draft, agency), _note(draft, name, value))
    return found


def _note(draft: Draft, name: str, value: str) -> str:
    """What else the register says of a permit or of insurance: the family sees whether it is the right one."""
    if value == "none" and name in {"permit_holder", "insurance_holder"}:
        return _("The register has no entry of yours.")
    if name == "permit_holder":
        return _permit_note(_record(draft, "permit"))
    if name == "insurance_holder":
        months = months_paid(_record(draft, "insurance"), draft.round.season.district_id)
        words = {"months": len(months), "last": months[-1] if months else ""}
        return _("%(months)s months counted, the last one %(last)s.") % words if months else ""
    return ""


def _permit_note(record: Mapping[str, Any]) -> str:
    since, until = (_day_in(record, name) for name in ("issued_on", "endorsed_until"))
    parts = [
        _("First issued on %(day)s.") % {"day": since} if since else "",
        _("Valid until %(day)s.") % {"day": until} if until else "",
        _("Address: %(address)s") % {"address": record["address"]} if record.get("address") else "",
    ]
    return joined(*(part for part in parts if part))


def _day_in(record: Mapping[str, Any], name: str) -> str:
    """A day of a record in words; "" where it says none that can be read."""
    try:
        return _written(date.fromisoformat(str(record.get(name) or "")))
    except ValueError:
        return ""


def _written(day: date) -> str:
    return day_words(day).of(content_language())
