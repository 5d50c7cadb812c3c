"""What a person agrees to before a face check, point by point (PIPL art. 17, 29, 30), and the digest of it.

A changed text gets a new version; so does, by its digest, another service or another time for which it keeps pictures.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from accounts.face.service import WORDS, FaceService
from foundation.wording import content_language

VERSION: Final = 1
POINTS: Final[tuple[tuple[Promise, Promise], ...]] = (
    (
        lazy("What for"),
        lazy("Only to confirm that you are the person whose name and ID number you enter below."),
    ),
    (
        lazy("What is compared, and by whom"),
        lazy("%(operator)s films your face on its own page (%(name)s) and compares it with %(compared)s."),
    ),
    (
        lazy("What this portal gets"),
        lazy(
            "It sends your name and ID number there and gets back whether the check was passed. The picture never "
            "reaches this portal, and nothing measured from your face does."
        ),
    ),
    (
        lazy("How long it is kept"),
        lazy("The picture: %(kept)s. Here stay this consent, the time and the outcome of the check."),
    ),
    (
        lazy("Taking it back"),
        lazy(
            "At any time on the page “My account”. No check is made from then on; what was confirmed before stays "
            "confirmed."
        ),
    ),
    (
        lazy("If you would rather not"),
        lazy("The other ways lead to exactly the same. Nobody applies worse or later for having no face check."),
    ),
)
AGREE: Final = lazy("I agree to this one face check, as described above.")


def consent_points(service: FaceService) -> list[tuple[str, str]]:
    """Heading and text of each point in the active language."""
    language = content_language()
    words: Mapping[str, str] = {what: service.said(what, language) for what in WORDS}
    return [(str(heading), str(text) % words) for heading, text in POINTS]


def consent_text(service: FaceService) -> str:
    """The whole text as it is shown, the sentence beside the tick last."""
    return "\n".join([*(f"{heading}: {text}" for heading, text in consent_points(service)), str(AGREE)])


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
