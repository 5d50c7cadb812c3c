"""Cases with others, the departments that are asked, their opinions, and the register of what data lack."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.departments import Department
from enrollment.cases.states import OPEN
from enrollment.documents.models import Document
from enrollment.seasons.models import Application
from foundation import clock
from foundation.fields import EncryptedJSONField, EncryptedNoteField
from schools.models import District


class DataGap(models.Model):
    """What a department does not hold or deliver; entered by an official, from a case or by hand."""

    class State(models.TextChoices):
        OPEN = "open", _("Unsolved")
        PLANNED = "planned", _("Planned")
        CLOSED = "closed", _("Solved")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="data_gaps")
    department = models.CharField(max_length=20, choices=Department.choices)
    item = models.CharField(max_length=20, blank=True)  # of the catalogue; "" where no item is meant
    what = models.CharField(max_length=300)  # no personal data: it is read across cases
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    planned_on = models.DateField(null=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["state", "-reported_at"]
        verbose_name = _("data gap")
        verbose_name_plural = _("data gaps")


class JointCase(models.Model):
    """What is in doubt about one application and is put to departments; its legal steps are cases.states.JOINT_CASE."""

    class Kind(models.TextChoices):
        REVIEW = "review", _("Question of a reviewer")
        REGISTER = "register", _("A family contradicts a register")
        POINTS = "points", _("Points in another town")

    class State(models.TextChoices):
        ASKED = "asked", _("Departments are asked")
        ANSWERED = "answered", _("All answers are in")
        JOINED = "joined", _("Waits for the answer to another case")
        TAKEN = "taken", _("Answer taken as settled")
        GIVEN = "given", _("Points transferred")
        REFUSED = "refused", _("Transfer refused")
        CARRIED = "carried", _("Counted in full by a decision")
        CLOSED = "closed", _("Case closed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="joint_cases")
    version = models.PositiveIntegerField()  # of the application, when it was opened
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    fact = models.CharField(max_length=80, blank=True)  # of the policy's dictionary: what an opinion can settle
    agency = models.CharField(max_length=20, blank=True)  # the data item that is contradicted
    # {"rows": [{"field", "declared", "held"}], "declared": a fact without a record}; of points {"town", "residence"}
    about = EncryptedJSONField(default=dict)
    question = EncryptedNoteField(blank=True, default="")  # of a reviewer; what a case asks by itself is not stored
    names_child = models.BooleanField(default=False)  # whether name and number are needed to answer
    documents = models.ManyToManyField(Document, related_name="+")
    keys = ArrayField(models.CharField(max_length=64), default=list)  # digests of household and home
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    joined_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="joined_cases")
    gap = models.ForeignKey(DataGap, null=True, on_delete=models.PROTECT, related_name="cases")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "kind", "agency"],
                name="one_open_joint_case",
                condition=models.Q(state__in=OPEN) & ~models.Q(kind="review"),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at"], name="joint_case_due"),
            GinIndex(fields=["keys"], name="joint_case_keys"),
        ]
        ordering: ClassVar = ["-pk"]
        verbose_name = _("case with others")
        verbose_name_plural = _("cases with others")

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Enquiry(models.Model):
    """One department's part in a case; its legal steps are cases.states.ENQUIRY."""

    class State(models.TextChoices):
        OPEN = "open", _("Asked")
        ANSWERED = "answered", _("Has answered")
        PASSED = "passed", _("Handed on")
        WITHDRAWN = "withdrawn", _("Taken back")

    class Part(models.TextChoices):
        PLAIN = "", _("Question")
        GIVES = "gives", _("Town that holds the points")
        RECEIVES = "receives", _("Town where the family lives")
        POLICE = "police", _("Police")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(JointCase, on_delete=models.PROTECT, related_name="enquiries")
    part = models.CharField(max_length=8, choices=Part.choices, blank=True, default=Part.PLAIN)
    department = models.CharField(max_length=20, choices=Department.choices)
    division = models.CharField(max_length=12)  # county, or the town whose office is asked
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)  # first
    reminded_at = models.DateTimeField(null=True)  # last, by a person
    near_at = models.DateTimeField(null=True)  # by itself, before the day
    late_at = models.DateTimeField(null=True)  # by itself, after it
    passed_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "department", "division", "part"],
                name="one_open_enquiry",
                condition=models.Q(state="open"),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["department", "due_at"], name="enquiry_desk", condition=models.Q(state="open"))
        ]
        ordering: ClassVar = ["pk"]
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")

    @property
    def number(self) -> str:
        """How a sheet names it."""
        return f"{self.pk:06d}"

    @property
    def is_late(self) -> bool:
        return self.state == self.State.OPEN and clock.deadline_passed(self.due_at)


class Opinion(models.Model):
    """What a department answered. Never changed: a corrected answer is a second row, and the newest counts."""

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("opinion", "Confirmed")
        DIFFERENT = "different", _("Not confirmed")
        UNKNOWN = "unknown", _("Cannot tell")

    class Way(models.TextChoices):
        DESK = "desk", _("On its page")
        SHEET = "sheet", _("By an encrypted sheet")

    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="opinions")
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    value = EncryptedNoteField(blank=True, default="")  # what the department holds, as a reviewer would type it
    reason = EncryptedNoteField(blank=True, default="")
    way = models.CharField(max_length=5, choices=Way.choices, default=Way.DESK)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]


class CaseEvent(models.Model):
    """One step of a case with its words. Never changed."""

    case = models.ForeignKey(JointCase, on_delete=models.PROTECT, related_name="events")
    enquiry = models.ForeignKey(Enquiry, null=True, on_delete=models.PROTECT, related_name="events")
    event = models.CharField(max_length=12)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    note = EncryptedNoteField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]


class BatchKey(models.Model):
    """To whom a department's cases are encrypted where it has no desk: an age key, as two people compared it."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="batch_keys")
    department = models.CharField(max_length=20, choices=Department.choices)
    recipient = models.CharField(max_length=100)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]
