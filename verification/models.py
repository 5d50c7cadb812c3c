import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.fields import EncryptedJSONField


class Agency(models.TextChoices):
    HOUSEHOLD = "household", _("Household registration (police)")
    REAL_ESTATE = "real_estate", _("Real estate (natural resources)")
    CONTRACT = "contract", _("Sales contract filing (housing)")
    PERMIT = "permit", _("Residence permit (police)")
    INSURANCE = "insurance", _("Social insurance (human resources)")


class Outcome(models.TextChoices):
    MATCH = "match", _("Confirmed")
    MISMATCH = "mismatch", _("Differs")
    NOT_FOUND = "not_found", _("Not found")
    UNAVAILABLE = "unavailable", _("No answer")


class Check(models.Model):
    """One claim to be checked at one agency. ``subject`` is the id of the application version it belongs to."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DONE = "done", _("Done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.UUIDField(db_index=True)
    district_code = models.CharField(max_length=12)
    agency = models.CharField(max_length=12, choices=Agency.choices)
    claim = EncryptedJSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "agency"], name="one_check_an_agency")]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], name="check_due", condition=models.Q(state="pending")),
            models.Index(fields=["agency", "next_attempt_at"], name="check_turn", condition=models.Q(state="pending")),
        ]
        verbose_name = _("check")
        verbose_name_plural = _("checks")


class Finding(models.Model):
    """What the agency's answer means for the claim, with the evidence it rests on. Never changed."""

    check_made = models.OneToOneField(Check, on_delete=models.PROTECT, related_name="finding")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    differences = EncryptedJSONField(default=list)  # [{"field", "declared", "source"}]
    evidence = EncryptedJSONField(null=True)  # the agency's record as answered
    evidence_hash = models.CharField(max_length=64)
    source = models.CharField(max_length=80)
    trace_id = models.CharField(max_length=40)
    source_time = models.DateTimeField(null=True)
    seconds = models.FloatField()  # from the opening of the check to the finding
    at = models.DateTimeField()


class AgencyCall(models.Model):
    """One HTTP request to an agency: the count that the bureau reports, and what the breaker looks at."""

    agency = models.CharField(max_length=12, choices=Agency.choices)
    at = models.DateTimeField(db_index=True)
    purpose = models.CharField(max_length=12)  # check, prefill, probe
    trace_id = models.CharField(max_length=40)
    status = models.PositiveSmallIntegerField()  # HTTP status, 0 when there was none
    milliseconds = models.PositiveIntegerField()
    usable = models.BooleanField()


class AgencySwitch(models.Model):
    """The switch and the circuit breaker of one agency."""

    agency = models.CharField(max_length=12, choices=Agency.choices, primary_key=True)
    enabled = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
