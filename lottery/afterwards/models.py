"""After publication: waiting lists, freed seats and who is offered them, check-in, corrections. Rows only grow."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.false_declarations.models import DeclarationCase
from enrollment.seasons.models import Application, Offer, Round
from foundation.fields import EncryptedTextField
from lottery.admission.models import AdmissionRun
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
        TAKEN = "taken", _("Taken back after a false declaration")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="seat_events")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="seat_events")
    cause = models.CharField(max_length=8, choices=Cause.choices)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="seat_events")
    # the place that ended; unique, so that a place reported twice frees one seat
    offer = models.OneToOneField(Offer, null=True, on_delete=models.PROTECT, related_name="freed")
    at = models.DateTimeField()


class FillRun(models.Model):
    """One filling of freed seats from the lists: frozen inputs, digest, two people. A preview tells nobody anything.

    Of a large round it is a row before it is work, as an admission run is: whatever is killed begins again.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Being computed")
        COMPUTED = "computed", _("Computed, not confirmed")
        CONFIRMED = "confirmed", _("Being carried out")
        FILLED = "filled", _("Seats offered")
        DISCARDED = "discarded", _("Discarded")
        STALE = "stale", _("Out of date")
        FAILED = "failed", _("Stopped")

    WORKING = (State.QUEUED, State.CONFIRMED)

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="fills")
    number = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.COMPUTED)
    inputs_digest = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=80, blank=True)
    inputs = models.JSONField(default=dict)  # seats, shares, rule; the lists are bound by the digest
    result = models.JSONField(default=dict)  # [{"application", "school", "rank", "place"}] and added seats
    reason = models.TextField(blank=True, default="")  # why it stopped
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="started_fills")
    started_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="confirmed_fills"
    )
    filled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round"], name="one_fill_preview", condition=models.Q(state="computed")),
            models.UniqueConstraint(
                fields=["round"], name="one_fill_in_hand", condition=models.Q(state__in=["queued", "confirmed"])
            ),
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
        MISSED = "missed", _("Not here yet")
        NO_SHOW = "no_show", _("Did not come")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="check_ins")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="check_ins")
    mark = models.CharField(max_length=8, choices=Mark.choices)
    on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField()


class FollowUp(models.Model):
    """How the school asked after a child that was not there: without it no seat is given away. Never changed."""

    class Way(models.TextChoices):
        CALL = "call", _("Telephoned")
        VISIT = "visit", _("Visited")
        MESSAGE = "message", _("Wrote")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="follow_ups")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=Way.choices)
    words = EncryptedTextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")


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


class TakingBack(models.Model):
    """A proposal to take back the place that an established false declaration got. Never changed."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="taken_back")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="taken_back")
    case = models.OneToOneField(DeclarationCase, on_delete=models.PROTECT, related_name="taken_back")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="taken_back")
    reason = models.TextField()  # everybody reads it
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()


class TakingBackApproval(models.Model):
    """The second person's approval. Never changed."""

    taking_back = models.OneToOneField(TakingBack, on_delete=models.PROTECT, related_name="approval")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()
