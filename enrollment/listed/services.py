"""Naming who guides the families of a list."""

import re
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from enrollment.judging.lists.kinds import LISTS
from enrollment.listed.models import ListGuide
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.posted import one_line
from imports.kinds import may
from schools.kinds import district_place

LONGEST: Final = {"office": 60, "person": 30, "hours": 60}
PHONE: Final = re.compile(r"\+?[0-9][0-9 ()-]{3,27}[0-9]")  # also 12345 and extensions written with a dash


@dataclass(frozen=True, slots=True)
class GuideWords:
    """What is typed about a guide."""

    office: str
    person: str
    phone: str
    hours: str


@transaction.atomic
def guide_set(*, staff: Account, district: str, kind: str, words: GuideWords) -> ListGuide:
    """Name the guide of a list, in the place of who was named before. Raises NotAllowed, Refused (a field)."""
    of_list = next((one for one in LISTS if one.name == kind), None)
    place = district_place(district)
    if of_list is None or place is None or not may(staff, of_list, place):
        raise NotAllowed(_("You may not do this here."))
    typed = {name: _line(getattr(words, name), name) for name in LONGEST}
    phone = " ".join(words.phone.split())
    if not typed["office"]:
        raise Refused(_("Please name the office."), code="office", field="office")
    if not PHONE.fullmatch(phone):
        raise Refused(_("Please give a telephone number with its area code."), code="phone", field="phone")
    changed = {**typed, "phone": phone, "set_by": staff, "set_at": clock.now()}
    guide, _made = ListGuide.objects.update_or_create(district_id=district, kind=kind, defaults=changed)
    record(actor=staff, action="lists.guide", object_type="lists", object_id=guide.pk, district=district, details=typed)
    return guide


def _line(text: str, field: str) -> str:
    line = one_line(text)
    if len(line) > LONGEST[field]:
        text = _("At most %(most)d characters.") % {"most": LONGEST[field]}
        raise Refused(text, code="long", field=field)
    return line
