"""Petitions, the talks about them, and their steps."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enrollment.seasons.models import Application
from foundation.fields import EncryptedNoteField, EncryptedTextField
from helpdesk.petitions.states import OPEN
from schools.models import District


class Petition(models.Model):
    """What somebody brings before the bureau; its legal steps are petitions.states.PETITION."""

    class Way(models.TextChoices):
        VISIT = "visit", _("In person")
        LETTER = "letter", _("By letter")
        CALL = "call", _("By telephone (12345)")
        ONLINE = "online", _("Online")
        PASSED = "passed", _("Handed on by the petition office")

    class Topic(models.TextChoices):
        PLACE = "place", _("The place that was given")
        RULES = "rules", _("Rules, zones, groups")
        CHECKS = "checks", _("Checks and documents")
        CONDUCT = "conduct", _("How somebody was treated")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("petition", "Received")
        OPEN = "open", _("Taken up")
        MEETING = "meeting", _("Talk arranged")
        ANSWERED = "answered", pgettext_lazy("petition", "Answered")
        REVIEWED = "reviewed", _("Before the authority above")
        CLOSED = "closed", pgettext_lazy("petition", "Closed")
        PASSED = "passed", pgettext_lazy("petition", "Handed on")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Outcome(models.TextChoices):
        SUPPORTED = "supported", _("The family is right")
        PARTLY = "partly", _("The family is right in part")
        EXPLAINED = "explained", _("Explained; nothing changes")
        AGREED = "agreed", _("Both sides agreed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="petitions")
    number = models.CharField(max_length=20, unique=True)  # ours: XF-<district>-<year>-<count>
    outside_number = models.CharField(max_length=40, blank=True)  # of the petition office, as it is printed there
    way = models.CharField(max_length=8, choices=Way.choices)
    topic = models.CharField(max_length=8, choices=Topic.choices)
    name = EncryptedTextField()
    phone = EncryptedTextField()
    phone_index = models.CharField(max_length=64, db_index=True)
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="petitions")
    what = EncryptedTextField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVED)
    received_on = models.DateField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)  # the next day by law; null once nothing is due
    extended = models.BooleanField(default=False)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "pk"]
        indexes: ClassVar = [models.Index(fields=["state", "due_on"], name="petition_due")]
        verbose_name = _("petition")
        verbose_name_plural = _("petitions")

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class PetitionMeeting(models.Model):
    """A talk or a mediation: when, where, who was asked to come, and what came of it."""

    class Kind(models.TextChoices):
        TALK = "talk", _("Talk")
        MEDIATION = "mediation", _("Mediation")

    class Result(models.TextChoices):
        AGREED = "agreed", _("Agreed, in writing")
        NOT_AGREED = "no", _("No agreement")
        HEARD = "heard", _("Heard and explained")
        ABSENT = "absent", _("The family did not come")

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="meetings")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    at = models.DateTimeField()
    place = models.CharField(max_length=120)
    people = models.CharField(max_length=200)  # offices and posts that are asked to come: no families
    arranged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    moved = models.BooleanField(default=False)  # another day took its place
    result = models.CharField(max_length=6, choices=Result.choices, blank=True)
    record = EncryptedNoteField(blank=True, default="")  # what was said, or the text of the agreement

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        verbose_name = _("talk about a petition")
        verbose_name_plural = _("talks about petitions")


class PetitionStep(models.Model):
    """One step of a petition with its words, which the family is told. Never changed."""

    petition = models.ForeignKey(Petition, on_delete=models.PROTECT, related_name="steps")
    event = models.CharField(max_length=10)
    target = models.CharField(max_length=9)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = EncryptedNoteField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("step of a petition")
        verbose_name_plural = _("steps of petitions")
