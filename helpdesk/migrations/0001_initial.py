import django.db.models.deletion
import foundation.fields
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('schools', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='VisitFlush',
            fields=[
                ('batch', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='PageViews',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('page', models.CharField(max_length=60)),
                ('views', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'page views',
                'verbose_name_plural': 'page views',
                'ordering': ['-day', 'page'],
                'constraints': [models.UniqueConstraint(fields=('day', 'page'), name='one_count_a_page_and_day')],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=60)),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('kind', models.CharField(choices=[('notice', 'Notice'), ('question', 'Question and answer')], max_length=8)),
                ('number', models.CharField(blank=True, default='', max_length=60)),
                ('published_on', models.DateField()),
                ('title', models.JSONField()),
                ('body', models.JSONField()),
                ('video', models.CharField(blank=True, default='', max_length=100)),
                ('stored_at', models.DateTimeField()),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='schools.district')),
            ],
            options={
                'verbose_name': 'article',
                'verbose_name_plural': 'articles',
                'ordering': ['-published_on', 'code'],
                'constraints': [models.UniqueConstraint(fields=('district', 'code', 'version'), name='one_article_version')],
            },
        ),
        migrations.CreateModel(
            name='CallBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('level', models.CharField(choices=[('district', 'District'), ('town', 'Town or street'), ('village', 'Village or community')], default='district', max_length=8)),
                ('phone', foundation.fields.EncryptedTextField()),
                ('phone_index', models.CharField(db_index=True, max_length=64)),
                ('topic', models.CharField(choices=[('form', 'Filling in the form'), ('papers', 'Papers'), ('rules', 'Which rules apply to us'), ('state', 'Where my application stands'), ('other', 'Something else')], max_length=8)),
                ('best_time', models.CharField(choices=[('morning', 'In the morning'), ('afternoon', 'In the afternoon'), ('evening', 'In the evening')], max_length=10)),
                ('state', models.CharField(choices=[('waiting', 'Waits for a call'), ('done', 'Called'), ('missed', 'Not reached')], default='waiting', max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='call_backs', to='schools.district')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'call-back',
                'verbose_name_plural': 'call-backs',
                'indexes': [models.Index(fields=['state', 'asked_at'], name='helpdesk_calls_idx')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('phone_index',), name='one_waiting_call')],
            },
        ),
        migrations.CreateModel(
            name='ServicePoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('level', models.CharField(choices=[('district', 'District'), ('town', 'Town or street'), ('village', 'Village or community')], max_length=8)),
                ('address', models.CharField(max_length=200)),
                ('hours', models.CharField(max_length=100)),
                ('phone', models.CharField(max_length=30)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='service_points', to='schools.district')),
            ],
            options={
                'verbose_name': 'service point',
                'verbose_name_plural': 'service points',
                'ordering': ['level', 'name'],
                'constraints': [models.UniqueConstraint(fields=('district', 'name'), name='one_service_point')],
            },
        ),
        # rows that only grow, and what may change of those that live on
        append_only("helpdesk_article"),
    ]
