"""Signatures and objections under the steps of a draw, the answers to them, and the notary's certificate."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lottery.ceremony.models import Draw


class StepSign(models.Model):
    """A witness's signature under one step, or an objection with its reason. Never changed."""

    class Decision(models.TextChoices):
        SIGN = "sign", _("Signed")
        OBJECT = "object", _("Objection")

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="signs")
    step = models.CharField(max_length=12)  # lottery.witnesses.states.SIGNED
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    role = models.CharField(max_length=12)  # lottery.ceremony.states.DUTIES
    decision = models.CharField(max_length=6, choices=Decision.choices)
    subject = models.CharField(max_length=80)  # the digest that was signed: a corrected value is signed again
    note = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "step", "subject", "person"], name="one_signature_a_step")
        ]


class SignReply(models.Model):
    """The bureau's recorded answer to an objection. Never changed."""

    sign = models.OneToOneField(StepSign, on_delete=models.PROTECT, related_name="reply")
    official = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    text = models.TextField()
    at = models.DateTimeField()


class Certification(models.Model):
    """The notary's certificate over a published draw; the minutes are made with it. Never changed."""

    draw = models.OneToOneField(Draw, on_delete=models.PROTECT, related_name="certification")
    notary = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    number = models.CharField(max_length=60)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
