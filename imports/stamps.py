"""On what state an import was prepared, and what has been changed since."""

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from imports.kinds import Kind, Place
from imports.models import Import


def stamp_of(kind: Kind, place: Place) -> dict[str, Any]:
    """The newest import and the newest undoing of this kind and place."""
    rows = Import.objects.filter(kind=kind.name, place=place.key)
    found = rows.aggregate(applied=Max("applied_at"), undone=Max("undone_at"))
    return {name: at.isoformat() if at else "" for name, at in found.items()}


def overtaken_by(made: Import, kind: Kind, place: Place) -> str:
    """What has come in or was undone since the import was checked, in words; "" for nothing."""
    now = stamp_of(kind, place)
    if now == made.seen:
        return ""
    rows = Import.objects.filter(kind=kind.name, place=place.key).select_related("decided_by", "undone_by")
    if now["undone"] != made.seen.get("undone"):
        other = rows.exclude(undone_at=None).order_by("-undone_at")[0]
        text = _("Meanwhile table no. %(number)d (%(file)s) was undone by %(who)s. Check yours again.")
        who = other.undone_by
    else:
        other = rows.exclude(applied_at=None).order_by("-applied_at")[0]
        text = _("Meanwhile table no. %(number)d (%(file)s) was taken in by %(who)s. Check yours again.")
        who = other.decided_by
    return text % {"number": other.pk, "file": other.file_name, "who": who}
