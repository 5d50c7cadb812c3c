from django.db import migrations, models


class Migration(migrations.Migration):
    """Checks are taken agency by agency, each as far as its quota goes."""

    dependencies = [("verification", "0002_append_only")]
    operations = [
        migrations.AddIndex(
            "check",
            models.Index(
                fields=["agency", "next_attempt_at"], name="check_turn", condition=models.Q(("state", "pending"))
            ),
        ),
    ]
