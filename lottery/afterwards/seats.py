"""The seats of a season and stage after publication: who waits for one, which are free; and the one lock on them."""

from collections import Counter

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from enrollment.seasons.models import ApplicationState, Offer, Round
from enrollment.seasons.states import RoundState
from foundation.errors import Refused
from foundation.locks import lock
from lottery.afterwards.models import SeatEvent, SeatOffer, WaitingEntry, WaitingLists
from lottery.ceremony.models import Draw
from schools.selectors import seat_plan

HOLDING_STATES = (ApplicationState.OFFERED, ApplicationState.ACCEPTED, ApplicationState.ENROLLED)
WAITING_STATES = (ApplicationState.WAITING, ApplicationState.OFFERED, ApplicationState.ACCEPTED)


def seats_lock(round_: Round) -> None:
    """Everything that gives or frees a seat of one season and stage happens one after the other.

    Taken before any row of a round or an application is locked: two orders would wait for each other.
    """
    lock(f"seats:{round_.season_id}:{round_.stage}")


def still_waiting(lists: WaitingLists) -> QuerySet[WaitingEntry]:
    """The entries of a run's lists that still count, in no order.

    A child leaves all lists with an ended or checked-in application, and with a place from a list or by correction; it
    leaves the list of a school whose seat it declined. While a seat is offered it waits only for schools listed higher.
    """
    again = Offer.objects.filter(kind__in=[Offer.Kind.WAITING_LIST, Offer.Kind.CORRECTION])
    past = SeatOffer.objects.filter(
        application=OuterRef("application"),
        school=OuterRef("school"),
        state__in=[SeatOffer.State.DECLINED, SeatOffer.State.LAPSED],
    )
    open_now = SeatOffer.objects.filter(application=OuterRef("application"), state=SeatOffer.State.OPEN)
    return (
        WaitingEntry.objects.filter(lists=lists, application__state__in=WAITING_STATES)
        .exclude(application_id__in=again.filter(application__round=lists.run.round_id).values("application_id"))
        .annotate(open_wish=Subquery(open_now.values("wish")[:1]))
        .filter(Q(open_wish=None) | Q(wish__lt=F("open_wish")))
        .exclude(Exists(past))
    )


def open_events(round_: Round) -> QuerySet[SeatEvent]:
    """Noted seats nobody is offered, oldest first. A seat added for siblings is not given to others afterwards."""
    held = SeatOffer.objects.filter(state__in=SeatOffer.HOLDING)
    events = SeatEvent.objects.filter(round=round_).exclude(cause=SeatEvent.Cause.SIBLING)
    return events.exclude(pk__in=held.values("seat_id")).order_by("at", "pk")


def seats_left(round_: Round) -> dict[str, int]:
    """By school the seats of the season and stage that nobody holds or is offered, in any round; never below 0.

    A correction brought its own seat. An extra seat of siblings did not: it ends with the first place that ends there.
    """
    season, stage = round_.season, round_.stage
    same = {"application__round__season": season, "application__stage": stage}
    plan = seat_plan(season.district_id, season.year, stage)
    for draw in Draw.objects.filter(round__season=season, round__stage=stage).exclude(round__kind="supplementary"):
        plan |= draw.seats
    newest = Offer.objects.filter(application=OuterRef("application")).order_by("-pk").values("pk")[:1]
    live = Offer.objects.filter(**same, application__state__in=HOLDING_STATES, school__isnull=False)
    places = live.filter(pk=Subquery(newest)).exclude(kind=Offer.Kind.CORRECTION)
    held = Counter(places.values_list("school", flat=True))
    held.update(SeatOffer.objects.filter(**same, state=SeatOffer.State.OPEN).values_list("school", flat=True))
    return {school: max(0, count - held[school]) for school, count in sorted(plan.items())}


def free_seats(round_: Round) -> dict[str, int]:
    """By school the seats that became free after publication and can be filled; schools without any are left out."""
    left = seats_left(round_)
    freed = Counter(open_events(round_).values_list("school", flat=True))
    found = {school: min(count, left.get(school, 0)) for school, count in sorted(freed.items())}
    return {school: count for school, count in found.items() if count}


def supplementary_seats(round_: Round) -> dict[str, int]:
    """The seats a supplementary round announces: what the other rounds of its season and stage left. Call inside a
    transaction. Raises Refused while one of them is not published."""
    seats_lock(round_)
    others = Round.objects.filter(season=round_.season, stage=round_.stage).exclude(pk=round_.pk)
    for one in others:
        if one.state != RoundState.PUBLISHED:
            text = _("First publish the round “%(round)s”: the supplementary round gives the seats it leaves.")
            raise Refused(text % {"round": one.get_kind_display()}, code="too_early")
    return seats_left(round_)
