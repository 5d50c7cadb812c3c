"""Simulations before the draw: asked for by an official, worked on outside the request."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Round


class WhatIf(models.Model):
    """One simulation of a round with the applications of its moment. It decides nothing and is never published."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Being simulated")
        DONE = "done", _("Simulated")
        FAILED = "failed", _("Stopped")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="simulations")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    draws = models.PositiveIntegerField()
    seed = models.BigIntegerField(default=0)  # of the simulation; it has nothing to do with the seed of a draw
    inputs_digest = models.CharField(max_length=80, blank=True)
    result = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round"], name="one_working_simulation", condition=models.Q(state="queued"))
        ]
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
