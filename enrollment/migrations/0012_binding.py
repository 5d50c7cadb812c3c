"""Twins kept together by consent of both guardians, and which guardian is told of decisions."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0011_public"),
    ]

    operations = [
        migrations.CreateModel(
            name="BindingOutcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("together", models.BooleanField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("agreed", "Everybody who had to agree has agreed"),
                            ("waiting", "A guardian had not answered"),
                            ("refused", "A guardian did not agree"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="binding", to="enrollment.application"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CopyWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by_second", models.BooleanField()),
                ("wanted", models.BooleanField()),
                ("at", models.DateTimeField()),
                (
                    "guardianship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copy_wishes",
                        to="enrollment.guardianship",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="BindingAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("together", models.BooleanField()),
                ("answered_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="binding_answers",
                        to="enrollment.application",
                    ),
                ),
                (
                    "consent",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="binding_answer",
                        to="enrollment.consent",
                    ),
                ),
                (
                    "guardianship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="binding_answers",
                        to="enrollment.guardianship",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("consent__isnull", False), ("together", True)),
                            models.Q(("consent", None), ("together", False)),
                            _connector="OR",
                        ),
                        name="together_by_consent",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("to_second", models.BooleanField()),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for an answer"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("revoked", "Taken back"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("by_second", models.BooleanField()),
                (
                    "guardianship",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lead_requests",
                        to="enrollment.guardianship",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("guardianship",), name="one_open_lead_request"
                    )
                ],
            },
        ),
        append_only("enrollment_bindinganswer"),
        append_only("enrollment_bindingoutcome"),
        append_only("enrollment_copywish"),
        append_only("enrollment_leadrequest", changeable=("state", "answered_at")),
    ]
