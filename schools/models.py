"""Districts, schools with their badges and seat plans, zones with their rules, maps, and switches of a district."""

from typing import ClassVar

from django.conf import settings
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
    english = models.CharField(max_length=120, blank=True, default="")  # as the school writes itself; else pinyin
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
    fees = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )  # as the school states them; "" where it says nothing

    class Meta:
        ordering: ClassVar = ["code"]
        verbose_name = _("school")
        verbose_name_plural = _("schools")

    def __str__(self) -> str:
        return self.name

    @property
    def is_drawn(self) -> bool:
        """Whether the draw alone ranks its applicants, whatever group or zone they are of."""
        return self.kind in DRAWN_KINDS


# Private schools (民办) and schools of migrant workers' children (民工子弟) never rank by score: where more children
# apply than there are seats, all are drawn (中发〔2019〕26号).
DRAWN_KINDS = frozenset({School.Kind.PRIVATE, School.Kind.MIGRANT})


class ProfileCheck(models.Model):
    """Somebody of the bureau compared a school's profile with what is true. Never changed."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="profile_checks")
    digest = models.CharField(max_length=64)  # of what was looked at: a profile that changed is not checked any more
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("check of a school's profile")
        verbose_name_plural = _("checks of schools' profiles")


class SchoolBadge(models.Model):
    """A badge that a school was given; without a picture it was taken away. Never changed, the newest row counts.

    Rows stay because a letter is made again from the badge that it was issued with.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="badges")
    picture = models.BinaryField()  # the PNG of schools/badge_picture.py, empty: none any more
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of the picture
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["digest"], name="badge_digest")]
        verbose_name = _("badge of a school")
        verbose_name_plural = _("badges of schools")

    @property
    def mark(self) -> str:
        """What its address ends with: another picture has another address."""
        return self.digest[:16]


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


class AddressPoint(models.Model):
    """A line of the year's address book: where an address or an estate lies on the map."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="address_points")
    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    longitude = models.FloatField()
    latitude = models.FloatField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "year", "name"], name="one_address_point")]


class MapSheet(models.Model):
    """The district's map of a year as GeoJSON (``schools.maps.reading``). A changed map is a new row in its place."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="map_sheets")
    year = models.PositiveSmallIntegerField()
    body = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["district", "year"], name="one_map_a_year")]
        verbose_name = _("map of a district")
        verbose_name_plural = _("maps of districts")

    def __str__(self) -> str:
        return f"{self.district_id} {self.year}"


class ZoneRule(models.Model):
    """One line of a zone's published description (see schools.matching.AddressRule)."""

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="rules")
    effect = models.CharField(max_length=8, default="include")
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=80)
    parity = models.CharField(max_length=4, default="all")
    low = models.PositiveIntegerField(null=True)
    high = models.PositiveIntegerField(null=True)


class Switch(models.Model):
    """A door of the portal opened or closed in a district from a day on (``schools.switches``). Never edited."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="switches")
    door = models.CharField(max_length=20)
    on = models.BooleanField()
    since = models.DateField()
    until = models.DateField(null=True)  # the last day; null: until it is switched again
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["district", "door", "-id"], name="switch_door")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="a_switch_ends_after_it_begins",
            )
        ]
        verbose_name = _("switch")
        verbose_name_plural = _("switches")

    def __str__(self) -> str:
        return f"{self.district_id} {self.door} {self.on}"
