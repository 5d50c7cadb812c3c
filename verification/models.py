"""Checks and what they found, calls to agencies and their tallies, data items and the switches of agencies."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.fields import EncryptedJSONField


class Agency(models.TextChoices):
    HOUSEHOLD = "household", _("Household registration (police)")
    REAL_ESTATE = "real_estate", _("Real estate (natural resources)")
    CONTRACT = "contract", _("Sales contract filing (housing)")
    PERMIT = "permit", _("Residence permit (police)")
    INSURANCE = "insurance", _("Social insurance (human resources)")
    BIRTH = "birth", _("Birth certificate (health)")
    MARRIAGE = "marriage", _("Marriage and custody (civil affairs)")
    RENTAL = "rental", _("Lease filing and public rental (housing)")
    BUSINESS = "business", _("Business licence (market supervision)")
    DISABILITY = "disability", _("Disability certificate (disabled persons' federation)")
    REGISTRY = "registry", _("Student registry (education)")


class Outcome(models.TextChoices):
    MATCH = "match", _("Confirmed")
    MISMATCH = "mismatch", _("Differs")
    NOT_FOUND = "not_found", _("Not found")
    UNAVAILABLE = "unavailable", _("No answer")


class Check(models.Model):
    """One claim to be checked at one agency. ``subject`` is the id of the application version it belongs to,
    ``round_id`` the number of the round that it was submitted in (0: none).
    """

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("check", "Waiting")
        DONE = "done", _("Done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.UUIDField(db_index=True)
    district_code = models.CharField(max_length=12)
    round_id = models.BigIntegerField(default=0)
    agency = models.CharField(max_length=12, choices=Agency.choices)
    claim = EncryptedJSONField()
    turn = models.PositiveSmallIntegerField(default=0)  # an agency that gave no answer is asked again; the last counts
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "agency", "turn"], name="one_check_a_turn")]
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


def _of_division(name: str) -> models.Index:
    """The rows of a division (a prefix of their districts) in a time are read without those of a whole province."""
    return models.Index(
        fields=["district_code", "hour"], opclasses=["varchar_pattern_ops", "timestamptz_ops"], name=name
    )


class FindingTally(models.Model):
    """How many findings of one kind fell into an hour (``verification.tallies``); several rows may say it together.

    Hours that are long over become days: ``hour`` is then the beginning of the day.
    """

    hour = models.DateTimeField(db_index=True)
    district_code = models.CharField(max_length=12)
    round_id = models.BigIntegerField(default=0)
    agency = models.CharField(max_length=12, choices=Agency.choices)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    slowness = models.PositiveSmallIntegerField()  # the bucket of the seconds from the check's opening to the finding
    findings = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [_of_division("finding_tally_division")]


class CallTally(models.Model):
    """How many requests were made to an agency in an hour, over which line, and how they went; several rows may say it
    together. Rows from before districts were counted have none.
    """

    hour = models.DateTimeField(db_index=True)
    district_code = models.CharField(max_length=12, default="")
    round_id = models.BigIntegerField(default=0)
    agency = models.CharField(max_length=12, choices=Agency.choices)
    line = models.CharField(max_length=32, default="")
    purpose = models.CharField(max_length=12)
    slowness = models.PositiveSmallIntegerField(default=0)  # the bucket of the milliseconds that one took
    calls = models.PositiveIntegerField(default=0)
    usable = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveBigIntegerField(default=0)  # of all together

    class Meta:
        indexes: ClassVar = [_of_division("call_tally_division")]


class MaterialTally(models.Model):
    """How many materials the rules would have asked families for, and how many of them data answered.

    Counted when a family is judged; a later judgement of the same application adds the difference, which may be below
    zero. The row without an agency counts each material once; that of an agency counts those which it helped to answer.
    """

    hour = models.DateTimeField(db_index=True)
    district_code = models.CharField(max_length=12)
    round_id = models.BigIntegerField(default=0)
    agency = models.CharField(max_length=12, choices=Agency.choices, blank=True)
    families = models.IntegerField(default=0)
    named = models.IntegerField(default=0)  # by the rules, for the families' groups
    replaced = models.IntegerField(default=0)  # by data


class DataItem(models.Model):
    """One row of a division's catalogue of data items: who owns it, why it may be asked, over which line, on or off.

    ``division`` is a prefix of the codes of the districts it holds for ("43", "4307", "430702"); the longest one that
    says how to ask is used, and whichever of them is off cuts off all that lie below it, and nobody else.
    """

    agency = models.CharField(max_length=12, choices=Agency.choices)
    division = models.CharField(max_length=12, blank=True)
    owner = models.CharField(max_length=100, blank=True)  # the department; "" is that of the catalogue
    basis = models.CharField(max_length=300, blank=True)  # the legal basis, in the same way
    purpose = models.CharField(max_length=300, blank=True)  # the fields that are asked
    valid_until = models.DateField(null=True)  # the last day of the agreement; nobody is asked after it
    endpoint = models.CharField(max_length=300, blank=True)  # "" is that of the level above
    secret = models.CharField(max_length=60, blank=True)  # the name of the secret, never the secret
    quota = models.PositiveIntegerField(null=True)  # requests a second
    test_person = models.CharField(max_length=60, blank=True)  # a number that the agency made up for trials
    dialect = models.JSONField(default=dict)  # verification.dialect
    enabled = models.BooleanField(default=True)
    note = models.CharField(max_length=200, blank=True)
    changed_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    # who asks that an item of a whole city or province be switched off: a second person does it
    asked_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    asked_note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["agency", "division"], name="one_item_a_division")]
        verbose_name = _("data item")
        verbose_name_plural = _("data items")


class AgencySwitch(models.Model):
    """The circuit breaker of one line: an agency ("household"), or one that a division has of its own
    ("household@4307").
    """

    line = models.CharField(max_length=32, primary_key=True)
    failures = models.PositiveSmallIntegerField(default=0)
    open_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
