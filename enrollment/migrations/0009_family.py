"""Who acts for a child."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0008_after")]
    operations = []
