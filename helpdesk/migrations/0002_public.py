"""Policy articles and visits."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0001_initial")]
    operations = []
