"""Uploads that go on after a cut."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("enrollment", "0005_offers")]
    operations = []
