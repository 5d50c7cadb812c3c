"""Which of several homes a family picked, and how many materials data spared it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0009_reminders")]

    operations = [
        migrations.AddField("draft", "home_pick", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField("application", "materials", models.JSONField(null=True)),
    ]
