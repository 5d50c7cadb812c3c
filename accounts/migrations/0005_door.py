"""Wrong codes by who typed them; keys of authenticator apps encrypted; sessions that were readable are ended.

Backwards, the keys return to django-otp's own table and everybody signs in again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.models
import foundation.fields

KEPT = (
    "id", "user_id", "name", "confirmed", "throttling_failure_timestamp", "throttling_failure_count", "last_used_at",
    "key", "step", "t0", "digits", "tolerance", "drift", "last_t",
)


def _moved(apps, source, target):
    rows = [target(**row) for row in source.objects.values(*KEPT)]
    made = dict(source.objects.values_list("id", "created_at"))
    target.objects.bulk_create(rows)
    for pk, at in made.items():  # bulk_create writes now
        target.objects.filter(pk=pk).update(created_at=at)
    source.objects.all().delete()
    with apps.connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{target._meta.db_table}', 'id'), COALESCE(MAX(id), 1)) "
            f"FROM {target._meta.db_table}"
        )


def forwards(apps, schema_editor):
    apps.connection = schema_editor.connection
    _moved(apps, apps.get_model("otp_totp", "TOTPDevice"), apps.get_model("accounts", "TokenDevice"))


def backwards(apps, schema_editor):
    apps.connection = schema_editor.connection
    _moved(apps, apps.get_model("accounts", "TokenDevice"), apps.get_model("otp_totp", "TOTPDevice"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_assist"),
        ("otp_totp", "0003_add_timestamps"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        migrations.RemoveField(model_name="phonedevice", name="failures"),
        migrations.RemoveField(model_name="phonedevice", name="locked_until"),
        migrations.AddField(model_name="phonedevice", name="tries", field=models.JSONField(default=dict)),
        migrations.CreateModel(
            name="TokenDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="The human-readable name of this device.", max_length=64)),
                ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                (
                    "throttling_failure_timestamp",
                    models.DateTimeField(
                        blank=True,
                        default=None,
                        help_text="A timestamp of the last failed verification attempt. Null if last attempt succeeded.",
                        null=True,
                    ),
                ),
                (
                    "throttling_failure_count",
                    models.PositiveIntegerField(default=0, help_text="Number of successive failed attempts."),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True,
                        help_text="The date and time when this device was initially created in the system.",
                        null=True,
                    ),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(
                        blank=True, help_text="The most recent date and time this device was used.", null=True
                    ),
                ),
                ("key", foundation.fields.EncryptedTextField(default=accounts.models._fresh_key)),
                ("step", models.PositiveSmallIntegerField(default=30)),
                ("t0", models.BigIntegerField(default=0)),
                ("digits", models.PositiveSmallIntegerField(default=6)),
                ("tolerance", models.PositiveSmallIntegerField(default=1)),
                ("drift", models.SmallIntegerField(default=0)),
                ("last_t", models.BigIntegerField(default=-1)),
                (
                    "user",
                    models.ForeignKey(
                        help_text="The user that this device belongs to.",
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "authenticator app",
                "verbose_name_plural": "authenticator apps",
                "abstract": False,
            },
        ),
        migrations.RunPython(forwards, backwards),
        migrations.RunSQL("DELETE FROM django_session", "DELETE FROM django_session"),
    ]
