"""Homes whose seat is used, the tables of earlier years that came in, and the homes that are asked with now."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application
from imports.models import Import
from schools.models import District, School, Stage


class SeatImport(models.Model):
    """A table of earlier years that was loaded with a season's folder, or taken before there was one importer."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="seat_imports")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    rows = models.JSONField()  # as they will be stored: days, schools and blind indexes, no number and no address
    years = models.JSONField()  # {year: {stage: how many}}, for the second person
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: with the season's folder
    proposed_at = models.DateTimeField()
    taken = models.BooleanField(null=True)  # null: nobody has decided
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["district", "sha256"],
                name="a_table_of_seats_once",
                condition=models.Q(taken__isnull=True) | models.Q(taken=True),
            )
        ]
        verbose_name = _("table of used seats")
        verbose_name_plural = _("tables of used seats")


class UsedSeat(models.Model):
    """A child entered a school on the seat of a home. Never changed: a row that was wrong is revoked by another."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="used_seats")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="used_seats")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    used_on = models.DateField()
    left_on = models.DateField(null=True)
    child_index = models.CharField(max_length=64)
    numbers = ArrayField(models.CharField(max_length=64), default=list)  # of certificate, contract and unit
    places = ArrayField(models.CharField(max_length=64), default=list)  # of the address
    parents = ArrayField(models.CharField(max_length=64), default=list)
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="used_seats")
    seat_import = models.ForeignKey(SeatImport, null=True, on_delete=models.PROTECT, related_name="seats")
    made = models.ForeignKey(Import, null=True, on_delete=models.PROTECT, related_name="used_seats")
    revokes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="revoked_by")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["numbers"], name="used_seat_numbers"),
            GinIndex(fields=["places"], name="used_seat_places"),
            GinIndex(fields=["parents"], name="used_seat_parents"),
        ]
        verbose_name = _("used seat")
        verbose_name_plural = _("used seats")


class AskedHome(models.Model):
    """The home an application asks with, written when it is judged, so that a second family of one home is found."""

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.PROTECT, related_name="asked_home"
    )
    numbers = ArrayField(models.CharField(max_length=64), default=list)  # of certificate, contract and unit
    places = ArrayField(models.CharField(max_length=64), default=list)  # of the address
    parents = ArrayField(models.CharField(max_length=64), default=list)
    stands = models.BooleanField()  # no register says that the home is not this family's to ask with

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["numbers"], name="asked_home_numbers"),
            GinIndex(fields=["places"], name="asked_home_places"),
            GinIndex(fields=["parents"], name="asked_home_parents"),
        ]
