"""Filing with a family: visits, consents, events; help from afar; terminals; training; home visits."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.fields import EncryptedJSONField, EncryptedTextField
from schools.models import District


class AssistVisit(models.Model):
    """A clerk or helper acts for one guardian. Who, where and for whom never change (database trigger)."""

    class Channel(models.TextChoices):
        COUNTER = "counter", _("At a service point")
        HELPER = "helper", _("At home, by a helper")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(max_length=12, unique=True)  # as it is said and printed
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assist_visits")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="assist_visits")
    place = models.CharField(max_length=80)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.COUNTER)
    named = EncryptedJSONField()  # {"name", "id_number"} as the clerk read them from the document
    needs_code = models.BooleanField()  # whose account it is can be shown only by a code to its phone
    started_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)  # when the consent was given
    ended_at = models.DateTimeField(null=True)
    # clerk, idle, closing, objected, locked, scope, new, refused
    end_reason = models.CharField(max_length=10, blank=True)
    code_index = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True)
    code_failures = models.PositiveSmallIntegerField(default=0)
    claim_index = models.CharField(max_length=64, blank=True)  # of the code with which the account is taken over later
    claim_failures = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["guardian"], name="one_visit_a_guardian", condition=models.Q(ended_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["operator"], name="one_visit_an_operator", condition=models.Q(ended_at__isnull=True)
            ),
        ]
        verbose_name = _("assisted visit")
        verbose_name_plural = _("assisted visits")

    def __str__(self) -> str:
        return self.number


class AssistConsent(models.Model):
    """What the family agreed to, in which words, and how it was given. Never changed."""

    class Way(models.TextChoices):
        PAPER = "paper", _("Signed on paper")
        CODE = "code", _("Code to the guardian's own phone")

    visit = models.OneToOneField(AssistVisit, on_delete=models.PROTECT, related_name="consent")
    way = models.CharField(max_length=5, choices=Way.choices)
    text_version = models.CharField(max_length=12)
    language = models.CharField(max_length=10)
    text_sha256 = models.CharField(max_length=64)
    covers = models.JSONField()  # of file, upload, correct
    scan_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    given_at = models.DateTimeField()


class PaperLook(models.Model):
    """A second person looked at the signed paper before it opened anything, and let it pass or not. Never changed."""

    visit = models.OneToOneField(AssistVisit, on_delete=models.PROTECT, related_name="look")
    looker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="paper_looks")
    passed = models.BooleanField()
    note = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField()


class AssistEvent(models.Model):
    """One line of a visit's log. Never changed."""

    class Kind(models.TextChoices):
        STARTED = "started", _("Begun")
        CONSENT = "consent", _("Consent given")
        PAPER = "paper", _("Signed paper added, waits for a second person")
        LOOKED = "looked", _("Signed paper looked at by a second person")
        ENDED = "ended", _("Ended")
        OBJECTED = "objected", _("The family objects")
        CLAIM = "claim", _("Code for taking over the account printed")
        CLAIMED = "claimed", _("The family took the account over")

    visit = models.ForeignKey(AssistVisit, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class HelperTraining(models.Model):
    """A clerk or helper was trained on a day; without a row nobody helps a family. Never changed."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="trainings")
    trained_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()


class HelpSession(models.Model):
    """A family and a helper look at the same application from two places. The helper never types or submits."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="help_sessions")
    draft = models.ForeignKey("enrollment.Draft", null=True, on_delete=models.SET_NULL, related_name="help_sessions")
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="help_sessions")
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="helps_given"
    )
    show_answers = models.BooleanField(default=False)
    code_index = models.CharField(max_length=64)  # "" once it is used or over
    code_until = models.DateTimeField()
    asked_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=8, blank=True)  # family, helper, time

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code_index"], name="one_help_a_code", condition=~models.Q(code_index="")),
            models.UniqueConstraint(
                fields=["guardian"], name="one_help_a_guardian", condition=models.Q(ended_at__isnull=True)
            ),
        ]
        verbose_name = _("remote help")
        verbose_name_plural = _("remote helps")


class HelpHint(models.Model):
    """A helper's word on one question. Never changed."""

    session = models.ForeignKey(HelpSession, on_delete=models.PROTECT, related_name="hints")
    field = models.CharField(max_length=40)
    text = EncryptedTextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]


class HelperLock(models.Model):
    """How often a helper typed a code that nobody has; after five tries nothing is taken for a while."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)


class Terminal(models.Model):
    """A browser that a bureau set up as a self-service terminal. Its cookie names it and can be revoked."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="terminals")
    pairing_index = models.CharField(max_length=64, blank=True)
    pairing_until = models.DateTimeField()
    secret_index = models.CharField(max_length=64, blank=True)  # of the cookie's secret, once paired
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    paired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pairing_index"], name="one_terminal_a_code", condition=~models.Q(pairing_index="")
            )
        ]
        verbose_name = _("terminal")
        verbose_name_plural = _("terminals")

    def __str__(self) -> str:
        return self.name


class HomeVisit(models.Model):
    """A family to be visited at home and registered there: left-behind children, grandparents, single parents."""

    class Reason(models.TextChoices):
        LEFT_BEHIND = "left_behind", _("Parents work elsewhere")
        GRANDPARENTS = "grandparents", _("Lives with grandparents")
        SINGLE = "single", _("One parent alone")
        HARDSHIP = "hardship", _("Hardship")

    class Result(models.TextChoices):
        TODO = "todo", _("To do")
        REGISTERED = "registered", _("Registered")
        LATER = "later", _("Nobody at home, again")
        DECLINED = "declined", _("Needs no help")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="home_visits")
    family = EncryptedTextField()
    address = EncryptedTextField()
    reason = models.CharField(max_length=12, choices=Reason.choices)
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.TODO)
    listed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    listed_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
