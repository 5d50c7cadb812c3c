from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.fields import EncryptedTextField


class Message(models.Model):
    """One message to one person. ``key`` is unique: the same event never tells a family twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    class Urgency(models.IntegerChoices):
        """What goes first. Somebody waits at a page for a code; of thousands at once no one does."""

        CODE = 0, _("Sign-in code")
        FAMILY = 5, _("About one family")
        MANY = 9, _("To many families")

    key = models.CharField(max_length=120, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="messages")
    phone = EncryptedTextField()
    template = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    body = EncryptedTextField()
    district_code = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    secret = models.BooleanField(default=False)  # holds a sign-in code: never shown to staff
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.FAMILY)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["urgency", "next_attempt_at"],
                name="message_due",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(  # how long codes and messages have waited: read for the status page
                fields=["secret", "created_at"],
                name="message_waiting",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
        ]
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"


class Delivery(models.Model):
    """One attempt to hand a message to a channel, with what the channel answered."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    reference = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=12)
    detail = models.CharField(max_length=200, blank=True)
    segments = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()
