"""By which ways a guardian confirms who it is, side by side: government sign-in, face check, service point.

What registers know is shown only to who is assured (``accounts.assured``). The face check is offered where a county of
the family has its door open and a service is configured; never on a shared terminal, and never alone: a service point
always stands beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import oidc
from accounts.face.model import FaceFailed
from accounts.face.service import FaceService, face_service
from accounts.face.services import FaceBegun, face_begin, face_finish, named
from accounts.models import Account, FaceCheck
from enrollment.seasons.models import Application, Draft
from enrollment.seasons.selectors import open_rounds
from foundation.errors import NotOffered, Refused
from foundation.wording import content_language
from schools.switches import offered

DOOR: Final = "face_check"


@dataclass(frozen=True, slots=True)
class Way:
    """One way as a page lists it. ``kind`` is ``government``, ``face`` or ``point``."""

    kind: str
    name: str
    text: str
    address: str


def ways_of(request: HttpRequest, account: Account) -> list[Way]:
    """All ways that are open to this person at this browser."""
    language = content_language()
    found = [
        Way(
            "government",
            one.called(language),
            _("You sign in there; it vouches for your name and number."),
            reverse("enrollment:sign-in-with", args=[one.key]),
        )
        for one in oidc.providers()
    ]
    if face_offer(account, shared=is_shared(request)) is not None:
        text = _("On your phone, in a minute. You are asked for your consent first.")
        found.append(Way("face", _("Face check"), text, reverse("enrollment:face")))
    text = _("A clerk reads your identity document and fills in the application with you.")
    return [*found, Way("point", _("Service point"), text, reverse("enrollment:contacts"))]


def is_shared(request: HttpRequest) -> bool:
    """Whether this browser is a terminal that others use, too."""
    return getattr(request, "terminal", None) is not None


@dataclass(frozen=True, slots=True)
class Offer:
    """A face check that may be begun: by which service, in which county."""

    service: FaceService
    district: str


def face_offer(account: Account, *, shared: bool) -> Offer | None:
    """The check that is offered to this family; None where no county of it has the door open."""
    service = None if shared else face_service()
    if service is None:
        return None
    here = next((district for district in _districts(account) if offered(DOOR, district)), None)
    return Offer(service, here) if here else None


def offer_or_refuse(account: Account, *, shared: bool) -> Offer:
    """Raises NotOffered."""
    found = face_offer(account, shared=shared)
    if found is None:
        raise NotOffered(
            _("The face check is not offered here. The other ways to confirm who you are lead to the same.")
        )
    return found


def _districts(account: Account) -> Iterator[str]:
    """The counties in which the family applies, the newest first; of who has begun nothing, those that are open now."""
    district = "round__season__district_id"
    own = [
        *Draft.objects.filter(child__guardian=account).order_by("-pk").values_list(district, flat=True),
        *Application.objects.filter(guardian=account).order_by("-pk").values_list(district, flat=True),
    ]
    yield from dict.fromkeys(own or open_rounds().values_list("season__district_id", flat=True))


@dataclass(frozen=True, slots=True)
class FaceWish:
    """What the page of the consent says, as it was typed."""

    name: str
    id_number: str
    agreed: bool


def face_check_begin(*, account: Account, wish: FaceWish, shared: bool) -> FaceBegun:
    """Keep the consent and announce the check. Raises NotOffered, NotAllowed, Refused (fields), TooOften, FaceFailed.

    Asks over the network: call it outside a transaction.
    """
    offer = offer_or_refuse(account, shared=shared)
    fields: dict[str, str] = {}
    person = ("", "")
    try:
        person = named(name=wish.name, id_number=wish.id_number)
    except Refused as refused:
        fields |= refused.fields
    if not wish.agreed:
        fields["agree"] = _("Without your consent no face check is made. Tick it if you agree, or choose another way.")
    if fields:
        raise Refused(next(iter(fields.values())), code="fields", fields=fields)
    back = settings.SITE_URL + reverse("enrollment:face-back")
    return face_begin(account=account, service=offer.service, district=offer.district, person=person, back=back)


def face_check_finish(*, account: Account, stored: Mapping[str, str] | None, reference: str) -> FaceCheck:
    """End a check by what the service says. ``stored`` is what the session remembers. Raises FaceFailed.

    A door that was closed meanwhile does not undo what the person agreed to and did while it was open.
    """
    service = face_service()
    if service is None:
        raise FaceFailed("state", "no service is configured")
    begun = FaceBegun(**stored) if stored else None
    return face_finish(account=account, service=service, begun=begun, reference=reference)
