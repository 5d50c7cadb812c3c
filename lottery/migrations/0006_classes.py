from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("lottery", "0005_ceremony")]
    operations: ClassVar = []
