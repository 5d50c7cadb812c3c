import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='District',
            fields=[
                ('code', models.CharField(max_length=12, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('active', models.BooleanField(default=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='schools.district')),
            ],
            options={
                'verbose_name': 'district',
                'verbose_name_plural': 'districts',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='School',
            fields=[
                ('code', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('public', 'Public'), ('private', 'Private'), ('migrant', 'School for children of migrant workers'), ('special', 'Special education')], default='public', max_length=10)),
                ('education_group', models.CharField(blank=True, max_length=60)),
                ('town', models.CharField(blank=True, max_length=60)),
                ('address', models.CharField(max_length=200)),
                ('longitude', models.FloatField()),
                ('latitude', models.FloatField()),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('features', models.TextField(blank=True)),
                ('facilities', models.TextField(blank=True, default='')),
                ('consult_hours', models.CharField(blank=True, default='', max_length=100)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='schools', to='schools.district')),
            ],
            options={
                'verbose_name': 'school',
                'verbose_name_plural': 'schools',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ProfileCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='profile_checks', to='schools.school')),
            ],
            options={
                'verbose_name': "check of a school's profile",
                'verbose_name_plural': "checks of schools' profiles",
            },
        ),
        migrations.CreateModel(
            name='Zone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('year', models.PositiveSmallIntegerField()),
                ('stage', models.CharField(choices=[('kindergarten', 'Kindergarten'), ('primary', 'Primary school'), ('junior', 'Junior high school')], max_length=12)),
                ('polygon', models.JSONField(blank=True, null=True)),
                ('big_zone', models.CharField(blank=True, max_length=60)),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='zones', to='schools.district')),
                ('schools', models.ManyToManyField(related_name='zones', to='schools.school')),
            ],
            options={
                'verbose_name': 'zone',
                'verbose_name_plural': 'zones',
            },
        ),
        migrations.CreateModel(
            name='ZoneRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('effect', models.CharField(default='include', max_length=8)),
                ('kind', models.CharField(max_length=8)),
                ('name', models.CharField(max_length=80)),
                ('parity', models.CharField(default='all', max_length=4)),
                ('low', models.PositiveIntegerField(null=True)),
                ('high', models.PositiveIntegerField(null=True)),
                ('zone', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='schools.zone')),
            ],
        ),
        migrations.CreateModel(
            name='AddressPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=200)),
                ('longitude', models.FloatField()),
                ('latitude', models.FloatField()),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='address_points', to='schools.district')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('district', 'year', 'name'), name='one_address_point')],
            },
        ),
        migrations.CreateModel(
            name='SeatPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('stage', models.CharField(choices=[('kindergarten', 'Kindergarten'), ('primary', 'Primary school'), ('junior', 'Junior high school')], max_length=12)),
                ('seats', models.PositiveIntegerField()),
                ('class_size', models.PositiveSmallIntegerField(default=45)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='plans', to='schools.school')),
            ],
            options={
                'verbose_name': 'seat plan',
                'verbose_name_plural': 'seat plans',
                'constraints': [models.UniqueConstraint(fields=('school', 'year', 'stage'), name='one_plan_a_stage')],
            },
        ),
        migrations.AddConstraint(
            model_name='zone',
            constraint=models.UniqueConstraint(fields=('district', 'code', 'year', 'stage'), name='one_zone_version'),
        ),
        # rows that only grow, and what may change of those that live on
        append_only("schools_profilecheck"),
    ]
