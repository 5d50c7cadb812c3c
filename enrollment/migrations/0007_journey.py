"""What the longer form asks, and a round that can be paused."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0006_documents")]
    operations = [
        migrations.AddField(
            model_name="round",
            name="pause_reason",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
    ]
