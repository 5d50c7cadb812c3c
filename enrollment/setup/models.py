"""What is to be changed in a season, kept until a second person takes it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import PolicyVersion
from enrollment.setup.states import OPEN
from schools.models import District


class SeasonDraft(models.Model):
    """A season as it is to be: rounds, dates and rules. One is open at a time; ``revision`` tells whose form is old."""

    class State(models.TextChoices):
        EDITING = "editing", _("Draft")
        ASKED = "asked", _("Waits for a second person")
        TAKEN = "taken", _("In force")
        DROPPED = "dropped", _("Dropped")

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="season_drafts")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.EDITING)
    body = models.JSONField()  # enrollment.setup.bodies
    basis = models.CharField(max_length=64)  # digest of what stood when it was begun
    revision = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=500, blank=True, default="")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["district", "year"], name="one_open_season_draft", condition=models.Q(state__in=OPEN)
            ),
            models.CheckConstraint(
                condition=models.Q(taken_at__isnull=True)
                | models.Q(taken_by__isnull=False) & ~models.Q(taken_by=models.F("asked_by")),
                name="a_season_draft_is_taken_by_another",
            ),
        ]
        verbose_name = _("draft of a season")
        verbose_name_plural = _("drafts of seasons")

    def __str__(self) -> str:
        return f"{self.district_id} {self.year} r{self.revision}"


class RuleComparison(models.Model):
    """What changes for whom between two versions of rules, by the families of the newest season; made by a worker."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting for a worker")
        DONE = "done", _("Compared")

    before = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="comparisons")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    result = models.JSONField(default=dict)  # counts only (policy.compare), nobody by name or number
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state"], name="rule_comparison_state")]
        verbose_name = _("comparison of rules")
        verbose_name_plural = _("comparisons of rules")


class SeasonFolder(models.Model):
    """A season's folder that was uploaded: what it would change, kept until a second person takes it."""

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a second person")
        TAKEN = "taken", _("In force")
        DROPPED = "dropped", _("Dropped")

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="season_folders")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    content = models.BinaryField()  # the archive, encrypted; empty once it is decided
    sha256 = models.CharField(max_length=64)
    basis = models.CharField(max_length=64)  # digest of what stood when it was compared
    result = models.CharField(max_length=64)  # digest of what stands once it is taken
    changes = models.JSONField()  # [{"file", "gone": [line], "new": [line], "more"}]
    reason = models.CharField(max_length=500, blank=True, default="")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["district", "year"], name="one_open_season_folder", condition=models.Q(state="asked")
            ),
            models.CheckConstraint(
                condition=~models.Q(state="taken")
                | models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("asked_by")),
                name="a_season_folder_is_taken_by_another",
            ),
        ]
        verbose_name = _("folder of a season")
        verbose_name_plural = _("folders of seasons")
