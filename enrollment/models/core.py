"""Seasons, rounds, policies, children, applications and offers."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.states import LIVE_STATES
from foundation.acting import current_visit
from foundation.fields import EncryptedJSONField, EncryptedNoteField, EncryptedTextField
from foundation.prepared import Prepared
from schools.models import District, School, Stage


class ApplicationState(models.TextChoices):
    """The names a family reads; the legal steps are enrollment.states.APPLICATION."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Received")
    VERIFYING = "verifying", _("Being checked")
    VERIFIED = "verified", _("Checked")
    ATTENTION = "attention", _("A person will look at it")
    IN_REVIEW = "in_review", _("Being reviewed")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Please correct")
    NOT_ELIGIBLE = "not_eligible", _("Not eligible")
    APPEALED = "appealed", _("Appeal being decided")
    IN_POOL = "in_pool", _("Waiting for placement")
    WAITING = "waiting", _("No place yet: coordination follows")
    OFFERED = "offered", _("Place offered")
    ACCEPTED = "accepted", _("Place accepted")
    DECLINED = "declined", _("Place declined")
    LAPSED = "lapsed", _("Offer lapsed")
    ENROLLED = "enrolled", _("Enrolled")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PolicyVersion(models.Model):
    """One version of a district's published scheme. Never edited once a round uses it (database trigger)."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="policies")
    code = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "code", "number"], name="one_policy_version")
        ]
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")

    def __str__(self) -> str:
        return f"{self.code} v{self.number}"


class Season(models.Model):
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="seasons")
    year = models.PositiveSmallIntegerField()
    rehearsal = models.BooleanField(default=False)
    synthetic = models.BooleanField(default=False)
    calendar = models.JSONField(default=list)  # [{"key", "zh", "en", "starts", "ends"}]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "year", "rehearsal"], name="one_season_a_year")
        ]
        verbose_name = _("season")
        verbose_name_plural = _("seasons")

    def __str__(self) -> str:
        return f"{self.district_id} {self.year}"


class Round(models.Model):
    """One admission round of one stage: filing window, policy, and its state (enrollment.states.ROUND)."""

    class Kind(models.TextChoices):
        MAIN = "main", _("Main round")
        PRIVATE = "private", _("Private schools")
        SUPPLEMENTARY = "supplementary", _("Supplementary round")

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="rounds")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    kind = models.CharField(max_length=14, choices=Kind.choices, default=Kind.MAIN)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="rounds")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    results_at = models.DateTimeField()
    check_on = models.DateField(null=True, blank=True)  # papers must be valid on this day; null: the day of submission
    state = models.CharField(max_length=12, default="planned")
    # said to families while the round is paused; kept afterwards as the reason of the last pause
    pause_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["season", "stage", "kind"], name="one_round_a_kind"),
            models.CheckConstraint(condition=models.Q(closes_at__gt=models.F("opens_at")), name="round_opens_first"),
        ]
        verbose_name = _("round")
        verbose_name_plural = _("rounds")

    def __str__(self) -> str:
        return f"{self.season} {self.get_stage_display()} {self.get_kind_display()}"


class Child(models.Model):
    """A child as one guardian entered it. The same child may be entered by both parents; see Application."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="children")
    document_kind = models.CharField(max_length=30)
    id_number = EncryptedTextField()
    id_index = models.CharField(max_length=64, db_index=True)
    name = EncryptedTextField()
    name_index = models.CharField(max_length=64, blank=True, default="", db_index=True)  # of the normalised name
    typed = EncryptedJSONField(default=dict)  # name and number exactly as typed: a normal form may lose a variant
    birth_date = models.DateField()
    sex = models.CharField(max_length=1)  # GB/T 2261.1: 1 male, 2 female
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["guardian", "id_index"], name="one_child_a_guardian")]
        verbose_name = _("child")
        verbose_name_plural = _("children")


class Draft(models.Model):
    """What a guardian has typed so far for one child and round, saved at every step, errors included."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="drafts")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="drafts")
    answers = EncryptedJSONField(default=dict)
    prefilled = EncryptedJSONField(default=dict)  # {"household": {"outcome", "record", "source", "at"}, ...}
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["child", "round"], name="one_draft_a_round")]


class Application(models.Model):
    """One child's application in one round. What was submitted is in its versions and is never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    receipt = models.CharField(max_length=20, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="applications")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="applications")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="applications")
    district_code = models.CharField(max_length=12, db_index=True)
    season_year = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=12, choices=Stage.choices)
    rehearsal = models.BooleanField(default=False)
    child_index = models.CharField(max_length=64)
    state = models.CharField(max_length=14, choices=ApplicationState.choices, default=ApplicationState.SUBMITTED)
    version = models.PositiveIntegerField(default=1)
    channel = models.CharField(max_length=20, default="web")
    online = models.BooleanField(default=True)
    uploads = models.PositiveSmallIntegerField(default=0)
    fill_seconds = models.PositiveIntegerField(default=0)
    group_code = models.CharField(max_length=40, blank=True)
    tier = models.PositiveSmallIntegerField(null=True)
    points = models.IntegerField(default=0)
    order = models.JSONField(default=list)  # the policy's order key before the ticket: lower is better
    zone_code = models.CharField(max_length=40, blank=True)
    review_school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="reviews")
    needs_person = models.BooleanField(default=False)
    needs_offline_check = models.BooleanField(default=False)
    sibling_key = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField()
    state_at = models.DateTimeField()
    next_step_by = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child_index", "season_year", "stage", "rehearsal"],
                name="one_live_application",
                condition=models.Q(state__in=LIVE_STATES),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["round", "state"]),
            models.Index(fields=["state", "state_at"]),
            # the order of the desk, and the values of its filter
            models.Index(fields=["-needs_person", "state_at", "-id"], name="application_desk"),
            models.Index(fields=["group_code"], name="application_group"),
        ]
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return self.receipt

    @property
    def offer(self) -> "Offer | None":
        """The newest published result: a place from the waiting list follows a result without one."""
        return NEWEST_OFFER.first(self.pk)


class ApplicationVersion(models.Model):
    """One submission, immutable: claims, choices, policy version; beside them, how it was judged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    claims = EncryptedJSONField()
    claims_hash = models.CharField(max_length=64)
    choices = models.JSONField(default=list)  # school codes, most wanted first
    client_token = models.UUIDField(unique=True)  # the form's own id: a repeated press is the same submission
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    submitted_at = models.DateTimeField()
    facts = EncryptedJSONField(null=True)
    evaluation = EncryptedJSONField(null=True)  # group, points, order, materials, trace, zone and its steps
    settled = EncryptedJSONField(default=dict)  # facts a reviewer settled: {name: {"value", "by", "at", "reason"}}
    assessed_at = models.DateTimeField(null=True)
    # when it may be judged (again): a lease; null when there is nothing to do
    assess_at = models.DateTimeField(null=True)
    visit = models.ForeignKey(  # in which a clerk did it for the family; null: the family itself
        "enrollment.AssistVisit", null=True, default=current_visit, on_delete=models.PROTECT, related_name="versions"
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "number"], name="one_version_number")]
        indexes: ClassVar = [
            models.Index(fields=["assess_at"], name="version_to_assess", condition=models.Q(assess_at__isnull=False)),
            # the oldest family that was not judged
            models.Index(
                fields=["submitted_at"], name="version_unjudged", condition=models.Q(assessed_at__isnull=True)
            ),
        ]


class Transition(models.Model):
    """One step of an application's life: append-only."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="transitions")
    source = models.CharField(max_length=14)
    event = models.CharField(max_length=24)
    target = models.CharField(max_length=14)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    reason = EncryptedNoteField(blank=True)
    at = models.DateTimeField()
    visit = models.ForeignKey(  # in which a clerk did it for the family; null: the family itself
        "enrollment.AssistVisit", null=True, default=current_visit, on_delete=models.PROTECT, related_name="transitions"
    )

    class Meta:
        ordering: ClassVar = ["id"]


class ReturnRequest(models.Model):
    """Return for correction (补正): which items, what is asked, until when."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="returns")
    version = models.PositiveIntegerField()
    items = models.JSONField()  # field names of the form that are open again
    reason = EncryptedNoteField()
    deadline = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)


class Offer(models.Model):
    """A published place, or the published absence of one. Never changed; what the family answers is a transition."""

    class Kind(models.TextChoices):
        CHOICE = "choice", _("By choice")
        COORDINATION = "coordination", _("By coordination")
        WAITING_LIST = "waiting_list", _("From the waiting list")
        CORRECTION = "correction", _("By correction")
        NONE = "none", _("No place yet")

    # the unique constraint below already serves the look-up by application
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="offers", related_query_name="offer", db_index=False
    )
    school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="offers")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    run_id = models.BigIntegerField()
    published_at = models.DateTimeField()
    answer_by = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "kind"], name="one_offer_of_a_kind"),
        ]


NEWEST_OFFER = Prepared(
    lambda application: Offer.objects.filter(application=application).select_related("school").order_by("-pk")[:1], 1
)


class ListEntry(models.Model):
    """A child on one of the bureau's own lists: military, martyr, talent, points."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="list_entries")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    child_index = models.CharField(max_length=64)
    body = EncryptedJSONField(default=dict)  # points: {"total", "town", "matches"}

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "year", "kind", "child_index"], name="once_on_a_list")
        ]
        verbose_name = _("list entry")
        verbose_name_plural = _("list entries")
