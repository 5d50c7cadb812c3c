"""Who guides the families of a list."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models import District


class ListGuide(models.Model):
    """Whom the families of one list of a county ask: an office and, where it names one, a person. Read by families."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="list_guides")
    kind = models.CharField(max_length=12)  # of the list, as ``judging.lists.kinds`` calls it
    office = models.CharField(max_length=60)
    person = models.CharField(max_length=30, blank=True)
    phone = models.CharField(max_length=30)
    hours = models.CharField(max_length=60, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "kind"], name="one_guide_a_list")]
        verbose_name = _("guide of a list")
        verbose_name_plural = _("guides of lists")

    def __str__(self) -> str:
        return f"{self.district_id} {self.kind} {self.office}"
