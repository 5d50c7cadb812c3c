"""What the lists of the staff site share: a desk to begin with, and children by an initial."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application


def initial(application: Application) -> str:
    """A child on a list: the first character of the name only."""
    return f"{application.child.name[:1]}＊"


class DeskFilter(admin.SimpleListFilter):
    """A list opens with what waits for a decision; everything else (``everything`` names it) is one tap away."""

    title = _("Desk")
    parameter_name = "desk"
    everything: ClassVar[str | Promise]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002
        return [("all", self.everything)]

    def choices(self, changelist: Any) -> Any:
        for number, choice in enumerate(super().choices(changelist)):
            yield {**choice, "display": _("To decide")} if number == 0 else choice
