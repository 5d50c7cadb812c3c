"""Other ways to sign in, and the merge of two accounts of one person."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_assurance")]
    operations = []
