"""What the columns and filters of the staff site are called, by the name of the field; ``ScopedAdmin`` sets them.

Models say in code what a field is; a clerk reads it in the lists only. What a model names itself comes first.
"""

from collections.abc import Mapping
from typing import Final

from django.db.models import Field, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: Final[Mapping[str, Promise]] = {
    "action": _("Action"),
    "actor_id": _("Number of the account"),
    "actor_label": _("Who"),
    "agency": _("Agency"),
    "answer_by": _("Answer by"),
    "appeal_days": _("Days to answer an appeal"),
    "appeal_within": _("Days to appeal"),
    "at": _("When"),
    "attempts": _("Attempts"),
    "bring": _("What to bring"),
    "calendar": _("Calendar"),
    "class_size": _("Class size"),
    "closes_at": _("Closes"),
    "code": _("Code"),
    "created_at": _("Made at"),
    "day": _("Day"),
    "days_off": _("Holidays"),
    "details": _("Details"),
    "digest": _("Digest"),
    "district": _("District"),
    "district_code": _("District"),
    "education_group": _("Education group"),
    "enabled": _("Switched on"),
    "extra_days": _("Weekends that are worked"),
    "filed_at": _("Filed at"),
    "group_code": _("Group"),
    "issued_at": _("Issued at"),
    "issuer": _("Issuer"),
    "kind": _("Kind"),
    "language": _("Language"),
    "latitude": _("Latitude"),
    "longitude": _("Longitude"),
    "name": _("Name"),
    "needs_person": _("Needs a person"),
    "number": _("Number"),
    "object_id": _("Key"),
    "object_type": _("Kind of object"),
    "online": _("Filed online"),
    "opens_at": _("Opens"),
    "page": _("Page"),
    "phone": _("Phone"),
    "policy": _("Policy"),
    "published_on": _("Published on"),
    "receipt": _("Receipt number"),
    "results_at": _("Results"),
    "school": _("School"),
    "seal": _("Sealed"),
    "season": _("Season"),
    "seats": _("Seats"),
    "stage": _("Stage"),
    "state": _("State"),
    "subject": _("About"),
    "synthetic": _("Synthetic"),
    "rehearsal": _("Rehearsal"),
    "template": _("Template"),
    "text": _("Text"),
    "title": _("Title"),
    "town": _("Town"),
    "views": _("Views"),
    "year": _("Year"),
    "zone_code": _("Zone"),
}


def name_fields(model: type[Model]) -> None:
    """Give the fields of a model that have no name of their own the words above; migrations see nothing of it."""
    for field in model._meta.get_fields():
        if isinstance(field, Field) and field._verbose_name is None and field.name in WORDS:  # type: ignore[attr-defined]
            field.verbose_name = WORDS[field.name]  # type: ignore[assignment]
