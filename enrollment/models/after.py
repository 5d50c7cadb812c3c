"""What follows a submission: letters, attendance, appeals, registry fields, and requests about one's own data."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models.core import Application, Offer, Season
from foundation.fields import EncryptedJSONField, EncryptedTextField


class AfterRules(models.Model):
    """What a district lays down for the time after submission; a season without a row goes by the defaults."""

    season = models.OneToOneField(Season, on_delete=models.PROTECT, related_name="after_rules")
    appeal_days = models.PositiveSmallIntegerField(default=15)  # working days within which an appeal is answered
    appeal_within = models.PositiveSmallIntegerField(default=60)  # calendar days within which it may be made
    days_off = models.JSONField(default=list)  # ISO dates that are no working days beside weekends
    extra_days = models.JSONField(default=list)  # ISO dates of weekends that are worked
    issuer = models.JSONField(default=dict)  # {"zh", "en"}: who signs letters; empty: the district's bureau
    bring = models.JSONField(default=list)  # [{"zh", "en"}]: what to bring on check-in day

    class Meta:
        verbose_name = _("rules after submission")
        verbose_name_plural = _("rules after submission")

    def __str__(self) -> str:
        return str(self.season)


class Letter(models.Model):
    """A letter as first issued: its facts and the digests of its PDFs. Never changed; a correction makes a new one."""

    class Kind(models.TextChoices):
        OFFER = "offer", _("Notice of a place")
        ADMISSION = "admission", _("Letter of admission")

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="letters")
    facts = EncryptedJSONField()  # enrollment.papers.letter.LetterFacts: from these the same bytes are made again
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


class Appeal(models.Model):
    """An appeal against a decision or a published result; its legal steps are enrollment.states.APPEAL."""

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


class RegistryRecord(models.Model):
    """What the student registry needs and nobody had asked yet, as the family answers it; saved at every step."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="registry")
    answers = EncryptedJSONField(default=dict)  # as typed until a page is right, then normalised
    saved_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)


class DataRequest(models.Model):
    """A person's request about their own data, with its answer."""

    class Kind(models.TextChoices):
        COPY = "copy", _("Copy of all my data")
        DELETION = "deletion", _("Deletion")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField()
    # copy: {"sha256", "size"}; deletion: {"deleted": {what: count}, "kept": [{"what", "count", "why", "until"}]}
    answer = models.JSONField(default=dict)
