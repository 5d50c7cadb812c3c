"""The figures of the data items: by district and round, times of requests, materials that data spared families."""

from django.db import migrations, models

AGENCIES = [
    ("household", "Household registration (police)"),
    ("real_estate", "Real estate (natural resources)"),
    ("contract", "Sales contract filing (housing)"),
    ("permit", "Residence permit (police)"),
    ("insurance", "Social insurance (human resources)"),
    ("birth", "Birth certificate (health)"),
    ("marriage", "Marriage and custody (civil affairs)"),
    ("rental", "Lease filing and public rental (housing)"),
    ("business", "Business licence (market supervision)"),
    ("disability", "Disability certificate (disabled persons' federation)"),
    ("registry", "Student registry (education)"),
]


class Migration(migrations.Migration):
    dependencies = [("verification", "0003_data_items")]

    operations = [
        migrations.AddField("check", "round_id", models.BigIntegerField(default=0)),
        migrations.AddField("findingtally", "round_id", models.BigIntegerField(default=0)),
        migrations.AddField("calltally", "district_code", models.CharField(default="", max_length=12)),
        migrations.AddField("calltally", "round_id", models.BigIntegerField(default=0)),
        migrations.AddField("calltally", "line", models.CharField(default="", max_length=32)),
        migrations.AddField("calltally", "slowness", models.PositiveSmallIntegerField(default=0)),
        migrations.CreateModel(
            name="MaterialTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField(db_index=True)),
                ("district_code", models.CharField(max_length=12)),
                ("round_id", models.BigIntegerField(default=0)),
                ("agency", models.CharField(blank=True, choices=AGENCIES, max_length=12)),
                ("families", models.IntegerField(default=0)),
                ("named", models.IntegerField(default=0)),
                ("replaced", models.IntegerField(default=0)),
            ],
        ),
        *(
            migrations.AddIndex(
                model,
                models.Index(
                    fields=["district_code", "hour"],
                    opclasses=["varchar_pattern_ops", "timestamptz_ops"],
                    name=name,
                ),
            )
            for model, name in (("findingtally", "finding_tally_division"), ("calltally", "call_tally_division"))
        ),
    ]
