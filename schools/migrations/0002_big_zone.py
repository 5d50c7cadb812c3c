from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Schools of one big zone share the seats that the children of their own zones leave over."""

    dependencies: ClassVar = [("schools", "0001_initial")]
    operations: ClassVar = [
        migrations.AddField("zone", "big_zone", models.CharField(blank=True, default="", max_length=60), preserve_default=False)
    ]
