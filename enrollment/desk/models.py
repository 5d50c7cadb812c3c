"""Rows of the desk: who has a case open and whom it was given to, notes, errands, reasons, saved views."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application
from foundation.fields import EncryptedNoteField, EncryptedTextField
from schools.models import District


class CaseDesk(models.Model):
    """Whom a case was given to, and who has it open until when. There is a row once somebody touched the case."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, primary_key=True, related_name="desk")
    given_to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    held_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("desk of a case")
        verbose_name_plural = _("desks of cases")


class CaseNote(models.Model):
    """What a member of staff wrote down for colleagues; no family reads it. Never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="case_notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = EncryptedTextField()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("note on a case")
        verbose_name_plural = _("notes on cases")


class Errand(models.Model):
    """Something to do about a case that the case page itself cannot do, with the day by which it is done."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call the family")
        VISIT = "visit", _("Visit the family")
        DOCUMENT = "document", _("Ask for a document")
        OTHER = "other", _("Other")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="errands")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    what = EncryptedTextField()
    due_on = models.DateField()
    for_whom = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    result = EncryptedNoteField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_on"], name="errand_open", condition=models.Q(done_at__isnull=True))
        ]
        ordering: ClassVar = ["due_on", "pk"]
        verbose_name = _("errand of a case")
        verbose_name_plural = _("errands of cases")


class ReasonText(models.Model):
    """How a district words a reason that its reviewers give often; the family reads it in its own language."""

    class Decision(models.TextChoices):
        APPROVE = "approve", _("Approve")
        RETURN = "return", _("Return for correction")
        REFUSE = "refuse", _("Not eligible")

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="reason_texts")
    decision = models.CharField(max_length=8, choices=Decision.choices)
    zh = models.CharField(max_length=300)
    en = models.CharField(max_length=300, blank=True, default="")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # no longer offered

    class Meta:
        ordering: ClassVar = ["decision", "pk"]
        verbose_name = _("wording of a reason")
        verbose_name_plural = _("wordings of reasons")


class SavedView(models.Model):
    """A filter of the queue that a person comes back to."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "name"], name="one_saved_view_a_name")]
        ordering: ClassVar = ["name"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
