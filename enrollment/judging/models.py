"""The bureau's own lists, applications that are looked at again, and pairs that a person has looked at together."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application, Child
from foundation.fields import EncryptedJSONField
from schools.models import District


class ListEntry(models.Model):
    """A child on one of the bureau's own lists (``judging.lists.kinds``). Of points each certificate is an entry."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="list_entries")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    child_index = models.CharField(max_length=64)
    part = models.CharField(max_length=80, default="", blank=True)  # certificate of points, name of a local fact
    body = EncryptedJSONField(
        default=dict
    )  # points: {"total", "town", "matches", "issued_on", "valid_until", "residence_town"?}

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["district", "year", "kind", "child_index", "part"], name="once_on_a_list")
        ]
        verbose_name = _("list entry")
        verbose_name_plural = _("list entries")


class SecondLook(models.Model):
    """An application whose judgement may not be true any more. ``due_at`` is a lease; null when it was looked at."""

    class Cause(models.TextChoices):
        HOME = "home", _("Another application names the same home")
        CHILD = "child", _("The guardian has entered a child that may be this one")
        REGISTER = "register", _("A register or list of the bureau was changed")

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.PROTECT, related_name="second_look"
    )
    cause = models.CharField(max_length=10, choices=Cause.choices)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)  # when an approved application was put before a person by it

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="second_look_due", condition=models.Q(due_at__isnull=False))
        ]


class LookedThrough(models.Model):
    """A change of a register or list from which all the second looks it asks for were made."""

    change = models.CharField(max_length=60, unique=True)  # "seats:<table>", "list:<kept list>"
    at = models.DateTimeField()


class SeenTogether(models.Model):
    """A person approved an application having seen another beside it: two children, or two families of one home."""

    class About(models.TextChoices):
        CHILD = "child", _("Two children, not one")
        HOME = "home", _("Two families of one home")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="seen_together")
    version = models.PositiveIntegerField()
    about = models.CharField(max_length=8, choices=About.choices)
    # an entry for which nothing was filed may be deleted by its guardian
    other = models.ForeignKey(Child, on_delete=models.CASCADE, related_name="seen_beside")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "version", "about", "other"], name="seen_together_once")
        ]
