"""Decisions that wait a moment before they count, and second readings of decisions that were made."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application
from foundation.fields import EncryptedJSONField, EncryptedNoteField


class HeldDecision(models.Model):
    """What a reviewer decided and can still take back; a worker carries it out at ``effective_at``.

    Until then the application stands where it stood, nobody is told, and nobody else can decide it. ``refused`` says
    why it could not be carried out: the case is back in the queue then.
    """

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="held_decision"
    )
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = EncryptedJSONField()  # {"decision", "reason", "items", "deadline", "settled", "beside"}
    decision = models.CharField(max_length=8)  # approve, return, refuse
    batch = models.UUIDField(null=True)  # decided together with others
    decided_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    refused = EncryptedNoteField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["effective_at"], name="held_decision_due")]
        verbose_name = _("decision that can be taken back")
        verbose_name_plural = _("decisions that can be taken back")


class SecondReading(models.Model):
    """A decision that chance picked for a second person: whether that person would have decided alike."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="second_readings")
    version = models.PositiveIntegerField()
    decision = models.CharField(max_length=8)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True)
    agrees = models.BooleanField(null=True)
    note = EncryptedNoteField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "version", "decided_at"], name="one_second_reading")
        ]
        indexes: ClassVar = [
            models.Index(fields=["decided_at"], name="second_reading_open", condition=models.Q(read_at__isnull=True))
        ]
        verbose_name = _("second reading")
        verbose_name_plural = _("second readings")
