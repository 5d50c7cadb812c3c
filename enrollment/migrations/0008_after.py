"""Letters, appeals, registry fields, requests about data."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0007_journey")]
    operations = []
