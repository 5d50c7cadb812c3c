"""Assisted filing and remote help."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import foundation.acting
import foundation.fields
from foundation.migrations_sql import append_only

# a visit's operator, guardian, place and channel stay what they were
VISIT = (
    "touched_at",
    "opened_at",
    "ended_at",
    "end_reason",
    "code_index",
    "code_until",
    "code_failures",
    "claim_index",
    "claim_failures",
    "claimed_at",
)


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0009_family"),
        ("schools", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="AssistVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=12, unique=True)),
                ("place", models.CharField(max_length=80)),
                (
                    "channel",
                    models.CharField(
                        choices=[("counter", "At a service point"), ("helper", "At home, by a helper")],
                        default="counter",
                        max_length=8,
                    ),
                ),
                ("named", foundation.fields.EncryptedJSONField()),
                ("needs_code", models.BooleanField()),
                ("started_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, max_length=10)),
                ("code_index", models.CharField(blank=True, max_length=64)),
                ("code_until", models.DateTimeField(null=True)),
                ("code_failures", models.PositiveSmallIntegerField(default=0)),
                ("claim_index", models.CharField(blank=True, max_length=64)),
                ("claim_failures", models.PositiveSmallIntegerField(default=0)),
                ("claimed_at", models.DateTimeField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assist_visits", to="schools.district"
                    ),
                ),
                (
                    "guardian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assist_visits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "assisted visit",
                "verbose_name_plural": "assisted visits",
            },
        ),
        migrations.CreateModel(
            name="AssistEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("started", "Begun"),
                            ("consent", "Consent given"),
                            ("ended", "Ended"),
                            ("objected", "The family objects"),
                            ("claim", "Code for taking over the account printed"),
                            ("claimed", "The family took the account over"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", foundation.fields.EncryptedTextField(blank=True, default="")),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="enrollment.assistvisit"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="AssistConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[("paper", "Signed on paper"), ("code", "Code to the guardian's own phone")],
                        max_length=5,
                    ),
                ),
                ("text_version", models.CharField(max_length=12)),
                ("language", models.CharField(max_length=10)),
                ("text_sha256", models.CharField(max_length=64)),
                ("covers", models.JSONField()),
                ("scan_sha256", models.CharField(blank=True, db_index=True, max_length=64)),
                ("given_at", models.DateTimeField()),
                (
                    "visit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consent", to="enrollment.assistvisit"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="applicationversion",
            name="visit",
            field=models.ForeignKey(
                default=foundation.acting.current_visit,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="enrollment.assistvisit",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="visit",
            field=models.ForeignKey(
                default=foundation.acting.current_visit,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="enrollment.assistvisit",
            ),
        ),
        migrations.AddField(
            model_name="transition",
            name="visit",
            field=models.ForeignKey(
                default=foundation.acting.current_visit,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transitions",
                to="enrollment.assistvisit",
            ),
        ),
        migrations.CreateModel(
            name="HelperLock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("locked_until", models.DateTimeField(null=True)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HelperTraining",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("trained_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HelpSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("show_answers", models.BooleanField(default=False)),
                ("code_index", models.CharField(max_length=64)),
                ("code_until", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("joined_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, max_length=8)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="help_sessions", to="schools.district"
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="help_sessions",
                        to="enrollment.draft",
                    ),
                ),
                (
                    "guardian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="help_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "helper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="helps_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "remote help",
                "verbose_name_plural": "remote helps",
            },
        ),
        migrations.CreateModel(
            name="HelpHint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=40)),
                ("text", foundation.fields.EncryptedTextField()),
                ("at", models.DateTimeField()),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hints", to="enrollment.helpsession"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="HomeVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("family", foundation.fields.EncryptedTextField()),
                ("address", foundation.fields.EncryptedTextField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("left_behind", "Parents work elsewhere"),
                            ("grandparents", "Lives with grandparents"),
                            ("single", "One parent alone"),
                            ("hardship", "Hardship"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("todo", "To do"),
                            ("registered", "Registered"),
                            ("later", "Nobody at home, again"),
                            ("declined", "Needs no help"),
                        ],
                        default="todo",
                        max_length=10,
                    ),
                ),
                ("listed_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="home_visits", to="schools.district"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "listed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Terminal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("pairing_index", models.CharField(blank=True, max_length=64)),
                ("pairing_until", models.DateTimeField()),
                ("secret_index", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("paired_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="terminals", to="schools.district"
                    ),
                ),
            ],
            options={
                "verbose_name": "terminal",
                "verbose_name_plural": "terminals",
            },
        ),
        migrations.AddConstraint(
            model_name="assistvisit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("guardian",), name="one_visit_a_guardian"
            ),
        ),
        migrations.AddConstraint(
            model_name="assistvisit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("operator",), name="one_visit_an_operator"
            ),
        ),
        migrations.AddConstraint(
            model_name="helpsession",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code_index", ""), _negated=True), fields=("code_index",), name="one_help_a_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="helpsession",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("guardian",), name="one_help_a_guardian"
            ),
        ),
        migrations.AddConstraint(
            model_name="terminal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("pairing_index", ""), _negated=True),
                fields=("pairing_index",),
                name="one_terminal_a_code",
            ),
        ),
        append_only("enrollment_assistconsent"),
        append_only("enrollment_assistevent"),
        append_only("enrollment_helpertraining"),
        append_only("enrollment_helphint"),
        append_only("enrollment_assistvisit", changeable=VISIT),
    ]
