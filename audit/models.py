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
    action = models.CharField(max_length=60, db_index=True)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    district_code = models.CharField(max_length=12, blank=True, db_index=True)
    details = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    seal = models.ForeignKey(Seal, null=True, on_delete=models.PROTECT, related_name="covered")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id"]),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(seal__isnull=True)),
        ]
        verbose_name = _("log entry")
        verbose_name_plural = _("log of reads and writes")

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"
