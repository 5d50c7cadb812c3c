from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.migrations_sql import append_only


class Migration(migrations.Migration):
    """Waiting lists, freed seats, check-in, corrections: rows only grow; only answers are set later."""

    dependencies: ClassVar = [
        ("enrollment", "0005_offers"),
        ("lottery", "0006_classes"),
        ("schools", "0002_big_zone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mark", models.CharField(choices=[("arrived", "Arrived"), ("no_show", "Did not come")], max_length=8)),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="enrollment.application",
                    ),
                ),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="check_ins", to="schools.school"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="enrollment.application",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="enrollment.round"
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="schools.school"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CorrectionApproval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("approved_at", models.DateTimeField()),
                (
                    "approved_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
                ),
                (
                    "correction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approval", to="lottery.correction"
                    ),
                ),
                (
                    "offer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="correction", to="enrollment.offer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FillRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("computed", "Computed, not confirmed"),
                            ("confirmed", "Being carried out"),
                            ("filled", "Seats offered"),
                            ("discarded", "Discarded"),
                            ("stale", "Out of date"),
                        ],
                        default="computed",
                        max_length=10,
                    ),
                ),
                ("inputs_digest", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=80)),
                ("inputs", models.JSONField()),
                ("result", models.JSONField()),
                ("started_at", models.DateTimeField()),
                ("filled_at", models.DateTimeField(null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmed_fills",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="fills", to="enrollment.round"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="started_fills",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SeatEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("declined", "Place declined"),
                            ("lapsed", "No answer in time"),
                            ("no_show", "Did not come to check-in"),
                            ("moved", "Took a place at another school"),
                            ("sibling", "Added so that siblings stay together"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seat_events",
                        to="enrollment.application",
                    ),
                ),
                (
                    "offer",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="freed",
                        to="enrollment.offer",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seat_events", to="enrollment.round"
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seat_events", to="schools.school"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SeatOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField()),
                ("wish", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting for the family's answer"),
                            ("given", "Given"),
                            ("taken", "Taken"),
                            ("declined", "Declined"),
                            ("lapsed", "Lapsed"),
                            ("replaced", "Replaced by a school listed higher"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seat_offers",
                        to="enrollment.application",
                    ),
                ),
                (
                    "fill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="lottery.fillrun"
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seat_offers", to="schools.school"
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seat_offers", to="lottery.seatevent"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WaitingLists",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting_lists",
                        to="lottery.admissionrun",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WaitingEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shared", models.BooleanField()),
                ("choice", models.PositiveSmallIntegerField()),
                ("position", models.PositiveIntegerField()),
                ("group", models.CharField(max_length=64)),
                ("wish", models.PositiveSmallIntegerField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting_entries",
                        to="enrollment.application",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waiting_entries",
                        to="schools.school",
                    ),
                ),
                (
                    "lists",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="lottery.waitinglists",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="fillrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "computed")), fields=("round",), name="one_fill_preview"
            ),
        ),
        migrations.AddConstraint(
            model_name="fillrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "confirmed")), fields=("round",), name="one_fill_at_work"
            ),
        ),
        migrations.AddConstraint(
            model_name="seatoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("application",), name="one_open_seat_offer"
            ),
        ),
        migrations.AddConstraint(
            model_name="seatoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["open", "given", "taken"])), fields=("seat",), name="one_child_a_seat"
            ),
        ),
        migrations.AddIndex(
            model_name="waitingentry",
            index=models.Index(fields=["lists", "school", "shared", "choice", "position"], name="waiting_order"),
        ),
        migrations.AddConstraint(
            model_name="waitingentry",
            constraint=models.UniqueConstraint(
                fields=("application", "lists", "school"), name="once_on_a_waiting_list"
            ),
        ),
        append_only("lottery_waitinglists"),
        append_only("lottery_waitingentry"),
        append_only("lottery_seatevent"),
        append_only("lottery_fillrun", changeable=("state", "confirmed_by_id", "filled_at")),
        append_only("lottery_seatoffer", changeable=("state", "answered_at")),
        append_only("lottery_checkin"),
        append_only("lottery_correction"),
        append_only("lottery_correctionapproval"),
    ]
