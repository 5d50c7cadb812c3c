"""Schools approved to admit by preference and score, and the files of their scores."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Round
from foundation.fields import EncryptedJSONField
from schools.models import School, Stage


class ScoreSchool(models.Model):
    """A school that two people approved, by the number of the bureau's document, for one year and stage."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="score_approvals")
    year = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=12, choices=Stage.choices)
    document = models.CharField(max_length=80)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "year", "stage"], name="one_score_approval"),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("proposed_by")),
                name="score_approval_by_two",
            ),
        ]
        verbose_name = _("approved score school")
        verbose_name_plural = _("approved score schools")


class ScoreFile(models.Model):
    """One version of a school's scores; a row is never changed, a new import is a new version.

    `sha256` and `sm3` are of the file exactly as the bureau holds it; `rows` are hundredths of a point by receipt.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="score_files")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="score_files")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64, blank=True)
    count = models.PositiveIntegerField()
    rows: "models.Field[dict[str, int], Any]" = EncryptedJSONField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "school", "number"], name="one_score_file_number")
        ]
        verbose_name = _("score file")
        verbose_name_plural = _("score files")
