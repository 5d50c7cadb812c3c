from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.migrations_sql import append_only

STATES = [
    ("queued", "Being computed"),
    ("computed", "Computed, not published"),
    ("publishing", "Being published"),
    ("published", "Published"),
    ("discarded", "Discarded"),
    ("failed", "Stopped"),
]


class Migration(migrations.Migration):
    """Runs are worked on outside the request; placements keep numbers, and the words are made from them."""

    dependencies: ClassVar = [
        ("lottery", "0003_public_files"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="admissionrun",
            name="state",
            field=models.CharField(choices=STATES, default="queued", max_length=10),
        ),
        migrations.AlterField("admissionrun", "inputs_digest", models.CharField(blank=True, max_length=80)),
        migrations.AlterField("admissionrun", "digest", models.CharField(blank=True, max_length=80)),
        migrations.AlterField("admissionrun", "result", models.JSONField(default=dict)),
        migrations.AlterField("admissionrun", "finished_at", models.DateTimeField(null=True)),
        migrations.AddField("admissionrun", "reason", models.TextField(blank=True)),
        migrations.AddField("admissionrun", "told_through", models.BigIntegerField(default=0)),
        migrations.AddField("admissionrun", "told_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "admissionrun",
            "published_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="published_runs",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "admissionrun",
            models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "publishing"])), fields=("round",), name="one_working_run"
            ),
        ),
        migrations.RemoveField("placement", "explanation"),
        migrations.AddField("placement", "shared", models.BooleanField(default=False)),
        migrations.AddField("placement", "metres", models.PositiveIntegerField(null=True)),
        migrations.AddField(
            "placement",
            "positions",
            django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None),
        ),
        migrations.AddField("placement", "tickets", models.BinaryField(default=b"")),
        migrations.AlterField(
            "placement",
            "run",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="placements",
                to="lottery.admissionrun",
            ),
        ),
        migrations.CreateModel(
            name="PublicPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("body", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="lottery.publicfile"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("file", "number"), name="one_public_part")]},
        ),
        append_only("lottery_publicpart"),
    ]
