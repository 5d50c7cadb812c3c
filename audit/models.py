"""The log: entries, the seals that chain them, what was published of a day, and what a check of it found."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Seal(models.Model):
    """One link of the chain: SHA-256 over the previous seal and the digests of the entries it covers, in id order."""

    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    entries = models.PositiveIntegerField()
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:12]


class Entry(models.Model):
    """Who did or saw what, when. Details never hold ID numbers, phones or names."""

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    district_code = models.CharField(max_length=12, blank=True, db_index=True)
    details = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    seal = models.ForeignKey(Seal, null=True, on_delete=models.PROTECT, related_name="covered")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id"]),
            # the list filtered by one of the two is read newest first
            models.Index(fields=["action", "-id"], name="audit_by_action"),
            models.Index(fields=["object_type", "-id"], name="audit_by_object_type"),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(seal__isnull=True)),
        ]
        verbose_name = _("log entry")
        verbose_name_plural = _("log of reads and writes")

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"


class Anchor(models.Model):
    """What the chain of a day ended with, published the next day: whoever noted it can prove a later rewriting."""

    day = models.DateField(unique=True)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="anchors")
    digest = models.CharField(max_length=64)  # of the seal, as published
    seals = models.PositiveBigIntegerField()  # how many seals the chain had
    published_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-day"]
        verbose_name = _("anchor of the log")
        verbose_name_plural = _("anchors of the log")


class DailyCheck(models.Model):
    """What one check of a day found: how many rows are in a state that cannot be, and the first of them."""

    day = models.DateField()
    name = models.CharField(max_length=40)
    found = models.PositiveIntegerField()
    examples = models.JSONField(default=list)  # keys or words, no names
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "name"], name="one_daily_check")]
        ordering: ClassVar = ["-day", "-found", "name"]
        verbose_name = _("daily check")
        verbose_name_plural = _("daily checks")
