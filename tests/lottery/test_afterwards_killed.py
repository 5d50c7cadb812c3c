"""A worker killed in the middle of a filling: nothing half offered, and the sweeper makes the same offers."""

import signal
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from enrollment.models import Application, Offer
from lottery import services
from lottery.models import FillRun, SeatEvent, SeatOffer
from notifications.models import Message
from tests.lottery.factories import ceremony
from tests.lottery.test_afterwards import decline, placed_at, preview
from tests.lottery.test_runs import published
from tests.lottery.workers import worker
from tests.waiting import patience, until

WAITING_FOR_A_ROW = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def blocked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING_FOR_A_ROW)
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_offers_seats_leaves_nothing_and_the_sweeper_offers_the_same() -> None:
    one = ceremony(pupils=20, seats=6)
    published(one)
    services.afterwards_sweep()
    for _seat in range(2):
        decline(placed_at("WL01"))
    fill = preview(one)
    wanted = sorted(row["application"] for row in fill.result["offers"])
    assert len(wanted) == 2
    FillRun.objects.filter(pk=fill.pk).update(state="confirmed", confirmed_by=one.officials[1])
    offers, messages = Offer.objects.count(), Message.objects.count()
    held, release = Event(), Event()

    def hold() -> None:
        # the worker waits for the last of the children: there it is killed
        with transaction.atomic():
            Application.objects.select_for_update().get(pk=wanted[-1])
            held.set()
            release.wait(patience(60))
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    try:
        assert held.wait(patience(10))
        process = worker("fill_carry_out", "fill_id", fill.pk)
        until(blocked, "the worker to stand before the lock")
        process.send_signal(signal.SIGKILL)
        assert process.wait(patience(10)) == -signal.SIGKILL
    finally:
        release.set()
        holder.join()
    fill.refresh_from_db()
    assert (fill.state, SeatOffer.objects.count(), Offer.objects.count()) == ("confirmed", 0, offers)
    # the dead worker's locks go with its connection
    until(lambda: not blocked(), "the dead worker's lock to fall")
    assert services.afterwards_sweep() == 1
    fill.refresh_from_db()
    assert fill.state == "filled"
    assert sorted(str(pk) for pk in SeatOffer.objects.values_list("application_id", flat=True)) == wanted
    assert Message.objects.count() == messages + 2
    assert SeatEvent.objects.count() == 2
    assert services.afterwards_sweep() == 0
