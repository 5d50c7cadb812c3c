"""Papers with an appeal: kept apart from the application, frozen once the appeal is closed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.migrations_sql import FORBID

# A paper comes and goes while its appeal is open. In between only how it is shown and - when two accounts of one person
# become one - whose it is may change.
FREEZE = f"""{FORBID}
CREATE FUNCTION forbid_closed_appeal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    page record;
BEGIN
    IF TG_OP = 'DELETE' THEN page := OLD; ELSE page := NEW; END IF;
    IF EXISTS (SELECT 1 FROM enrollment_appeal WHERE id = page.appeal_id AND state NOT IN ('filed', 'hearing')) THEN
        RAISE EXCEPTION 'papers of a closed appeal are never added or taken away' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN page;
END $$;
CREATE TRIGGER enrollment_document_appeal_insert BEFORE INSERT ON enrollment_document FOR EACH ROW
    WHEN (NEW.appeal_id IS NOT NULL) EXECUTE FUNCTION forbid_closed_appeal();
CREATE TRIGGER enrollment_document_appeal_delete BEFORE DELETE ON enrollment_document FOR EACH ROW
    WHEN (OLD.appeal_id IS NOT NULL) EXECUTE FUNCTION forbid_closed_appeal();
CREATE TRIGGER enrollment_document_appeal_update BEFORE UPDATE ON enrollment_document FOR EACH ROW
    WHEN ((OLD.appeal_id IS NOT NULL OR NEW.appeal_id IS NOT NULL)
        AND (to_jsonb(NEW) - 'rotation' - 'owner_id') IS DISTINCT FROM (to_jsonb(OLD) - 'rotation' - 'owner_id'))
    EXECUTE FUNCTION forbid_change();
"""
THAW = """
DROP TRIGGER enrollment_document_appeal_insert ON enrollment_document;
DROP TRIGGER enrollment_document_appeal_delete ON enrollment_document;
DROP TRIGGER enrollment_document_appeal_update ON enrollment_document;
DROP FUNCTION forbid_closed_appeal();
"""
# on the way back: an upload without a draft has nowhere to go (its file was never a page)
DROP_UPLOADS = """
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM enrollment_uploadpart USING enrollment_upload one WHERE upload_id = one.id AND one.draft_id IS NULL;
DELETE FROM enrollment_upload WHERE draft_id IS NULL;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('enrollment', '0012_binding'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='appeal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='enrollment.appeal'),
        ),
        migrations.AddField(
            model_name='upload',
            name='appeal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='enrollment.appeal'),
        ),
        migrations.AlterField(
            model_name='upload',
            name='draft',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='enrollment.draft'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('appeal__isnull', False)), fields=('appeal', 'sha256'), name='one_page_an_appeal'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('appeal__isnull', True), models.Q(('application__isnull', True), ('draft__isnull', True)), _connector='OR'), name='document_apart_from_appeal'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.UniqueConstraint(condition=models.Q(('appeal__isnull', False)), fields=('owner', 'appeal', 'client_token'), name='one_appeal_upload_a_token'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('appeal__isnull', True), ('draft__isnull', False)), models.Q(('appeal__isnull', False), ('draft__isnull', True)), _connector='OR'), name='upload_to_one_place'),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, DROP_UPLOADS),
        migrations.RunSQL(FREEZE, THAW),
    ]
