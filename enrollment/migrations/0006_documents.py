"""Documents named by their content, frozen once submitted; uploads that go on after a cut."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import foundation.fields
from foundation.migrations_sql import FORBID

# Until its application is submitted a document may be removed; then only how it is shown may change, and the draft
# beside it may go. It was still without an application when it is attached.
FREEZE = f"""{FORBID}
CREATE TRIGGER enrollment_document_no_delete BEFORE DELETE ON enrollment_document FOR EACH ROW
    WHEN (OLD.application_id IS NOT NULL) EXECUTE FUNCTION forbid_change();
CREATE TRIGGER enrollment_document_no_update BEFORE UPDATE ON enrollment_document FOR EACH ROW
    WHEN (OLD.application_id IS NOT NULL AND (to_jsonb(NEW) - 'rotation' - 'draft_id')
        IS DISTINCT FROM (to_jsonb(OLD) - 'rotation' - 'draft_id')) EXECUTE FUNCTION forbid_change();
"""
THAW = """
DROP TRIGGER enrollment_document_no_delete ON enrollment_document;
DROP TRIGGER enrollment_document_no_update ON enrollment_document;
"""


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0005_offers"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AlterModelOptions(
            name="document", options={"verbose_name": "document", "verbose_name_plural": "documents"}
        ),
        migrations.RemoveField(model_name="document", name="file"),
        migrations.RemoveField(model_name="document", name="filename"),
        migrations.AddField(
            model_name="document", name="filename", field=foundation.fields.EncryptedTextField(default="")
        ),
        migrations.AddField(model_name="document", name="version", field=models.PositiveIntegerField(default=0)),
        migrations.AddField(
            model_name="document", name="certificate", field=foundation.fields.EncryptedJSONField(null=True)
        ),
        migrations.AddField(model_name="document", name="pages", field=models.PositiveSmallIntegerField(default=1)),
        migrations.AddField(model_name="document", name="rotation", field=models.PositiveSmallIntegerField(default=0)),
        migrations.AddField(
            model_name="document", name="received_sha256", field=models.CharField(blank=True, max_length=64)
        ),
        migrations.AlterField(
            model_name="document", name="content_type", field=models.CharField(blank=True, max_length=40)
        ),
        migrations.AlterField(model_name="document", name="size", field=models.PositiveIntegerField(default=0)),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(rotation__in=(0, 90, 180, 270)), name="document_quarter_turns"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(application__isnull=True, draft__isnull=False),
                fields=("draft", "kind", "sha256"),
                name="one_page_once",
            ),
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=40)),
                ("client_token", models.UUIDField()),
                ("filename", foundation.fields.EncryptedTextField(default="")),
                ("size", models.PositiveIntegerField()),
                ("received", models.PositiveIntegerField(default=0)),
                ("refusal", models.CharField(blank=True, max_length=20)),
                ("started_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField(db_index=True)),
                (
                    "document",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="enrollment.document"
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="enrollment.draft"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UploadPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("offset", models.PositiveIntegerField()),
                ("body", models.BinaryField()),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="enrollment.upload"
                    ),
                ),
            ],
            options={"ordering": ["offset"]},
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.UniqueConstraint(
                fields=("owner", "draft", "kind", "client_token"), name="one_upload_a_token"
            ),
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")), name="upload_within_size"
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadpart",
            constraint=models.UniqueConstraint(fields=("upload", "offset"), name="one_part_an_offset"),
        ),
        migrations.RunSQL(FREEZE, THAW),
    ]
