from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import foundation.fields
from foundation.migrations_sql import append_only


class Migration(migrations.Migration):
    """Simulations before the draw; score schools and their files, of which no version is ever changed or deleted."""

    dependencies: ClassVar = [
        ("lottery", "0007_afterwards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ScoreFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("sm3", models.CharField(blank=True, max_length=64)),
                ("count", models.PositiveIntegerField()),
                ("rows", foundation.fields.EncryptedJSONField()),
                ("uploaded_at", models.DateTimeField()),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="score_files", to="enrollment.round"
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="score_files", to="schools.school"
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "score file",
                "verbose_name_plural": "score files",
                "constraints": [
                    models.UniqueConstraint(fields=("round", "school", "number"), name="one_score_file_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreSchool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
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
                ("document", models.CharField(max_length=80)),
                ("proposed_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="score_approvals", to="schools.school"
                    ),
                ),
            ],
            options={
                "verbose_name": "approved score school",
                "verbose_name_plural": "approved score schools",
                "constraints": [
                    models.UniqueConstraint(fields=("school", "year", "stage"), name="one_score_approval"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by__isnull", True),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="score_approval_by_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WhatIf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Being simulated"), ("done", "Simulated"), ("failed", "Stopped")],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("draws", models.PositiveIntegerField()),
                ("seed", models.BigIntegerField(default=0)),
                ("inputs_digest", models.CharField(blank=True, max_length=80)),
                ("result", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True)),
                ("requested_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="simulations", to="enrollment.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "simulation",
                "verbose_name_plural": "simulations",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "queued")), fields=("round",), name="one_working_simulation"
                    )
                ],
            },
        ),
        append_only("lottery_scorefile"),
    ]
