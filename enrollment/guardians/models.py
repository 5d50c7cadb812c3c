"""Who acts for a child beside the guardian who entered it, by which agreement; and whose address is protected."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Child


class Consent(models.Model):
    """What a person agreed to: which text in which version, as shown. Append-only; a withdrawal is a row of its own."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10)
    text_sha256 = models.CharField(max_length=64)
    child = models.ForeignKey(Child, null=True, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()


class ConsentWithdrawal(models.Model):
    """The end of a consent, append-only."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    at = models.DateTimeField()


class Invitation(models.Model):
    """One guardian asks another person to act for a child, too; or that person asks to be added (``asker``)."""

    class Role(models.TextChoices):
        PARENT = "parent", _("Second guardian")
        CARER = "carer", _("Acts for the parents")

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        REVOKED = "revoked", _("Taken back")
        LOCKED = "locked", _("Locked after wrong codes")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="invitations")
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations")
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="asked_invitations"
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    may_act = models.BooleanField(default=False)
    until = models.DateField(null=True)
    phone_index = models.CharField(max_length=64, blank=True)
    phone_hint = models.CharField(max_length=24, blank=True)  # masked, for the inviter to recognise
    code_index = models.CharField(max_length=64, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child", "phone_index"],
                condition=models.Q(state="open", asker__isnull=True),
                name="one_open_invitation",
            ),
            models.UniqueConstraint(
                fields=["child", "asker"], condition=models.Q(state="open"), name="one_open_request"
            ),
        ]


class Guardianship(models.Model):
    """A second guardian or carer of a child, from the agreement to its end. A row is ended, never deleted."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="guardianships")
    role = models.CharField(max_length=10, choices=Invitation.Role.choices)
    may_act = models.BooleanField()
    until = models.DateField(null=True)
    invitation = models.OneToOneField(Invitation, on_delete=models.PROTECT, related_name="guardianship")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child", "guardian"], condition=models.Q(ended_at__isnull=True), name="one_guardianship"
            )
        ]


class AddressProtection(models.Model):
    """A guardian's address stays hidden from every other guardian: by own wish, or by an order an official set."""

    class Source(models.TextChoices):
        OWN = "own", _("By own wish")
        ORDER = "order", _("By order of a court or authority")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="protections")
    source = models.CharField(max_length=10, choices=Source.choices)
    reference = models.CharField(max_length=120, blank=True)  # file number of the order
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "source"], condition=models.Q(ended_at__isnull=True), name="one_protection"
            )
        ]


class BindingAnswer(models.Model):
    """Whether a second guardian agrees that twins stay together. Rows only grow; the newest of a guardian counts."""

    application = models.ForeignKey("enrollment.Application", on_delete=models.PROTECT, related_name="binding_answers")
    guardianship = models.ForeignKey(Guardianship, on_delete=models.PROTECT, related_name="binding_answers")
    together = models.BooleanField()
    consent = models.OneToOneField(Consent, null=True, on_delete=models.PROTECT, related_name="binding_answer")
    answered_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(together=True, consent__isnull=False) | models.Q(together=False, consent=None),
                name="together_by_consent",
            )
        ]


class BindingOutcome(models.Model):
    """How a wish to stay together went into the roll, written at the freeze. Never changed."""

    class Reason(models.TextChoices):
        AGREED = "agreed", _("Everybody who had to agree has agreed")
        WAITING = "waiting", _("A guardian had not answered")
        REFUSED = "refused", _("A guardian did not agree")

    application = models.OneToOneField("enrollment.Application", on_delete=models.PROTECT, related_name="binding")
    together = models.BooleanField()
    reason = models.CharField(max_length=10, choices=Reason.choices)
    at = models.DateTimeField()


class LeadRequest(models.Model):
    """One guardian proposes who leads, that is who gets the messages on decisions; the other one answers."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        REVOKED = "revoked", _("Taken back")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardianship = models.ForeignKey(Guardianship, on_delete=models.PROTECT, related_name="lead_requests")
    to_second = models.BooleanField()  # true: the second guardian leads; false: the one who entered the child
    by_second = models.BooleanField()  # who proposes: the second guardian, or the one who entered the child
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["guardianship"], condition=models.Q(state="open"), name="one_open_lead_request"
            )
        ]


class CopyWish(models.Model):
    """Whether a guardian who does not lead is told of decisions, too. Rows only grow; the newest counts."""

    guardianship = models.ForeignKey(Guardianship, on_delete=models.PROTECT, related_name="copy_wishes")
    by_second = models.BooleanField()  # whose wish: the second guardian's, or the one's who entered the child
    wanted = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
