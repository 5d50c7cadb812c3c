"""Letters, attendance, appeals, registry fields, requests about data; and a blind index over children's names."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import foundation.fields
from foundation.crypto import blind_index
from foundation.migrations_sql import append_only

HEARD = ("state", "hearing_at", "hearing_way", "hearing_where", "hearing_confirmed_at", "move_asked_at", "move_reason")
DECIDED = ("decision_reason", "decided_by_id", "decided_at")


def index_names(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's signature
    """Names are encrypted: staff find a child by a keyed digest of the whole name only."""
    for child in apps.get_model("enrollment", "Child").objects.only("pk", "name").iterator():
        child.name_index = blind_index("child-name", child.name)
        child.save(update_fields=["name_index"])


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0007_journey"),
        ("schools", "0002_big_zone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="AfterRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("appeal_days", models.PositiveSmallIntegerField(default=15)),
                ("appeal_within", models.PositiveSmallIntegerField(default=60)),
                ("days_off", models.JSONField(default=list)),
                ("extra_days", models.JSONField(default=list)),
                ("issuer", models.JSONField(default=dict)),
                ("bring", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "rules after submission",
                "verbose_name_plural": "rules after submission",
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "subject",
                    models.CharField(
                        choices=[("not_eligible", "The decision “not eligible”"), ("result", "The published result")],
                        max_length=14,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filed", "Received"),
                            ("hearing", "Hearing set"),
                            ("upheld", "Upheld"),
                            ("dismissed", "Dismissed"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="filed",
                        max_length=10,
                    ),
                ),
                ("reason", foundation.fields.EncryptedTextField()),
                ("filed_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("hearing_at", models.DateTimeField(null=True)),
                (
                    "hearing_way",
                    models.CharField(
                        blank=True,
                        choices=[("place", "In person"), ("phone", "By telephone"), ("video", "By video")],
                        max_length=6,
                    ),
                ),
                ("hearing_where", models.CharField(blank=True, max_length=200)),
                ("hearing_confirmed_at", models.DateTimeField(null=True)),
                ("move_asked_at", models.DateTimeField(null=True)),
                ("move_reason", foundation.fields.EncryptedTextField(blank=True, default="")),
                ("decision_reason", foundation.fields.EncryptedTextField(blank=True, default="")),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "appeal",
                "verbose_name_plural": "appeals",
            },
        ),
        migrations.CreateModel(
            name="AppealEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=16)),
                ("target", models.CharField(max_length=10)),
                ("note", foundation.fields.EncryptedTextField(blank=True, default="")),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("coming", models.BooleanField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("copy", "Copy of all my data"), ("deletion", "Deletion")], max_length=10
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField()),
                ("answer", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("offer", "Notice of a place"), ("admission", "Letter of admission")], max_length=10
                    ),
                ),
                ("facts", foundation.fields.EncryptedJSONField()),
                ("digests", models.JSONField()),
                ("issued_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "letter",
                "verbose_name_plural": "letters",
            },
        ),
        migrations.CreateModel(
            name="RegistryRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answers", foundation.fields.EncryptedJSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="application",
            name="one_live_application",
        ),
        migrations.AddField(
            model_name="child",
            name="name_index",
            field=models.CharField(blank=True, db_index=True, default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="application",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("submitted", "Received"),
                    ("verifying", "Being checked"),
                    ("verified", "Checked"),
                    ("attention", "A person will look at it"),
                    ("in_review", "Being reviewed"),
                    ("approved", "Approved"),
                    ("returned", "Please correct"),
                    ("not_eligible", "Not eligible"),
                    ("appealed", "Appeal being decided"),
                    ("in_pool", "Waiting for placement"),
                    ("waiting", "No place yet: coordination follows"),
                    ("offered", "Place offered"),
                    ("accepted", "Place accepted"),
                    ("declined", "Place declined"),
                    ("lapsed", "Offer lapsed"),
                    ("enrolled", "Enrolled"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="submitted",
                max_length=14,
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "submitted",
                            "verifying",
                            "verified",
                            "attention",
                            "approved",
                            "in_review",
                            "returned",
                            "not_eligible",
                            "appealed",
                            "in_pool",
                            "offered",
                            "waiting",
                            "accepted",
                            "enrolled",
                        ),
                    )
                ),
                fields=("child_index", "season_year", "stage", "rehearsal"),
                name="one_live_application",
            ),
        ),
        migrations.AddField(
            model_name="afterrules",
            name="season",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="after_rules", to="enrollment.season"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="enrollment.application"
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decided_appeals",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="filed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="filed_appeals", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="appeal",
            name="offer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to="enrollment.offer"
            ),
        ),
        migrations.AddField(
            model_name="appealevent",
            name="actor",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="appealevent",
            name="appeal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="enrollment.appeal"
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attendances", to="enrollment.application"
            ),
        ),
        migrations.AddField(
            model_name="attendance",
            name="by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="attendance",
            name="offer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attendances", to="enrollment.offer"
            ),
        ),
        migrations.AddField(
            model_name="datarequest",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="data_requests", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="enrollment.application"
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="offer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="enrollment.offer"
            ),
        ),
        migrations.AddField(
            model_name="registryrecord",
            name="application",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="registry", to="enrollment.application"
            ),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["state", "answer_by"], name="enrollment__state_751230_idx"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["filed", "hearing"])), fields=("application",), name="one_open_appeal"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(fields=("offer", "kind"), name="one_letter_a_place"),
        ),
        migrations.RunPython(index_names, migrations.RunPython.noop, elidable=True),
        append_only("enrollment_letter"),
        append_only("enrollment_attendance"),
        append_only("enrollment_appealevent"),
        append_only("enrollment_datarequest"),
        append_only("enrollment_appeal", changeable=(*HEARD, *DECIDED)),
    ]
