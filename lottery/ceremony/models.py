"""The draw of a round: plan, frozen roll, witnesses, confirmations, signatures, and the files the public downloads."""

import zlib
from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application, Round
from foundation.fields import EncryptedTextField
from lottery.ceremony.states import DrawState

# zlib reads a gzip header when told so by this width of its window.
GZIP = 31


class CeremonyPlan(models.Model):
    """How the draw of a round will be held; it may change until the roll is frozen, then it is in the announcement."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="plan")
    place = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField(null=True)
    method = models.CharField(max_length=12, default="ticket")
    public_value = models.TextField()
    fallback = models.TextField()
    # without a deadline the official decides when a step ends, as soon as one witness has acted
    commit_by = models.DateTimeField(null=True)
    reveal_by = models.DateTimeField(null=True)
    value_by = models.DateTimeField(null=True)  # from then on the fallback for the public value may be used
    witnesses = models.JSONField()  # [{"name": user name, "duty": lottery.ceremony.states.DUTIES}], by name
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    planned_at = models.DateTimeField()

    class Meta:
        verbose_name = _("plan of a ceremony")
        verbose_name_plural = _("plans of ceremonies")

    def __str__(self) -> str:
        return f"{self.round}"

    def duty(self, username: str) -> str:
        """The duty in which somebody was named, or an empty text."""
        return next((one["duty"] for one in self.witnesses if one["name"] == username), "")


class Draw(models.Model):
    """The draw of one round. States and legal steps: lottery.ceremony.states.DRAW."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="draw")
    state = models.CharField(max_length=12, default=DrawState.FROZEN.value)
    sibling_rule = models.CharField(max_length=10)
    method = models.CharField(max_length=12, default="ticket")
    roll_root = models.CharField(max_length=64)
    roll_count = models.PositiveIntegerField()
    seats = models.JSONField()  # {school code: seats}
    commitment = models.JSONField()  # exactly what was published before any entropy existed
    public_value = models.CharField(max_length=200, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    order_digest = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")

    def __str__(self) -> str:
        return f"{self.round}"


class RollEntry(models.Model):
    """One family on the frozen roll: its salted leaf is public, the salt belongs to the family."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="roll")
    position = models.PositiveIntegerField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="roll_entries")
    group_id = models.CharField(max_length=64)  # the ticket's identity: one for siblings
    salt = models.CharField(max_length=64)
    leaf = models.CharField(max_length=64)
    row = models.JSONField()  # the canonical public row
    facts = models.TextField(default="")  # canonical JSON the leaf binds and the run reads (engine.placing.Entry)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "position"], name="one_roll_position"),
            models.UniqueConstraint(fields=["draw", "application"], name="one_roll_entry"),
        ]


class PublicFile(models.Model):
    """A file as the public downloads it, gzip-compressed, made once: the roll, the transcript, the admission."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="public_files")
    name = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)  # of the uncompressed bytes
    body = models.BinaryField()  # the first part; `packed` gives all
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "name"], name="one_public_file")]

    @property
    def key(self) -> str:
        """The name of its address."""
        return self.name.partition(".")[0]

    def packed(self) -> Iterator[bytes]:
        """The compressed bytes in pieces: a province's admission does not fit into one value of the database."""
        yield bytes(self.body)
        for number in self.parts.order_by("number").values_list("number", flat=True):
            yield bytes(self.parts.values_list("body", flat=True).get(number=number))

    def content(self) -> Iterator[bytes]:
        """The file itself in pieces."""
        unpack = zlib.decompressobj(wbits=GZIP)
        for piece in self.packed():
            yield unpack.decompress(piece)
        yield unpack.flush()


class PublicPart(models.Model):
    """What does not fit into the body of a public file, in order from 1."""

    file = models.ForeignKey(PublicFile, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file", "number"], name="one_public_part")]


class Nonce(models.Model):
    """A witness's randomness: committed (digest) first, revealed later."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="nonces")
    witness = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    commitment = models.CharField(max_length=64)
    committed_at = models.DateTimeField()
    value = EncryptedTextField(blank=True, default="")
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "witness"], name="one_nonce_a_witness")]


class Confirmation(models.Model):
    """A named official's confirmation of a final step, after entering a one-time password again."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="confirmations")
    step = models.CharField(max_length=20)  # lottery.ceremony.states.FinalStep
    subject = models.CharField(max_length=80)  # the digest that was confirmed, or the day and number
    official = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "step", "subject", "official"], name="one_confirmation")
        ]


class DrawStep(models.Model):
    """One step of a ceremony as it was made: from, to, who, why, when. Never changed."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="steps")
    event = models.CharField(max_length=16)
    source = models.CharField(max_length=12)
    target = models.CharField(max_length=12)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
