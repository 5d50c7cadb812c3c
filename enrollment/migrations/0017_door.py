"""A second look at signed papers; reasons of decisions encrypted at rest. Backwards, the reasons are readable again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from psycopg2.extras import execute_values

import foundation.fields
from foundation.crypto import decrypt, encrypt
from foundation.migrations_sql import append_only

BATCH = 2000
TABLES = {"enrollment_transition": "enrollment_transition_no_update", "enrollment_returnrequest": None}


def _rewrite(schema_editor, change):
    with schema_editor.connection.cursor() as cursor:
        for table, trigger in TABLES.items():
            if trigger:  # what was said stays; only how it lies there changes
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
            last = 0
            while True:
                cursor.execute(
                    f"SELECT id, reason FROM {table} WHERE reason <> '' AND id > %s ORDER BY id LIMIT %s", [last, BATCH]
                )
                rows = cursor.fetchall()
                if not rows:
                    break
                execute_values(
                    cursor.cursor,
                    f"UPDATE {table} t SET reason = v.reason FROM (VALUES %s) AS v(id, reason) WHERE t.id = v.id",
                    [(pk, change(reason)) for pk, reason in rows],
                    page_size=BATCH,
                )
                last = rows[-1][0]
            if trigger:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


class Migration(migrations.Migration):
    dependencies = [
        ("enrollment", "0016_waiting_age"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterField(
            model_name="assistevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("started", "Begun"),
                    ("consent", "Consent given"),
                    ("paper", "Signed paper added, waits for a second person"),
                    ("looked", "Signed paper looked at by a second person"),
                    ("ended", "Ended"),
                    ("objected", "The family objects"),
                    ("claim", "Code for taking over the account printed"),
                    ("claimed", "The family took the account over"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="PaperLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("passed", models.BooleanField()),
                ("note", foundation.fields.EncryptedTextField(blank=True, default="")),
                ("at", models.DateTimeField()),
                (
                    "looker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper_looks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="look", to="enrollment.assistvisit"
                    ),
                ),
            ],
        ),
        append_only("enrollment_paperlook"),
        migrations.AlterField(
            model_name="transition", name="reason", field=foundation.fields.EncryptedNoteField(blank=True)
        ),
        migrations.AlterField(model_name="returnrequest", name="reason", field=foundation.fields.EncryptedNoteField()),
        migrations.RunPython(
            lambda _apps, editor: _rewrite(editor, encrypt), lambda _apps, editor: _rewrite(editor, decrypt)
        ),
    ]
