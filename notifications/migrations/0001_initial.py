import django.db.models.deletion
import foundation.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ChannelState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('lane', models.CharField(max_length=10)),
                ('closed_until', models.DateTimeField()),
                ('held_since', models.DateTimeField(null=True)),
                ('why', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': 'channel state',
                'verbose_name_plural': 'channel states',
                'constraints': [models.UniqueConstraint(fields=('channel', 'lane'), name='channel_lane')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('phone', foundation.fields.EncryptedTextField()),
                ('template', models.CharField(max_length=40, verbose_name='Template')),
                ('language', models.CharField(max_length=10)),
                ('body', foundation.fields.EncryptedTextField()),
                ('district_code', models.CharField(blank=True, max_length=12)),
                ('state', models.CharField(choices=[('queued', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('delivered', 'Delivered'), ('undelivered', 'Not delivered'), ('failed', 'Failed'), ('expired', 'Not sent in time'), ('unclear', 'Not known whether it was sent'), ('told', 'Told by a person')], default='queued', max_length=12, verbose_name='State')),
                ('secret', models.BooleanField(default=False)),
                ('urgency', models.PositiveSmallIntegerField(choices=[(0, 'Sign-in code'), (5, 'About one family'), (9, 'To many families')], default=5)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='Attempts')),
                ('next_attempt_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(verbose_name='Queued at')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='Sent at')),
                ('unsure', models.BooleanField(db_default=False, default=False)),
                ('copy', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('expires_at', models.DateTimeField(null=True)),
                ('ask_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('outcome', models.CharField(choices=[('sent', 'Sent'), ('delivered', 'Delivered'), ('undelivered', 'Not delivered'), ('retry', 'To be tried again'), ('held', 'Held: the settings are wrong'), ('failed', 'Failed'), ('expired', 'Not sent in time'), ('unclear', 'Not known whether it was sent'), ('again', 'Sent again by a person'), ('told', 'Told by a person')], max_length=12)),
                ('detail', models.CharField(blank=True, max_length=200)),
                ('segments', models.PositiveSmallIntegerField(default=1)),
                ('at', models.DateTimeField()),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notifications.message')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
            },
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'sending'])), fields=['urgency', 'next_attempt_at'], name='message_due'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'sending'])), fields=['secret', 'created_at'], name='message_waiting'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ('undelivered', 'failed', 'expired', 'unclear'))), fields=['id'], name='message_unreached'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('ask_at__isnull', False)), fields=['ask_at'], name='message_ask'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('reference', ''), _negated=True), fields=('channel', 'reference'), name='delivery_reference'),
        ),
    ]
