"""Appeals and the steps of each."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application, Offer
from foundation.fields import EncryptedTextField


class Appeal(models.Model):
    """An appeal against a decision or a published result; its legal steps are enrollment.appeals.states.APPEAL."""

    class Subject(models.TextChoices):
        NOT_ELIGIBLE = "not_eligible", _("The decision “not eligible”")
        RESULT = "result", _("The published result")

    class State(models.TextChoices):
        FILED = "filed", _("Received")
        HEARING = "hearing", _("Hearing set")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")
        WITHDRAWN = "withdrawn", _("Taken back")

    class Way(models.TextChoices):
        PLACE = "place", _("In person")
        PHONE = "phone", _("By telephone")
        VIDEO = "video", _("By video")

    OPEN = (State.FILED, State.HEARING)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="appeals")
    offer = models.ForeignKey(Offer, null=True, on_delete=models.PROTECT, related_name="appeals")
    subject = models.CharField(max_length=14, choices=Subject.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.FILED)
    reason = EncryptedTextField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="filed_appeals")
    filed_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    hearing_at = models.DateTimeField(null=True)
    hearing_way = models.CharField(max_length=6, choices=Way.choices, blank=True)
    hearing_where = models.CharField(max_length=200, blank=True)
    hearing_confirmed_at = models.DateTimeField(null=True)
    move_asked_at = models.DateTimeField(null=True)  # once only: kept when a new date is set
    move_reason = EncryptedTextField(blank=True, default="")
    decision_reason = EncryptedTextField(blank=True, default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="decided_appeals"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"], name="one_open_appeal", condition=models.Q(state__in=["filed", "hearing"])
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "answer_by"])]
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")

    def __str__(self) -> str:
        return f"{self.application} {self.get_subject_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.state in self.OPEN


class AppealEvent(models.Model):
    """One step of an appeal. Never changed."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="events")
    event = models.CharField(max_length=16)
    target = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    note = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
