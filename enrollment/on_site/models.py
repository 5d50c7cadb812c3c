"""Visits on the spot."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application
from foundation.fields import EncryptedNoteField


class OnSiteVisit(models.Model):
    """One visit to where a family says it lives. Never changed: a second visit is a second row."""

    class Result(models.TextChoices):
        CONFIRMED = "confirmed", _("As declared")
        DIFFERENT = "different", _("Not as declared")
        ABSENT = "absent", _("Nobody at home")

    SEEN = (Result.CONFIRMED, Result.DIFFERENT)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="on_site_visits")
    version = models.PositiveIntegerField()  # whose address was visited
    visited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    visited_at = models.DateTimeField()
    result = models.CharField(max_length=10, choices=Result.choices)
    note = EncryptedNoteField(blank=True)
    photo_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    paper = models.CharField(max_length=80, blank=True)  # the number of the signed record; no consent, so no paper
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-visited_at", "-pk"]
        verbose_name = _("visit on the spot")
        verbose_name_plural = _("visits on the spot")
