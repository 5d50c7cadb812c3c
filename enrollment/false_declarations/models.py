"""Cases of false declaration and their steps."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.false_declarations.states import OPEN
from enrollment.seasons.models import Application
from foundation.fields import EncryptedTextField


class DeclarationCase(models.Model):
    """What is said to be false in one application; its legal steps are false_declarations.states.CASE."""

    class State(models.TextChoices):
        NOTICED = "noticed", _("Notice given")
        HEARING = "hearing", _("Hearing set")
        FOUND = "found", _("Established, can be appealed")
        APPEALED = "appealed", _("Appeal being decided")
        FINAL = "final", _("Established")
        CLEARED = "cleared", _("Not established")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="declaration_cases")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NOTICED)
    what = EncryptedTextField()  # what is said to be false, and by which evidence: the family reads it
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    hearing_at = models.DateTimeField(null=True)
    hearing_where = models.CharField(max_length=200, blank=True)
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    appeal_by = models.DateTimeField(null=True)  # until when the family may appeal

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"], name="one_open_declaration_case", condition=models.Q(state__in=OPEN)
            )
        ]
        ordering: ClassVar = ["-pk"]
        verbose_name = _("case of false declaration")
        verbose_name_plural = _("cases of false declaration")

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class DeclarationEvent(models.Model):
    """One step of a case with its words. Never changed."""

    case = models.ForeignKey(DeclarationCase, on_delete=models.PROTECT, related_name="events")
    event = models.CharField(max_length=12)
    target = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
