"""The form of a round as it is to be, kept until it is put into force."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import FormVersion, Round
from enrollment.setup.states import OPEN


class FormDraft(models.Model):
    """What is to be another form of a round. One is open at a time; ``revision`` tells whose page is old."""

    class State(models.TextChoices):
        EDITING = "editing", _("Draft")
        ASKED = "asked", _("Waits to be put into force")
        TAKEN = "taken", _("In force")
        DROPPED = "dropped", _("Dropped")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="form_drafts")
    state = models.CharField(max_length=8, choices=State.choices, default=State.EDITING)
    body = models.JSONField()  # enrollment.seasons.rules.own_form
    basis = models.ForeignKey(FormVersion, null=True, on_delete=models.PROTECT, related_name="+")  # what stood then
    revision = models.PositiveIntegerField(default=1)
    more = models.BooleanField(default=False)  # families are asked for more: another person must take it
    reason = models.CharField(max_length=500, blank=True, default="")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round"], name="one_open_form_draft", condition=models.Q(state__in=OPEN)),
            models.CheckConstraint(
                condition=models.Q(taken_at__isnull=True)
                | models.Q(more=False)
                | models.Q(taken_by__isnull=False) & ~models.Q(taken_by=models.F("asked_by")),
                name="a_form_that_asks_more_is_taken_by_another",
            ),
        ]
        verbose_name = _("draft of a form")
        verbose_name_plural = _("drafts of forms")

    def __str__(self) -> str:
        return f"{self.round_id} r{self.revision}"
