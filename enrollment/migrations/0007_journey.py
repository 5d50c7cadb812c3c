"""What the longer form asks."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0006_documents")]
    operations = []
