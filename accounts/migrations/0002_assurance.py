"""How surely a person is known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AddField(
            "account",
            "assurance",
            models.PositiveSmallIntegerField(
                choices=[
                    (0, "Mobile number only"),
                    (1, "Name and number stated by the person"),
                    (2, "Identity verified by the government sign-in"),
                    (3, "Identity verified, the person was present"),
                ],
                default=0,
            ),
        ),
    ]
