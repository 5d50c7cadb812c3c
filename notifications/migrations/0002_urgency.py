from django.db import migrations, models


class Migration(migrations.Migration):
    """Messages by urgency: codes have a lane of their own, a family's own news goes before a round's results."""

    dependencies = [("notifications", "0001_initial")]
    operations = [
        migrations.AddField(
            "message",
            "urgency",
            models.PositiveSmallIntegerField(
                choices=[(0, "Sign-in code"), (5, "About one family"), (9, "To many families")], default=5
            ),
        ),
        migrations.RemoveIndex("message", "message_due"),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["urgency", "next_attempt_at"],
                name="message_due",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
        ),
    ]
