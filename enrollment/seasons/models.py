"""Seasons, rounds, policies, children, applications and offers."""

import uuid
from typing import ClassVar, Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.states import LIVE_STATES, OPEN_FOR_REVIEW, RoundState
from foundation.acting import current_visit
from foundation.fields import EncryptedJSONField, EncryptedNoteField, EncryptedTextField
from foundation.prepared import Prepared
from schools.models import District, School, Stage


class ApplicationState(models.TextChoices):
    """The names a family reads; the legal steps are enrollment.seasons.states.APPLICATION."""

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


WITH_A_PERSON: Final = frozenset({ApplicationState.ATTENTION, ApplicationState.IN_REVIEW})


class KeptList(models.Model):
    """A list that the district keeps for its rules (``seasons.rules.sources``): who is not on it is known not to be."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="kept_lists")
    kind = models.CharField(max_length=80)  # of the sources, or the name of a fact of the district's own (local.…)
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "kind"], name="a_list_is_kept_once")]
        verbose_name = _("kept list")
        verbose_name_plural = _("kept lists")


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


class FormVersion(models.Model):
    """What a district leaves out of the form and adds (``seasons.rules.own_form``): stored whole, never edited."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="forms")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "number"], name="one_form_version"),
            models.UniqueConstraint(fields=["district", "digest"], name="a_form_is_stored_once"),
        ]
        verbose_name = _("form version")
        verbose_name_plural = _("form versions")

    def __str__(self) -> str:
        return f"v{self.number}"


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
    """One admission round of one stage: filing window, policy, and its state (enrollment.seasons.states.ROUND)."""

    class Kind(models.TextChoices):
        MAIN = "main", _("Main round")
        PRIVATE = "private", _("Private schools")
        SUPPLEMENTARY = "supplementary", _("Supplementary round")

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="rounds")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    kind = models.CharField(max_length=14, choices=Kind.choices, default=Kind.MAIN)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="rounds")
    # what the district changed of the form; null: the form as it is for everybody
    form = models.ForeignKey(FormVersion, null=True, on_delete=models.PROTECT, related_name="rounds")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    results_at = models.DateTimeField()
    check_on = models.DateField(
        null=True, blank=True
    )  # documents must be valid on this day; null: the day of submission
    answer_days = models.PositiveSmallIntegerField(default=7)  # within which a place is answered
    seat_days = models.PositiveSmallIntegerField(default=3)  # within which a seat that became free is answered
    # days before its end on which a place that nobody answered is reminded: text, text, call; empty: the usual ones
    reminders = models.JSONField(default=list)
    state = models.CharField(max_length=12, default=RoundState.PLANNED.value)
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
    prefilled = EncryptedJSONField(default=dict)  # {"household": {"outcome", "records", "source", "at"}, ...}
    # which of several homes that registers name was picked (enrollment.filing.drafts.homes), "another" for none of them
    home_pick = models.CharField(max_length=64, blank=True, default="")
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
    household_here = models.BooleanField(null=True)  # in this county, as judged; null: not known
    # how many materials the rules name for it, and how many of them data answered (enrollment.judging.spared)
    materials = models.JSONField(null=True)
    review_school = models.ForeignKey(School, null=True, on_delete=models.PROTECT, related_name="reviews")
    needs_person = models.BooleanField(default=False)
    needs_offline_check = models.BooleanField(default=False)
    pattern = models.CharField(max_length=400, blank=True, default="")  # what is open, see enrollment.judging.patterns
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
            models.Index(  # the reviewers' queue: a few of a million rows
                fields=["district_code", "next_step_by", "state_at", "id"],
                name="application_queue",
                condition=models.Q(state__in=OPEN_FOR_REVIEW),
            ),
        ]
        verbose_name = _("application")
        verbose_name_plural = _("applications")

    def __str__(self) -> str:
        return self.receipt

    @property
    def offer(self) -> "Offer | None":
        """The newest published result: a place from the waiting list follows a result without one."""
        return NEWEST_OFFER.first(self.pk)


class NameMarks(models.Model):
    """By which parts of the child's name staff find an application: keyed digests (``enrollment.seasons.naming``)."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="name_marks"
    )
    marks = ArrayField(models.BigIntegerField())

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["marks"], name="name_marks")]


class ApplicationVersion(models.Model):
    """One submission, immutable: claims, choices, policy version; beside them, how it was judged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    # the form it was filed with; null: the one for everybody
    form = models.ForeignKey(FormVersion, null=True, on_delete=models.PROTECT, related_name="filed")
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
    # from when the family reads what the agencies answered: later where it was submitted too often; null: at once
    answers_from = models.DateTimeField(null=True)
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


class SettledName(models.Model):
    """A name with a character that could not be typed, as a person settled it from the page given. Never changed: who
    settles it once more adds a row, and the newest counts.
    """

    class Whose(models.TextChoices):
        CHILD = "child", _("The child")
        GUARDIAN = "guardian", _("Who applied")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="settled_names")
    version = models.PositiveIntegerField()
    whose = models.CharField(max_length=8, choices=Whose.choices)
    described = EncryptedTextField()  # the name with placeholders
    description = EncryptedTextField(blank=True, default="")  # what the family said of the character
    name = EncryptedTextField()
    reason = EncryptedNoteField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("settled name")
        verbose_name_plural = _("settled names")


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


class AfterRules(models.Model):
    """What a district lays down for the time after submission; a season without a row goes by the defaults."""

    season = models.OneToOneField(Season, on_delete=models.PROTECT, related_name="after_rules")
    appeal_days = models.PositiveSmallIntegerField(default=15)  # working days within which an appeal is answered
    appeal_within = models.PositiveSmallIntegerField(default=60)  # calendar days within which it may be made
    days_off = models.JSONField(default=list)  # ISO dates that are no working days beside weekends
    extra_days = models.JSONField(default=list)  # ISO dates of weekends that are worked
    issuer = models.JSONField(default=dict)  # {"zh", "en"}: who signs letters; empty: the district's bureau
    bring = models.JSONField(default=list)  # [{"zh", "en", "stages"?}]: what to bring on check-in day
    # whether somebody is sent where the policy says "check: offline"; without it the data alone are looked at
    on_site_visits = models.BooleanField(default=True)
    review_days = models.PositiveSmallIntegerField(default=3)  # working days within which a case is decided
    # working days from the result within which a child without a place is given one; null: no day is promised
    place_days = models.PositiveSmallIntegerField(null=True, blank=True)
    sample_percent = models.PositiveSmallIntegerField(default=5)  # of people's decisions that a second person reads

    class Meta:
        verbose_name = _("rules after submission")
        verbose_name_plural = _("rules after submission")

    def __str__(self) -> str:
        return str(self.season)
