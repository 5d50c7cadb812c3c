"""Call-backs and help given."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import foundation.fields


class Migration(migrations.Migration):
    dependencies = [
        ("helpdesk", "0002_public"),
        ("schools", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("district", "District"),
                            ("town", "Town or street"),
                            ("village", "Village or community"),
                        ],
                        default="district",
                        max_length=8,
                    ),
                ),
                ("phone", foundation.fields.EncryptedTextField()),
                ("phone_index", models.CharField(db_index=True, max_length=64)),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("form", "Filling in the form"),
                            ("papers", "Papers"),
                            ("rules", "Which rules apply to us"),
                            ("state", "Where my application stands"),
                            ("other", "Something else"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "best_time",
                    models.CharField(
                        choices=[
                            ("morning", "In the morning"),
                            ("afternoon", "In the afternoon"),
                            ("evening", "In the evening"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waits for a call"), ("done", "Called"), ("missed", "Not reached")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="call_backs", to="schools.district"
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
            ],
            options={
                "verbose_name": "call-back",
                "verbose_name_plural": "call-backs",
                "indexes": [models.Index(fields=["state", "asked_at"], name="helpdesk_calls_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("phone_index",), name="one_waiting_call"
                    )
                ],
            },
        ),
    ]
