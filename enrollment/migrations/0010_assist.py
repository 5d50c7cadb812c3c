"""Assisted filing and remote help."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0009_family")]
    operations = []
