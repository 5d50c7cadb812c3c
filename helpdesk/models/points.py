"""Where a clerk helps families to file."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from schools.models import District


class ServicePoint(models.Model):
    """A place where a clerk helps families to file."""

    class Level(models.TextChoices):
        DISTRICT = "district", _("District")
        TOWN = "town", _("Town or street")
        VILLAGE = "village", _("Village or community")

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="service_points")
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=8, choices=Level.choices)
    address = models.CharField(max_length=200)
    hours = models.CharField(max_length=100)
    phone = models.CharField(max_length=30)

    class Meta:
        ordering: ClassVar = ["level", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "name"], name="one_service_point")]
        verbose_name = _("service point")
        verbose_name_plural = _("service points")

    def __str__(self) -> str:
        return self.name
