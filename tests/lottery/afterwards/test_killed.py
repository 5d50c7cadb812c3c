"""A worker killed in the middle of a filling: nothing half offered, and the sweeper makes the same offers."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from enrollment.seasons.models import Application, Offer
from foundation.errors import Refused
from lottery.afterwards.models import FillRun, SeatEvent, SeatOffer
from lottery.afterwards.seats import seats_lock
from lottery.afterwards.services import afterwards_sweep, fill_confirm, fill_request, fills_go_on
from notifications.models import Message
from tests.entering import signed_in
from tests.lottery.afterwards.test_waiting_lists import decline, placed_at, preview
from tests.lottery.factories import ceremony, token
from tests.lottery.workers import blocked, killed_behind
from tests.waiting import until


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_offers_seats_leaves_nothing_and_the_sweeper_offers_the_same() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    afterwards_sweep()
    for _seat in range(2):
        decline(placed_at("WL01"))
    fill = preview(one)
    wanted = sorted(row["application"] for row in fill.result["offers"])
    assert len(wanted) == 2
    FillRun.objects.filter(pk=fill.pk).update(state="confirmed", confirmed_by=one.officials[1])
    offers, messages = Offer.objects.count(), Message.objects.count()
    # the worker waits for the last of the children: there it is killed
    killed_behind(
        lambda: Application.objects.select_for_update().get(pk=wanted[-1]),
        "afterwards",
        "fill_carry_out",
        "fill_id",
        number=fill.pk,
    )
    fill.refresh_from_db()
    assert (fill.state, SeatOffer.objects.count(), Offer.objects.count()) == ("confirmed", 0, offers)
    # the dead worker's locks go with its connection
    until(lambda: not blocked(), "the dead worker's lock to fall")
    assert afterwards_sweep() == 1
    fill.refresh_from_db()
    assert fill.state == "filled"
    assert sorted(str(pk) for pk in SeatOffer.objects.values_list("application_id", flat=True)) == wanted
    assert Message.objects.count() == messages + 2
    assert SeatEvent.objects.count() == 2
    assert afterwards_sweep() == 0


@pytest.mark.django_db(transaction=True)
def test_a_preview_that_was_asked_for_is_computed_by_whichever_worker_is_left() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    afterwards_sweep()
    for _seat in range(2):
        decline(placed_at("WL01"))
    wanted = preview(one)
    made = fill_request(official=one.officials[0], round_id=one.round.pk)
    assert (made.state, made.result) == ("queued", {})
    with pytest.raises(Refused) as busy:
        preview(one)
    assert busy.value.code == "busy"
    # the worker waits for the seats: there it is killed
    killed_behind(lambda: seats_lock(one.round), "afterwards", "fill_work", "fill_id", number=made.pk)
    made.refresh_from_db()
    assert (made.state, made.result) == ("queued", {})
    assert fills_go_on() == 1
    made.refresh_from_db()
    assert (made.state, made.digest, made.inputs_digest) == ("computed", wanted.digest, wanted.inputs_digest)
    wanted.refresh_from_db()
    assert wanted.state == "discarded"


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_large_round_waits_for_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lottery.afterwards.services.filling.LARGE_ROLL", 1)
    one = ceremony(pupils=20, seats=6)
    one.published()
    afterwards_sweep()
    decline(placed_at("WL01"))
    desk, address = signed_in(one.officials[0]), f"/official/rounds/{one.round.pk}/afterwards/"
    assert desk.post(f"{address}preview/").status_code == 302
    assert FillRun.objects.get().state == "queued"
    assert 'data-qa="working"' in desk.get(address).content.decode()
    assert desk.get(f"{address}progress/").status_code == 200
    assert fills_go_on() == 1
    assert desk.get(f"{address}progress/").headers["HX-Refresh"] == "true"
    made = FillRun.objects.get()
    for official in one.officials[:2]:
        made = fill_confirm(official=official, fill_id=made.pk, token=token(official))
    assert made.state == "confirmed"  # nothing was offered within the request
    assert not SeatOffer.objects.exists()
    assert 'data-qa="working"' in desk.get(address).content.decode()
    assert fills_go_on() == 1
    made.refresh_from_db()
    assert made.state == "filled"
    assert SeatOffer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_why_a_preview_could_not_be_computed_stands_on_it() -> None:
    one = ceremony(pupils=20, seats=20)
    one.published()
    afterwards_sweep()
    made = fill_request(official=one.officials[0], round_id=one.round.pk)
    assert fills_go_on() == 0
    made.refresh_from_db()
    assert made.state == "failed"
    assert (
        made.reason in signed_in(one.officials[0]).get(f"/official/rounds/{one.round.pk}/afterwards/").content.decode()
    )
    assert fill_request(official=one.officials[0], round_id=one.round.pk).state == "queued"


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_computed_is_never_changed() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    afterwards_sweep()
    decline(placed_at("WL01"))
    made = fill_request(official=one.officials[0], round_id=one.round.pk)
    assert fills_go_on() == 1
    wrong: tuple[dict[str, Any], ...] = ({"digest": "x"}, {"result": {}}, {"number": 9}, {"reason": "x"})
    for changed in wrong:
        with pytest.raises(DatabaseError), transaction.atomic():
            FillRun.objects.filter(pk=made.pk).update(**changed)
