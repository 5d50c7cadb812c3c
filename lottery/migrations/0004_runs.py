from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("lottery", "0003_public_files")]
    operations: ClassVar = []
