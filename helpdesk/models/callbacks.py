"""Families that asked to be called."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.fields import EncryptedTextField
from helpdesk.models.points import ServicePoint
from schools.models import District


class CallBack(models.Model):
    """One wish to be called back: by whom (level), when, about what; and what came of it."""

    class Topic(models.TextChoices):
        FORM = "form", _("Filling in the form")
        PAPERS = "papers", _("Papers")
        RULES = "rules", _("Which rules apply to us")
        STATE = "state", _("Where my application stands")
        OTHER = "other", _("Something else")

    class BestTime(models.TextChoices):
        MORNING = "morning", _("In the morning")
        AFTERNOON = "afternoon", _("In the afternoon")
        EVENING = "evening", _("In the evening")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a call")
        DONE = "done", _("Called")
        NOT_REACHED = "missed", _("Not reached")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="call_backs")
    level = models.CharField(max_length=8, choices=ServicePoint.Level.choices, default=ServicePoint.Level.DISTRICT)
    phone = EncryptedTextField()
    phone_index = models.CharField(max_length=64, db_index=True)
    topic = models.CharField(max_length=8, choices=Topic.choices)
    best_time = models.CharField(max_length=10, choices=BestTime.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["phone_index"], name="one_waiting_call", condition=models.Q(state="waiting")
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "asked_at"], name="helpdesk_calls_idx")]
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
