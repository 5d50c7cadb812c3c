"""What the bureau's lists are called, for families and for who declares which ones a county keeps."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

LIST_WORDS: Final[Mapping[str, Promise]] = {
    "military": lazy("Children of soldiers"),
    "martyr": lazy("Children of martyrs"),
    "rescue": lazy("Children of fire, rescue and police"),
    "talent": lazy("Children of talents"),
    "disabled": lazy("Children with a disability"),
    "points": lazy("Points"),
    "seats": lazy("Homes whose seat is used"),
    "siblings": lazy("Siblings at the same school"),
}
