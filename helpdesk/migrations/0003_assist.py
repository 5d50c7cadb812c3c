"""Call-backs and help given."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("helpdesk", "0002_public")]
    operations = []
