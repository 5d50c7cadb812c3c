"""Clerks and helpers who file with a family."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_identity")]
    operations = [
        migrations.AlterField(
            model_name="role",
            name="name",
            field=models.CharField(
                choices=[
                    ("reviewer", "School reviewer"),
                    ("official", "District official"),
                    ("city", "City official"),
                    ("notary", "Notary"),
                    ("witness", "Witness"),
                    ("clerk", "Service-point clerk"),
                    ("helper", "Helper of families"),
                    ("department", "Partner department"),
                    ("supervisor", "Supervisor (reads only)"),
                ],
                max_length=12,
            ),
        ),
    ]
