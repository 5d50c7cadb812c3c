"""What a family does with a place: letters, attendance, fields of the student registry."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application, Offer
from foundation.fields import EncryptedJSONField, EncryptedNoteField


class Letter(models.Model):
    """A letter as first issued: its facts and the digests of its PDFs. Never changed; a correction makes a new one."""

    class Kind(models.TextChoices):
        OFFER = "offer", _("Notice of a place")
        ADMISSION = "admission", _("Letter of admission")

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="letters")
    facts = (
        EncryptedJSONField()
    )  # enrollment.outcome.letter_print.LetterFacts: from these the same bytes are made again
    digests = models.JSONField()  # {"zh": SHA-256 of the PDF, "en": ...}
    issued_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["offer", "kind"], name="one_letter_a_place")]
        verbose_name = _("letter")
        verbose_name_plural = _("letters")

    def __str__(self) -> str:
        return self.number


class Attendance(models.Model):
    """A family's word that the child comes on check-in day, or not. Rows only grow; the newest counts."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="attendances")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="attendances")
    coming = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()


class RegistryRecord(models.Model):
    """What the student registry needs and nobody had asked yet, as the family answers it; saved at every step."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="registry")
    answers = EncryptedJSONField(default=dict)  # as typed until a page is right, then normalised
    saved_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)


class Reminder(models.Model):
    """One reminder of a place that nobody answered: the first two by text, the third a call. Each number once."""

    class Way(models.TextChoices):
        TEXT = "text", _("By text")
        CALL = "call", _("On the list of families to call")

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="reminders")
    number = models.PositiveSmallIntegerField()
    way = models.CharField(max_length=4, choices=Way.choices)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offer", "number"], name="a_reminder_is_said_once"),
        ]
        verbose_name = _("reminder of a place")
        verbose_name_plural = _("reminders of places")


class PlaceLook(models.Model):
    """A person looked at a place that nobody answered. Without one no place lapses."""

    class Result(models.TextChoices):
        REACHED = "reached", _("Reached: the family answers by itself")
        NOT_REACHED = "not_reached", _("Nobody was reached")
        LOOKED = "looked", _("Looked at: it may lapse")

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="looks")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=Result.choices)
    note = EncryptedNoteField(blank=True)

    class Meta:
        verbose_name = _("look at an unanswered place")
        verbose_name_plural = _("looks at unanswered places")
