"""Classes: one run per school, stage and season (number 0), and one for each group of late arrivals (1, 2, ...).

Who is in which class stands in no row before publication: it is computed anew from the frozen roll and the seed at
every step, and only its digest is kept (`ClassRun.assignment_digest`). Publication writes the `ClassSeat` rows.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.seasons.models import Application, Season
from foundation.fields import EncryptedJSONField, EncryptedTextField
from schools.models import School, Stage


class ClassRun(models.Model):
    """One class assignment of one school. States and legal steps: lottery.classes.states.CLASS_RUN."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Being planned")
        COMMITTED = "committed", _("Roll frozen and announced")
        WITNESSED = "witnessed", _("Numbers of the hall entered")
        DRAWN = "drawn", _("Classes drawn, sealed")
        TEACHERS_DRAWN = "teachers_drawn", _("Teachers drawn, sealed")
        PUBLISHED = "published", _("Classes published")

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="class_runs")
    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="class_runs")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    number = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=14, choices=State.choices, default=State.PLANNED)
    classes = models.PositiveSmallIntegerField()
    size = models.PositiveSmallIntegerField()
    sources = models.JSONField(default=dict)  # {"witnesses": [...], "balls": text, "public_value": text}
    teachers = EncryptedJSONField(default=list)  # [{"name", "subject", "capacity", "receipt"}], then as announced
    teachers_salt = EncryptedTextField(default="")
    measures = EncryptedJSONField(default=dict)  # {receipt: tenths of a point}; empty where there is none
    typed = EncryptedJSONField(default=dict)  # the lists exactly as typed
    announcement = models.JSONField(default=dict)
    nonces = models.JSONField(default=list)  # what each witness gave, in the announced order; null: silent
    balls = models.JSONField(default=list)
    public_value = models.CharField(max_length=200, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    assignment_digest = models.CharField(max_length=64, blank=True)
    teachers_digest = models.CharField(max_length=64, blank=True)
    spread = models.JSONField(default=dict)  # how even the sealed classes are, without saying who is in which
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    planned_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)
    witnessed_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)
    teachers_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "season", "stage", "number"], name="one_class_run")
        ]
        verbose_name = _("class assignment")
        verbose_name_plural = _("class assignments")

    def __str__(self) -> str:
        return f"{self.school} {self.get_stage_display()}"


class ClassEntry(models.Model):
    """One pupil on a frozen class roll. Pseudonym and leaf are public, salt and facts are not."""

    run = models.ForeignKey(ClassRun, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="class_entries")
    pseudonym = models.CharField(max_length=64)
    leaf = models.CharField(max_length=64)
    salt = EncryptedTextField()
    facts = EncryptedTextField()  # canonical JSON (lottery.engine.classes.transcript.facts_text)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "position"], name="one_class_position"),
            models.UniqueConstraint(fields=["run", "application"], name="one_class_entry"),
        ]


class ClassSeat(models.Model):
    """A published place in a class, numbered from 1."""

    run = models.ForeignKey(ClassRun, on_delete=models.PROTECT, related_name="seats")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="class_seat")
    number = models.PositiveSmallIntegerField()


class ClassTeacher(models.Model):
    """A published teacher of a class; `subject` is empty for the class teacher (班主任)."""

    run = models.ForeignKey(ClassRun, on_delete=models.PROTECT, related_name="drawn_teachers")
    number = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number", "subject"], name="one_teacher_a_subject")
        ]


class ClassFile(models.Model):
    """A public file of a run, byte for byte as it is downloaded: announcement.json, classes-public.json."""

    run = models.ForeignKey(ClassRun, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    body = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "name"], name="one_class_file")]


class ClassConfirmation(models.Model):
    """A named person's confirmation of a final step, after entering a one-time password again."""

    run = models.ForeignKey(ClassRun, on_delete=models.PROTECT, related_name="confirmations")
    step = models.CharField(max_length=20)  # draw, draw_teachers, publish
    subject = models.CharField(max_length=64)  # the digest that was confirmed
    official = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    outside = models.BooleanField()  # not of the school: bureau, city or notary
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "step", "subject", "official"], name="one_class_confirmation")
        ]


class SiblingWish(models.Model):
    """Whether a family's children who start at one school together want one class or different ones."""

    class Wish(models.TextChoices):
        TOGETHER = "together", _("In one class")
        APART = "apart", _("In different classes")

    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sibling_wishes")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="sibling_wishes")
    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="sibling_wishes")
    stage = models.CharField(max_length=12, choices=Stage.choices)
    wish = models.CharField(max_length=8, choices=Wish.choices)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["guardian", "school", "season", "stage"], name="one_sibling_wish")
        ]
