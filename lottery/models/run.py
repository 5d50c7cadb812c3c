"""Admission runs: objects with frozen inputs and digests (the pure core is beside)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application, Round


class AdmissionRun(models.Model):
    """One run of the allocation over frozen inputs: repeatable bit for bit."""

    class State(models.TextChoices):
        COMPUTED = "computed", _("Computed, not published")
        PUBLISHED = "published", _("Published")
        DISCARDED = "discarded", _("Discarded")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMPUTED)
    inputs_digest = models.CharField(max_length=80)
    digest = models.CharField(max_length=80)
    result = models.JSONField()  # cutoffs, certificate, counts; placements are rows
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round"], name="one_published_run", condition=models.Q(state="published"))
        ]
        verbose_name = _("admission run")
        verbose_name_plural = _("admission runs")


class Placement(models.Model):
    """What a run gave one application, with its explanation per choice."""

    run = models.ForeignKey(AdmissionRun, on_delete=models.PROTECT, related_name="placements")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="placements")
    school_code = models.CharField(max_length=20, blank=True)
    coordinated = models.BooleanField(default=False)
    explanation = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "application"], name="one_placement")]
