from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("lottery", "0007_afterwards")]
    operations: ClassVar = []
