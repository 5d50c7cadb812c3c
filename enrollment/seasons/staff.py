"""Pausing and resuming a round from its list on the staff site: an official's act, with a reason families read."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import ActionForm

from accounts.admin_base import viewer
from enrollment.seasons.models import Round
from enrollment.seasons.services.rounds import LONGEST_REASON, round_step
from enrollment.seasons.states import RoundEvent
from foundation.errors import Refusal


class ReasonForm(ActionForm):  # type: ignore[misc,unused-ignore]
    """The chosen action with the words for the families."""

    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        label="",
        widget=forms.TextInput(
            attrs={"aria-label": _("Reason of a pause, read by families"), "placeholder": _("Reason, read by families")}
        ),
    )


def _step(request: HttpRequest, rounds: QuerySet[Round], event: RoundEvent) -> None:
    for round_id in rounds.values_list("pk", flat=True):
        try:
            round_step(official=viewer(request), round_id=round_id, event=event, reason=request.POST.get("reason", ""))
        except Refusal as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("Done."))


@admin.action(description=_("Pause applications (give a reason)"))
def pause(_admin: Any, request: HttpRequest, rounds: QuerySet[Round]) -> None:
    _step(request, rounds, RoundEvent.PAUSE)


@admin.action(description=_("Resume applications"))
def resume(_admin: Any, request: HttpRequest, rounds: QuerySet[Round]) -> None:
    _step(request, rounds, RoundEvent.RESUME)
