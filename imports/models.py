"""Tables that are brought in, and the journal from which what they changed can be undone."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.fields import EncryptedJSONField, EncryptedNoteField
from imports.states import OPEN


class Import(models.Model):
    """One table: proposed by one person, checked by a worker, taken by another person, stored by a worker."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Being checked")
        READY = "ready", _("Waits for a second person")
        WRONG = "wrong", _("Has wrong rows")
        FAILED = "failed", _("Could not be read")
        TAKING = "taking", _("Being stored")
        APPLIED = "applied", _("Taken in")
        REFUSED = "refused", _("Not taken in")
        STALE = "stale", _("Overtaken by a change")
        UNDO_ASKED = "undo_asked", _("To be undone: waits for a second person")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    kind = models.CharField(max_length=20)
    place = models.CharField(max_length=80)
    label = models.CharField(max_length=200)  # of the place, as it was called
    district_code = models.CharField(max_length=12)
    school_code = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)  # of the file; under it the bytes are kept, encrypted, while it is open
    size = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)  # rows, new, changed, same, gone, wrong
    report = EncryptedJSONField(default=dict)  # the first rows of each with before and after, the first wrong ones
    problem = EncryptedNoteField(blank=True, default="")  # of the whole table, in the words of who brought it in
    returned = models.CharField(max_length=64, blank=True)  # the returned sheet, stored as the file is
    seen = models.JSONField(default=dict)  # on what it was prepared
    before_digest = models.CharField(max_length=64, blank=True)
    after_digest = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    undo_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undo_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "place", "sha256"], name="a_table_is_open_once", condition=models.Q(state__in=OPEN)
            ),
            models.CheckConstraint(
                condition=models.Q(applied_at__isnull=True)
                | models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("uploaded_by")),
                name="an_import_is_taken_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True)
                | models.Q(undone_by__isnull=False) & ~models.Q(undone_by=models.F("undo_by")),
                name="an_import_is_undone_by_two",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "place"], name="import_place")]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.label}"

    @property
    def changes(self) -> int:
        """How many rows are not as they stand."""
        return sum(self.counts.get(sort, 0) for sort in ("new", "changed", "gone"))


class ImportBatch(models.Model):
    """Part of the journal of an applied import: what stood under each key before and after. Never changed."""

    made = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    body = EncryptedJSONField()  # {key: [before, after]}

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["made", "number"], name="one_batch_number")]
        verbose_name = _("journal of an import")
        verbose_name_plural = _("journals of imports")
