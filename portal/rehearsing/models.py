"""The one thing a rehearsal leaves in the real database: who had it played, how far it is, and what it found."""

from typing import ClassVar, Final

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.rehearsing.states import LIVE
from schools.models import District

FEWEST: Final = 20
MOST: Final = 2_000


class Rehearsal(models.Model):
    """One rehearsal of a season. ``holder`` names the process that plays it, ``beat_at`` is its last sign of life."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("rehearsal", "Waits to begin")
        RUNNING = "running", pgettext_lazy("rehearsal", "Is being played")
        DONE = "done", pgettext_lazy("rehearsal", "Played to the end")
        FAILED = "failed", pgettext_lazy("rehearsal", "Did not come to its end")
        STOPPED = "stopped", pgettext_lazy("rehearsal", "Stopped")
        INTERRUPTED = "interrupted", pgettext_lazy("rehearsal", "Interrupted")

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="rehearsals")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=11, choices=State.choices, default=State.QUEUED)
    families = models.PositiveSmallIntegerField(validators=[MinValueValidator(FEWEST), MaxValueValidator(MOST)])
    seed = models.PositiveIntegerField()  # the same seed is the same families
    digest = models.CharField(max_length=64, blank=True, default="")  # of what was played (ground.digest_of)
    progress = models.JSONField(default=dict)  # {"phases": [{"name", "total", "done", "seconds"}], "said": [text]}
    report = models.JSONField(default=dict)  # rehearsal.report; counts and synthetic names only
    problems = models.PositiveIntegerField(null=True)  # how many the report names
    trouble = models.TextField(blank=True, default="")  # why it did not come to its end
    holder = models.CharField(max_length=32, blank=True, default="")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stop_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    wiped_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    wiped_at = models.DateTimeField(null=True)  # when somebody deleted its report

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["district", "year"], name="one_live_rehearsal_a_season", condition=models.Q(state__in=LIVE)
            ),
            models.CheckConstraint(
                condition=models.Q(families__gte=FEWEST, families__lte=MOST), name="a_rehearsal_is_bounded"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["district", "year", "-asked_at"], name="rehearsals_of_a_season"),
        ]
        verbose_name = _("rehearsal")
        verbose_name_plural = _("rehearsals")

    @property
    def took(self) -> int:
        """Seconds from its beginning to its end; 0 before it has one."""
        return round((self.ended_at - self.began_at).total_seconds()) if self.began_at and self.ended_at else 0

    def __str__(self) -> str:
        return f"{self.district_id} {self.year} #{self.pk}"
