"""Articles and page views."""

import django.db.models.deletion
from django.db import migrations, models

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0001_initial"), ("schools", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=60)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[("notice", "Notice"), ("question", "Question and answer")], max_length=8
                    ),
                ),
                ("number", models.CharField(blank=True, default="", max_length=60)),
                ("published_on", models.DateField()),
                ("title", models.JSONField()),
                ("body", models.JSONField()),
                ("video", models.CharField(blank=True, default="", max_length=100)),
                ("stored_at", models.DateTimeField()),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="articles", to="schools.district"
                    ),
                ),
            ],
            options={
                "verbose_name": "article",
                "verbose_name_plural": "articles",
                "ordering": ["-published_on", "code"],
                "constraints": [
                    models.UniqueConstraint(fields=("district", "code", "version"), name="one_article_version")
                ],
            },
        ),
        migrations.CreateModel(
            name="PageViews",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("page", models.CharField(max_length=60)),
                ("views", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "page views",
                "verbose_name_plural": "page views",
                "ordering": ["-day", "page"],
                "constraints": [
                    models.UniqueConstraint(fields=("day", "page"), name="one_count_a_page_and_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitFlush",
            fields=[
                ("batch", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
        append_only("helpdesk_article"),
    ]
