"""Public pages."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0010_assist")]
    operations = []
