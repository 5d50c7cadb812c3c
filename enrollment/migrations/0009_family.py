"""Who acts for a child."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.migrations_sql import append_only


def _freeze(changeable):
    return f"""
        DROP TRIGGER enrollment_document_no_update ON enrollment_document;
        CREATE TRIGGER enrollment_document_no_update BEFORE UPDATE ON enrollment_document FOR EACH ROW
            WHEN (OLD.application_id IS NOT NULL AND (to_jsonb(NEW) {changeable})
                IS DISTINCT FROM (to_jsonb(OLD) {changeable})) EXECUTE FUNCTION forbid_change();
    """


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0008_after"), ("accounts", "0003_identity")]
    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("version", models.PositiveSmallIntegerField()),
                ("language", models.CharField(max_length=10)),
                ("text_sha256", models.CharField(max_length=64)),
                ("given_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="enrollment.child",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConsentWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "consent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="enrollment.consent"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[("parent", "Second guardian"), ("carer", "Acts for the parents")], max_length=10
                    ),
                ),
                ("may_act", models.BooleanField(default=False)),
                ("until", models.DateField(null=True)),
                ("phone_index", models.CharField(blank=True, max_length=64)),
                ("phone_hint", models.CharField(blank=True, max_length=24)),
                ("code_index", models.CharField(blank=True, max_length=64)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for an answer"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("revoked", "Taken back"),
                            ("locked", "Locked after wrong codes"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "asker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="enrollment.child"
                    ),
                ),
                (
                    "inviter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Guardianship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[("parent", "Second guardian"), ("carer", "Acts for the parents")], max_length=10
                    ),
                ),
                ("may_act", models.BooleanField()),
                ("until", models.DateField(null=True)),
                ("agreed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="guardianships", to="enrollment.child"
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="enrollment.consent"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "guardian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guardianships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invitation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guardianship",
                        to="enrollment.invitation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AddressProtection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[("own", "By own wish"), ("order", "By order of a court or authority")], max_length=10
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=120)),
                ("set_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="protections",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("account", "source"),
                        name="one_protection",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("asker__isnull", True), ("state", "open")),
                fields=("child", "phone_index"),
                name="one_open_invitation",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("child", "asker"), name="one_open_request"
            ),
        ),
        migrations.AddConstraint(
            model_name="guardianship",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("child", "guardian"), name="one_guardianship"
            ),
        ),
        append_only("enrollment_consent"),
        append_only("enrollment_consentwithdrawal"),
        append_only("enrollment_guardianship", changeable=("child_id", "guardian_id", "ended_at", "ended_by_id")),
        # a document moves with its owner when two accounts of one person are joined; its content stays frozen
        migrations.RunSQL(_freeze("- 'rotation' - 'draft_id' - 'owner_id'"), _freeze("- 'rotation' - 'draft_id'")),
        append_only("enrollment_addressprotection", changeable=("ended_at", "ended_by_id")),
    ]
