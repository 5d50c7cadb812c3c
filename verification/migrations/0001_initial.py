import django.db.models.deletion
import foundation.fields
import uuid
from django.db import migrations, models

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AgencyCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agency', models.CharField(choices=[('household', 'Household registration (police)'), ('real_estate', 'Real estate (natural resources)'), ('contract', 'Sales contract filing (housing)'), ('permit', 'Residence permit (police)'), ('insurance', 'Social insurance (human resources)')], max_length=12)),
                ('at', models.DateTimeField(db_index=True)),
                ('purpose', models.CharField(max_length=12)),
                ('trace_id', models.CharField(max_length=40)),
                ('status', models.PositiveSmallIntegerField()),
                ('milliseconds', models.PositiveIntegerField()),
                ('usable', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='AgencySwitch',
            fields=[
                ('agency', models.CharField(choices=[('household', 'Household registration (police)'), ('real_estate', 'Real estate (natural resources)'), ('contract', 'Sales contract filing (housing)'), ('permit', 'Residence permit (police)'), ('insurance', 'Social insurance (human resources)')], max_length=12, primary_key=True, serialize=False)),
                ('enabled', models.BooleanField(default=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('open_until', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': 'agency',
                'verbose_name_plural': 'agencies',
            },
        ),
        migrations.CreateModel(
            name='CallTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(db_index=True)),
                ('agency', models.CharField(choices=[('household', 'Household registration (police)'), ('real_estate', 'Real estate (natural resources)'), ('contract', 'Sales contract filing (housing)'), ('permit', 'Residence permit (police)'), ('insurance', 'Social insurance (human resources)')], max_length=12)),
                ('purpose', models.CharField(max_length=12)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('usable', models.PositiveIntegerField(default=0)),
                ('milliseconds', models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='FindingTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField(db_index=True)),
                ('district_code', models.CharField(max_length=12)),
                ('agency', models.CharField(choices=[('household', 'Household registration (police)'), ('real_estate', 'Real estate (natural resources)'), ('contract', 'Sales contract filing (housing)'), ('permit', 'Residence permit (police)'), ('insurance', 'Social insurance (human resources)')], max_length=12)),
                ('outcome', models.CharField(choices=[('match', 'Confirmed'), ('mismatch', 'Differs'), ('not_found', 'Not found'), ('unavailable', 'No answer')], max_length=12)),
                ('slowness', models.PositiveSmallIntegerField()),
                ('findings', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('subject', models.UUIDField(db_index=True)),
                ('district_code', models.CharField(max_length=12)),
                ('agency', models.CharField(choices=[('household', 'Household registration (police)'), ('real_estate', 'Real estate (natural resources)'), ('contract', 'Sales contract filing (housing)'), ('permit', 'Residence permit (police)'), ('insurance', 'Social insurance (human resources)')], max_length=12)),
                ('claim', foundation.fields.EncryptedJSONField()),
                ('state', models.CharField(choices=[('pending', 'Waiting'), ('done', 'Done')], default='pending', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'check',
                'verbose_name_plural': 'checks',
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['next_attempt_at'], name='check_due'), models.Index(condition=models.Q(('state', 'pending')), fields=['agency', 'next_attempt_at'], name='check_turn')],
                'constraints': [models.UniqueConstraint(fields=('subject', 'agency'), name='one_check_an_agency')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('match', 'Confirmed'), ('mismatch', 'Differs'), ('not_found', 'Not found'), ('unavailable', 'No answer')], max_length=12)),
                ('differences', foundation.fields.EncryptedJSONField(default=list)),
                ('evidence', foundation.fields.EncryptedJSONField(null=True)),
                ('evidence_hash', models.CharField(max_length=64)),
                ('source', models.CharField(max_length=80)),
                ('trace_id', models.CharField(max_length=40)),
                ('source_time', models.DateTimeField(null=True)),
                ('seconds', models.FloatField()),
                ('at', models.DateTimeField()),
                ('check_made', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='finding', to='verification.check')),
            ],
        ),
        # rows that only grow, and what may change of those that live on
        append_only("verification_finding"),
    ]
