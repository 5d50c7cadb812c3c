from typing import ClassVar

import django.db.models.deletion
import foundation.fields
from django.conf import settings
from django.db import migrations, models

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):
    """Class assignments; rolls, places, teachers, files and confirmations are never changed or deleted."""

    dependencies: ClassVar = [
        ("enrollment", "0004_typed"),
        ("lottery", "0005_ceremony"),
        ("schools", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ClassRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("kindergarten", "Kindergarten"),
                            ("primary", "Primary school"),
                            ("junior", "Junior high school"),
                        ],
                        max_length=12,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Being planned"),
                            ("committed", "Roll frozen and announced"),
                            ("witnessed", "Numbers of the hall entered"),
                            ("drawn", "Classes drawn, sealed"),
                            ("teachers_drawn", "Teachers drawn, sealed"),
                            ("published", "Classes published"),
                        ],
                        default="planned",
                        max_length=14,
                    ),
                ),
                ("classes", models.PositiveSmallIntegerField()),
                ("size", models.PositiveSmallIntegerField()),
                ("sources", models.JSONField(default=dict)),
                ("teachers", foundation.fields.EncryptedJSONField(default=list)),
                ("teachers_salt", foundation.fields.EncryptedTextField(default="")),
                ("measures", foundation.fields.EncryptedJSONField(default=dict)),
                ("typed", foundation.fields.EncryptedJSONField(default=dict)),
                ("announcement", models.JSONField(default=dict)),
                ("nonces", models.JSONField(default=list)),
                ("balls", models.JSONField(default=list)),
                ("public_value", models.CharField(blank=True, max_length=200)),
                ("seed", models.CharField(blank=True, max_length=64)),
                ("assignment_digest", models.CharField(blank=True, max_length=64)),
                ("teachers_digest", models.CharField(blank=True, max_length=64)),
                ("spread", models.JSONField(default=dict)),
                ("planned_at", models.DateTimeField()),
                ("committed_at", models.DateTimeField(null=True)),
                ("witnessed_at", models.DateTimeField(null=True)),
                ("drawn_at", models.DateTimeField(null=True)),
                ("teachers_at", models.DateTimeField(null=True)),
                ("published_at", models.DateTimeField(null=True)),
                (
                    "planned_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="class_runs", to="schools.school"
                    ),
                ),
                (
                    "season",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="class_runs", to="enrollment.season"
                    ),
                ),
            ],
            options={
                "verbose_name": "class assignment",
                "verbose_name_plural": "class assignments",
            },
        ),
        migrations.CreateModel(
            name="ClassFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("sha256", models.CharField(max_length=64)),
                ("body", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="lottery.classrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClassEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("pseudonym", models.CharField(max_length=64)),
                ("leaf", models.CharField(max_length=64)),
                ("salt", foundation.fields.EncryptedTextField()),
                ("facts", foundation.fields.EncryptedTextField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="class_entries",
                        to="enrollment.application",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="lottery.classrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClassConfirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=20)),
                ("subject", models.CharField(max_length=64)),
                ("outside", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "official",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="confirmations", to="lottery.classrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClassSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="class_seat",
                        to="enrollment.application",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="lottery.classrun"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClassTeacher",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("subject", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(max_length=60)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drawn_teachers",
                        to="lottery.classrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SiblingWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("kindergarten", "Kindergarten"),
                            ("primary", "Primary school"),
                            ("junior", "Junior high school"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "wish",
                    models.CharField(
                        choices=[("together", "In one class"), ("apart", "In different classes")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "guardian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sibling_wishes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sibling_wishes", to="schools.school"
                    ),
                ),
                (
                    "season",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sibling_wishes",
                        to="enrollment.season",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="classrun",
            constraint=models.UniqueConstraint(fields=("school", "season", "stage", "number"), name="one_class_run"),
        ),
        migrations.AddConstraint(
            model_name="classfile",
            constraint=models.UniqueConstraint(fields=("run", "name"), name="one_class_file"),
        ),
        migrations.AddConstraint(
            model_name="classentry",
            constraint=models.UniqueConstraint(fields=("run", "position"), name="one_class_position"),
        ),
        migrations.AddConstraint(
            model_name="classentry",
            constraint=models.UniqueConstraint(fields=("run", "application"), name="one_class_entry"),
        ),
        migrations.AddConstraint(
            model_name="classconfirmation",
            constraint=models.UniqueConstraint(
                fields=("run", "step", "subject", "official"), name="one_class_confirmation"
            ),
        ),
        migrations.AddConstraint(
            model_name="classteacher",
            constraint=models.UniqueConstraint(fields=("run", "number", "subject"), name="one_teacher_a_subject"),
        ),
        migrations.AddConstraint(
            model_name="siblingwish",
            constraint=models.UniqueConstraint(
                fields=("guardian", "school", "season", "stage"), name="one_sibling_wish"
            ),
        ),
        append_only("lottery_classentry"),
        append_only("lottery_classseat"),
        append_only("lottery_classteacher"),
        append_only("lottery_classfile"),
        append_only("lottery_classconfirmation"),
    ]
