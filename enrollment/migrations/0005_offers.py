from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

KINDS = [
    ("choice", "By choice"),
    ("coordination", "By coordination"),
    ("waiting_list", "From the waiting list"),
    ("correction", "By correction"),
    ("none", "No place yet"),
]


class Migration(migrations.Migration):
    """An application may be offered a place after it had none; words are made from the run when they are read."""

    dependencies: ClassVar = [("enrollment", "0004_typed")]
    operations: ClassVar = [
        migrations.RemoveField("offer", "explanation"),
        migrations.AlterField("offer", "kind", models.CharField(choices=KINDS, max_length=14)),
        migrations.AlterField(
            "offer",
            "application",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="offers",
                related_query_name="offer",
                to="enrollment.application",
            ),
        ),
        migrations.AddConstraint(
            "offer", models.UniqueConstraint(fields=("application", "kind"), name="one_offer_of_a_kind")
        ),
    ]
