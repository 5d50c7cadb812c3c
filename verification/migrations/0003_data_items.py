import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

CHOICES = [('household', 'Household registration (police)'), ('real_estate', 'Real estate (natural resources)'), ('contract', 'Sales contract filing (housing)'), ('permit', 'Residence permit (police)'), ('insurance', 'Social insurance (human resources)'), ('birth', 'Birth certificate (health)'), ('marriage', 'Marriage and custody (civil affairs)'), ('rental', 'Lease filing and public rental (housing)'), ('business', 'Business licence (market supervision)'), ('disability', "Disability certificate (disabled persons' federation)"), ('registry', 'Student registry (education)')]


def switches_to_items(apps, schema_editor):
    """An agency that was off for everybody is off for each city that was asked for."""
    Switch, Item, Check = (apps.get_model("verification", name) for name in ("AgencySwitch", "DataItem", "Check"))
    off = list(Switch.objects.filter(enabled=False))
    if not off:
        return
    cities = {code[:4] for code in Check.objects.order_by().values_list("district_code", flat=True).distinct()}
    for switch in off:
        for city in sorted(cities):
            Item.objects.create(
                agency=switch.line, division=city, enabled=False, note=switch.note, changed_at=timezone.now()
            )


def items_to_switches(apps, schema_editor):
    Switch, Item = apps.get_model("verification", "AgencySwitch"), apps.get_model("verification", "DataItem")
    Switch.objects.filter(line__contains="@").delete()
    for item in Item.objects.filter(enabled=False):
        Switch.objects.update_or_create(pk=item.agency, defaults={"enabled": False, "note": item.note})


class Migration(migrations.Migration):
    dependencies = [
        ("verification", "0002_six_further_agencies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(choices=CHOICES, max_length=12)),
                ("division", models.CharField(blank=True, max_length=12)),
                ("owner", models.CharField(blank=True, max_length=100)),
                ("basis", models.CharField(blank=True, max_length=300)),
                ("purpose", models.CharField(blank=True, max_length=300)),
                ("valid_until", models.DateField(null=True)),
                ("endpoint", models.CharField(blank=True, max_length=300)),
                ("secret", models.CharField(blank=True, max_length=60)),
                ("quota", models.PositiveIntegerField(null=True)),
                ("test_person", models.CharField(blank=True, max_length=60)),
                ("dialect", models.JSONField(default=dict)),
                ("enabled", models.BooleanField(default=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("changed_at", models.DateTimeField()),
                ("asked_note", models.CharField(blank=True, max_length=200)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "data item",
                "verbose_name_plural": "data items",
                "constraints": [models.UniqueConstraint(fields=("agency", "division"), name="one_item_a_division")],
            },
        ),
        migrations.RemoveConstraint("check", "one_check_an_agency"),
        migrations.AddField("check", "turn", models.PositiveSmallIntegerField(default=0)),
        migrations.AddConstraint(
            "check", models.UniqueConstraint(fields=("subject", "agency", "turn"), name="one_check_a_turn")
        ),
        migrations.RenameField("agencyswitch", "agency", "line"),
        migrations.AlterField(
            "agencyswitch", "line", models.CharField(max_length=32, primary_key=True, serialize=False)
        ),
        migrations.RunPython(switches_to_items, items_to_switches),
        migrations.RemoveField("agencyswitch", "enabled"),
        migrations.RemoveField("agencyswitch", "note"),
    ]
