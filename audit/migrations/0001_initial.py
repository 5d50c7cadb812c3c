import django.db.models.deletion
from django.db import migrations, models

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('entries', models.PositiveIntegerField()),
                ('sealed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_label', models.CharField(max_length=80)),
                ('action', models.CharField(max_length=60)),
                ('object_type', models.CharField(max_length=40)),
                ('object_id', models.CharField(max_length=64)),
                ('district_code', models.CharField(blank=True, db_index=True, max_length=12)),
                ('details', models.JSONField(default=dict)),
                ('digest', models.CharField(max_length=64)),
                ('seal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='covered', to='audit.seal')),
            ],
            options={
                'verbose_name': 'log entry',
                'verbose_name_plural': 'log of reads and writes',
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='audit_entry_object__d8644d_idx'), models.Index(fields=['action', '-id'], name='audit_by_action'), models.Index(fields=['object_type', '-id'], name='audit_by_object_type'), models.Index(fields=['actor_id', '-id'], name='audit_by_actor'), models.Index(condition=models.Q(('seal__isnull', True)), fields=['id'], name='audit_unsealed')],
            },
        ),
        # rows that only grow, and what may change of those that live on
        append_only("audit_entry", changeable=("seal_id",)),
        append_only("audit_seal"),
    ]
