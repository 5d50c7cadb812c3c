"""Admission runs with frozen inputs and digests, and what a published one gave each child."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application, Round


class AdmissionRun(models.Model):
    """One run of the allocation over frozen inputs: repeatable bit for bit. Its life: lottery.admission.states.RUN."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Being computed")
        COMPUTED = "computed", _("Computed, not published")
        PUBLISHING = "publishing", _("Being published")
        PUBLISHED = "published", _("Published")
        DISCARDED = "discarded", _("Discarded")
        FAILED = "failed", _("Stopped")

    WORKING = (State.QUEUED, State.PUBLISHING)

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    inputs_digest = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=80, blank=True)
    result = models.JSONField(default=dict)  # table of schools, certificate, counts; placements are rows
    reason = models.TextField(blank=True)  # why it stopped
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="published_runs"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    told_through = models.BigIntegerField(default=0)  # the placement up to which families have their message queued
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round"], name="one_published_run", condition=models.Q(state="published")),
            models.UniqueConstraint(
                fields=["round"], name="one_working_run", condition=models.Q(state__in=["queued", "publishing"])
            ),
        ]
        verbose_name = _("admission run")
        verbose_name_plural = _("admission runs")


class Placement(models.Model):
    """What a published run gave one application. The words are made from the numbers when somebody reads them."""

    # the unique constraint below already serves the look-up by run
    run = models.ForeignKey(AdmissionRun, on_delete=models.PROTECT, related_name="placements", db_index=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="placements")
    school_code = models.CharField(max_length=20, blank=True)
    shared = models.BooleanField(default=False)  # a seat shared within the big zone
    coordinated = models.BooleanField(default=False)
    metres = models.PositiveIntegerField(null=True)  # from the first choice, when coordinated
    positions = ArrayField(models.IntegerField(), default=list)  # rank at each school of the run, in the order listed
    tickets = models.BinaryField(default=b"")  # the first 16 bytes of the ticket at each of them

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "application"], name="one_placement")]
