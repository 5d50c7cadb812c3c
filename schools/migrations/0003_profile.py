"""What a neutral profile says of a school beside its features."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schools", "0002_big_zone")]
    operations = [
        migrations.AddField("school", "facilities", models.TextField(blank=True, default="")),
        migrations.AddField("school", "consult_hours", models.CharField(blank=True, default="", max_length=100)),
    ]
