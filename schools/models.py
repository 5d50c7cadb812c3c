from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    KINDERGARTEN = "kindergarten", _("Kindergarten")
    PRIMARY = "primary", _("Primary school")
    JUNIOR = "junior", _("Junior high school")


class District(models.Model):
    """An administrative division (GB/T 2260): province, city or county. Counties are the tenants."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    class Kind(models.TextChoices):
        PUBLIC = "public", _("Public")
        PRIVATE = "private", _("Private")
        MIGRANT = "migrant", _("School for children of migrant workers")
        SPECIAL = "special", _("Special education")

    code = models.CharField(max_length=20, primary_key=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="schools")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PUBLIC)
    education_group = models.CharField(max_length=60, blank=True)
    town = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200)
    longitude = models.FloatField()
    latitude = models.FloatField()
    phone = models.CharField(max_length=30, blank=True)
    features = models.TextField(blank=True)  # one thing a line, or parted by 、; stated, never graded
    facilities = models.TextField(blank=True, default="")
    consult_hours = models.CharField(max_length=100, blank=True, default="")  # when somebody answers the phone

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("school")
        verbose_name_plural = _("schools")

    def __str__(self) -> str:
        return self.name


class SeatPlan(models.Model):
    """How many seats a school offers in one year and stage."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="plans")
    year = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=12, choices=Stage.choices)
    seats = models.PositiveIntegerField()
    class_size = models.PositiveSmallIntegerField(default=45)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["school", "year", "stage"], name="one_plan_a_stage")]
        verbose_name = _("seat plan")
        verbose_name_plural = _("seat plans")

    def __str__(self) -> str:
        return f"{self.school_id} {self.year} {self.stage}: {self.seats}"


class Zone(models.Model):
    """The area served by one or more schools in one year and stage."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="zones")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    year = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=12, choices=Stage.choices)
    schools = models.ManyToManyField(School, related_name="zones")
    polygon = models.JSONField(null=True, blank=True)
    big_zone = models.CharField(max_length=60, blank=True)  # schools of one big zone share what their own zones leave

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "code", "year", "stage"], name="one_zone_version")
        ]
        verbose_name = _("zone")
        verbose_name_plural = _("zones")

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class ZoneRule(models.Model):
    """One line of a zone's published description (see schools.matching.AddressRule)."""

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="rules")
    effect = models.CharField(max_length=8, default="include")
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=80)
    parity = models.CharField(max_length=4, default="all")
    low = models.PositiveIntegerField(null=True)
    high = models.PositiveIntegerField(null=True)
