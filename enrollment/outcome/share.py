"""A picture that a family may show to others: its school, stage and year, and nothing of the child.

No name, number, day of birth or receipt enters; so it is the same picture for every child of a school and year, and
nothing in the file says whose it was. Only a family with the place may fetch it.
"""

import re
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Account
from enrollment.printing.typeset import as_svg, compiled
from enrollment.seasons.models import ApplicationState
from enrollment.seasons.selectors import own_application
from foundation import clock
from foundation.errors import Refused
from foundation.wording import content_language
from schools.badges import badge_of, badge_picture
from schools.naming import in_latin
from schools.switches import refuse_unless_offered

SHOWN_STATES: Final = frozenset({ApplicationState.ACCEPTED, ApplicationState.ENROLLED})
INK: Final = "#0b5651"
KEPT: Final = 64  # pictures of a process, some 60 KB each: one a school, stage and language
AT: Final = datetime(2000, 1, 1, tzinfo=clock.SHANGHAI)  # the file carries no time


def may_share(state: str) -> bool:
    """Whether there is something to show: the place is taken."""
    return state in SHOWN_STATES


def share_picture(*, guardian: Account, application_id: UUID) -> bytes:
    """The picture as PNG in the active language. Raises NotAllowed, NotOffered, Refused (no place that is taken)."""
    application = own_application(guardian, application_id)
    refuse_unless_offered("letters", application.district_code)
    offer = application.offer
    if not may_share(application.state) or offer is None or offer.school is None:
        raise Refused(_("The picture is there as soon as the place is accepted."), code="none")
    season, badge = application.round.season, badge_of(offer.school_id or "")
    words = {
        "before": pgettext("picture", "I have a place at"),
        "school": _called(offer.school.name, offer.school.english),
        "after": pgettext("picture", "Hooray!"),
        "season": pgettext("picture", "%(year)d · %(stage)s")
        % {"year": season.year, "stage": application.get_stage_display()},
        "portal": pgettext("picture", "%(district)s enrolment") % {"district": _called(season.district.name)},
        "scan": pgettext("picture", "Scan to see the school's page"),
    }
    specimen = "yes" if season.synthetic else ""
    page = settings.SITE_URL.rstrip("/") + reverse("enrollment:school", args=[offer.school_id])
    return _drawn(tuple(words.items()), badge.digest if badge else "", content_language(), specimen, page)


def _called(name: str, english: str = "") -> str:
    """A name in one script alone: a picture has no room for both."""
    return name if content_language() == "zh" else in_latin(name, english)


@lru_cache(maxsize=KEPT)
def _drawn(words: tuple[tuple[str, str], ...], badge: str, language: str, specimen: str, page: str) -> bytes:
    facts = dict(words)
    codes = {"language": language, "synthetic": specimen, "length": str(_width(facts["school"]))}
    picture = as_svg(badge_picture(badge)) or _drawing("school")
    made = compiled("outcome/share", facts=facts, codes=codes, url=page, at=AT, output="png", picture=picture)
    return _bare(made)


def _width(name: str) -> int:
    """How many wide characters a name takes: two Latin letters are as wide as one Chinese character."""
    return -(-sum(1 if one.isascii() else 2 for one in name) // 2)


def _drawing(name: str) -> str:
    """One drawing of the sprite as an SVG of its own."""
    sprite = Path(str(finders.find("img/drawings.svg"))).read_text("utf-8")
    found = re.search(rf'<symbol id="{name}"([^>]*)>(.*?)</symbol>', sprite, re.DOTALL)
    if found is None:
        raise ValueError(f"the sprite has no drawing {name}")
    inner = f'<svg xmlns="http://www.w3.org/2000/svg"{found[1]}>{found[2]}</svg>'
    return inner.replace("currentColor", INK)


def _bare(png: bytes) -> bytes:
    """The pixels alone, in few colours: no resolution, no program, no time."""
    from PIL import Image  # not at the top: only this page draws

    with Image.open(BytesIO(png), formats=("PNG",)) as drawn:
        few = drawn.convert("RGB").quantize(colors=256, dither=Image.Dither.FLOYDSTEINBERG)
    few.info.clear()
    out = BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()
