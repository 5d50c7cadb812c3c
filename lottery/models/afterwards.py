"""After publication: waiting lists, freed seats and who is offered them, check-in, corrections. Rows only grow."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application, Offer, Round
from lottery.models.run import AdmissionRun
from schools.models import School


class WaitingLists(models.Model):
    """The lists of one published run, made once from its placements. Never changed."""

    run = models.OneToOneField(AdmissionRun, on_delete=models.PROTECT, related_name="waiting_lists")
    count = models.PositiveIntegerField()
    made_at = models.DateTimeField()


class WaitingEntry(models.Model):
    """One child on the list of one school of the run (engine.waiting.Waiter). Never changed: who left is computed."""

    lists = models.ForeignKey(WaitingLists, on_delete=models.PROTECT, related_name="entries", db_index=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="waiting_entries")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="waiting_entries", db_index=False)
    shared = models.BooleanField()  # on the list of the children from outside the zone
    choice = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    group = models.CharField(max_length=64)
    wish = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "lists", "school"], name="once_on_a_waiting_list")
        ]
        indexes: ClassVar = [
            models.Index(fields=["lists", "school", "shared", "choice", "position"], name="waiting_order")
        ]


class SeatEvent(models.Model):
    """A seat that became free after publication. Never changed."""

    class Cause(models.TextChoices):
        DECLINED = "declined", _("Place declined")
        LAPSED = "lapsed", _("No answer in time")
        NO_SHOW = "no_show", _("Did not come to check-in")
        MOVED = "moved", _("Took a place at another school")
        SIBLING = "sibling", _("Added so that siblings stay together")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="seat_events")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="seat_events")
    cause = models.CharField(max_length=8, choices=Cause.choices)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="seat_events")
    # the place that ended; one place frees one seat, whoever reports it how often
    offer = models.OneToOneField(Offer, null=True, on_delete=models.PROTECT, related_name="freed")
    at = models.DateTimeField()


class FillRun(models.Model):
    """One filling of freed seats from the lists: frozen inputs, digest, two people. A preview tells nobody anything."""

    class State(models.TextChoices):
        COMPUTED = "computed", _("Computed, not confirmed")
        CONFIRMED = "confirmed", _("Being carried out")
        FILLED = "filled", _("Seats offered")
        DISCARDED = "discarded", _("Discarded")
        STALE = "stale", _("Out of date")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="fills")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMPUTED)
    inputs_digest = models.CharField(max_length=80)
    digest = models.CharField(max_length=80)
    inputs = models.JSONField()  # seats, shares, rule; the lists are bound by the digest
    result = models.JSONField()  # [{"application", "school", "rank", "place"}] and added seats
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="started_fills")
    started_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="confirmed_fills"
    )
    filled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round"], name="one_fill_preview", condition=models.Q(state="computed")),
            models.UniqueConstraint(fields=["round"], name="one_fill_at_work", condition=models.Q(state="confirmed")),
        ]


class SeatOffer(models.Model):
    """A freed seat offered to one child. A child without a place has it as its offer at once ("given"); who holds a
    place keeps it until the family takes the new one."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for the family's answer")
        GIVEN = "given", _("Given")
        TAKEN = "taken", _("Taken")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Lapsed")
        REPLACED = "replaced", _("Replaced by a school listed higher")

    HOLDING = (State.OPEN, State.GIVEN, State.TAKEN)

    fill = models.ForeignKey(FillRun, on_delete=models.PROTECT, related_name="offers")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="seat_offers")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="seat_offers")
    seat = models.ForeignKey(SeatEvent, on_delete=models.PROTECT, related_name="seat_offers")
    place = models.PositiveIntegerField()  # on the school's list when it was offered, from 1
    wish = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    offered_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application"], name="one_open_seat_offer", condition=models.Q(state="open")
            ),
            models.UniqueConstraint(
                fields=["seat"], name="one_child_a_seat", condition=models.Q(state__in=["open", "given", "taken"])
            ),
        ]


class CheckIn(models.Model):
    """What the school noted on check-in day; the newest row counts. Never changed."""

    class Mark(models.TextChoices):
        ARRIVED = "arrived", _("Arrived")
        NO_SHOW = "no_show", _("Did not come")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="check_ins")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="check_ins")
    mark = models.CharField(max_length=8, choices=Mark.choices)
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()


class Correction(models.Model):
    """A proposed correction of a published result: one more seat for one child, with a reason everybody reads."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="corrections")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="corrections")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="corrections")
    reason = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    proposed_at = models.DateTimeField()


class CorrectionApproval(models.Model):
    """The second person's approval, and the place that followed from it. Never changed."""

    correction = models.OneToOneField(Correction, on_delete=models.PROTECT, related_name="approval")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    approved_at = models.DateTimeField()
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="correction")
