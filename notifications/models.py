"""Messages, each try to hand one over, and when a channel may be used."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.fields import EncryptedTextField

# in these states nobody knows of a family that it was told
UNREACHED = ("undelivered", "failed", "expired", "unclear")


class Message(models.Model):
    """One message to one person. ``key`` is unique: the same event never tells a family twice.

    ``unsure``: it may have been handed over, and is asked for before it is sent. ``copy``: how often a person had it
    sent again. ``created_at``: since when it is to be said, of a quiet night its end. ``expires_at``: after it nobody
    is served by the text. ``ask_at``: when the channel is asked what became of it, unless it says so itself before.
    """

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("message", "Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        UNDELIVERED = "undelivered", _("Not delivered")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Not sent in time")
        UNCLEAR = "unclear", _("Not known whether it was sent")
        TOLD = "told", _("Told by a person")

    class Urgency(models.IntegerChoices):
        """What goes first. Somebody waits at a page for a code; of thousands at once no one does."""

        CODE = 0, _("Sign-in code")
        FAMILY = 5, _("About one family")
        MANY = 9, _("To many families")

    key = models.CharField(max_length=120)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="messages")
    phone = EncryptedTextField()
    template = models.CharField(_("Template"), max_length=40)
    language = models.CharField(max_length=10)
    body = EncryptedTextField()
    district_code = models.CharField(max_length=12, blank=True)
    state = models.CharField(_("State"), max_length=12, choices=State.choices, default=State.QUEUED)
    secret = models.BooleanField(default=False)  # holds a sign-in code: never shown to staff
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.FAMILY)
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField(_("Queued at"))
    sent_at = models.DateTimeField(_("Sent at"), null=True)
    unsure = models.BooleanField(default=False, db_default=False)
    copy = models.PositiveSmallIntegerField(default=0, db_default=0)
    expires_at = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key"], name="message_key")]
        indexes: ClassVar = [
            models.Index(  # what a county's list counts, also of one kind of message
                OpClass("district_code", name="varchar_pattern_ops"), "template", name="message_list"
            ),
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
            models.Index(  # the families that were not reached: few of a million rows
                fields=["id"], name="message_unreached", condition=models.Q(state__in=UNREACHED)
            ),
            models.Index(fields=["ask_at"], name="message_ask", condition=models.Q(ask_at__isnull=False)),
        ]
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return f"{self.template} {self.pk}"


class Delivery(models.Model):
    """One attempt to hand a message to a channel, with what the channel answered; or what a person did instead."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        UNDELIVERED = "undelivered", _("Not delivered")
        RETRY = "retry", _("To be tried again")
        HELD = "held", _("Held: the settings are wrong")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Not sent in time")
        UNCLEAR = "unclear", _("Not known whether it was sent")
        AGAIN = "again", _("Sent again by a person")
        TOLD = "told", _("Told by a person")

    PERSON: ClassVar = "person"  # the channel of what people did

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    reference = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    detail = models.CharField(max_length=200, blank=True)
    segments = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # a text of the provider is one message's: what another one was told by is not found a second time
            models.UniqueConstraint(
                fields=["channel", "reference"], name="delivery_reference", condition=~models.Q(reference="")
            )
        ]
        indexes: ClassVar = [BrinIndex(fields=["at"], name="delivery_at", autosummarize=True)]  # counted by day
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self) -> str:
        return f"{self.channel} {self.outcome}"


class ChannelState(models.Model):
    """Whether a lane of a channel may be used: throttled until a time, or held because its settings are wrong.

    While it is held one message is tried now and then, so that mending the settings is enough.
    """

    channel = models.CharField(max_length=20)
    lane = models.CharField(max_length=10)
    closed_until = models.DateTimeField()
    held_since = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "lane"], name="channel_lane")]
        verbose_name = _("channel state")
        verbose_name_plural = _("channel states")

    def __str__(self) -> str:
        return f"{self.channel} {self.lane}"
