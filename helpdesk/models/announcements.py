"""What stands at the top of every family's page for a while."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models import District


class Announcement(models.Model):
    """A sentence or two of a county, shown from one moment to another. Never edited; it may be ended early."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="announcements")
    text = models.JSONField()  # {"zh", "en"}
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="announcement_ends")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="an_announcement_ends_after_it_begins"
            )
        ]
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return f"{self.district_id} {self.pk}"
