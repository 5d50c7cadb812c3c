from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.migrations_sql import append_only

ACCOUNT = settings.AUTH_USER_MODEL
PROTECT = django.db.models.deletion.PROTECT


def identity() -> tuple[str, models.BigAutoField]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    """The plan of a ceremony, its steps, signatures, replies and certificate; all but the plan are never changed."""

    dependencies: ClassVar = [
        ("enrollment", "0004_typed"),
        ("lottery", "0004_runs"),
        migrations.swappable_dependency(ACCOUNT),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="CeremonyPlan",
            fields=[
                identity(),
                ("place", models.CharField(blank=True, max_length=200)),
                ("starts_at", models.DateTimeField(null=True)),
                ("method", models.CharField(default="ticket", max_length=12)),
                ("public_value", models.TextField()),
                ("fallback", models.TextField()),
                ("commit_by", models.DateTimeField(null=True)),
                ("reveal_by", models.DateTimeField(null=True)),
                ("value_by", models.DateTimeField(null=True)),
                ("witnesses", models.JSONField()),
                ("planned_at", models.DateTimeField()),
                ("planned_by", models.ForeignKey(on_delete=PROTECT, to=ACCOUNT)),
                ("round", models.OneToOneField(on_delete=PROTECT, related_name="plan", to="enrollment.round")),
            ],
            options={"verbose_name": "plan of a ceremony", "verbose_name_plural": "plans of ceremonies"},
        ),
        migrations.CreateModel(
            name="Certification",
            fields=[
                identity(),
                ("number", models.CharField(max_length=60)),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("draw", models.OneToOneField(on_delete=PROTECT, related_name="certification", to="lottery.draw")),
                ("notary", models.ForeignKey(on_delete=PROTECT, to=ACCOUNT)),
            ],
        ),
        migrations.CreateModel(
            name="DrawStep",
            fields=[
                identity(),
                ("event", models.CharField(max_length=16)),
                ("source", models.CharField(max_length=12)),
                ("target", models.CharField(max_length=12)),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("actor", models.ForeignKey(on_delete=PROTECT, to=ACCOUNT)),
                ("draw", models.ForeignKey(on_delete=PROTECT, related_name="steps", to="lottery.draw")),
            ],
        ),
        migrations.CreateModel(
            name="StepSign",
            fields=[
                identity(),
                ("step", models.CharField(max_length=12)),
                ("role", models.CharField(max_length=12)),
                ("decision", models.CharField(choices=[("sign", "Signed"), ("object", "Objection")], max_length=6)),
                ("subject", models.CharField(max_length=80)),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("draw", models.ForeignKey(on_delete=PROTECT, related_name="signs", to="lottery.draw")),
                ("person", models.ForeignKey(on_delete=PROTECT, to=ACCOUNT)),
            ],
        ),
        migrations.CreateModel(
            name="SignReply",
            fields=[
                identity(),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                ("official", models.ForeignKey(on_delete=PROTECT, to=ACCOUNT)),
                ("sign", models.OneToOneField(on_delete=PROTECT, related_name="reply", to="lottery.stepsign")),
            ],
        ),
        migrations.AddConstraint(
            model_name="stepsign",
            constraint=models.UniqueConstraint(
                fields=("draw", "step", "subject", "person"), name="one_signature_a_step"
            ),
        ),
        append_only("lottery_drawstep"),
        append_only("lottery_stepsign"),
        append_only("lottery_signreply"),
        append_only("lottery_certification"),
    ]
