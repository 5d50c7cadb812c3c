"""Clerks and helpers who file with a family."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_identity")]
    operations = []
