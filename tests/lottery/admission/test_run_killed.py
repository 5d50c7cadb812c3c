"""A worker killed in the middle of a run: nothing half done, and the work goes on to the same digest."""

import re

import pytest
from django.urls import reverse

from enrollment.seasons.models import Application, Offer, Transition
from foundation.errors import Refused
from foundation.progress import progress, report
from lottery.admission.models import AdmissionRun, Placement
from lottery.admission.services import (
    run_compute,
    run_publish,
    run_request,
    run_tell,
    run_work,
    runs_go_on,
)
from lottery.admission.services.runs import run_name
from lottery.ceremony.models import PublicFile
from notifications.models import Message
from tests.entering import signed_in
from tests.lottery.factories import Ceremony, ceremony
from tests.lottery.workers import killed_behind
from tests.waiting import until


def confirmed(one: Ceremony) -> AdmissionRun:
    """A run that two people confirmed and no worker has taken up yet."""
    run = one.computed()
    AdmissionRun.objects.filter(pk=run.pk).update(state="publishing", published_by=one.officials[1])
    run.refresh_from_db()
    return run


def blocked_on(run: AdmissionRun, phase: str) -> bool:
    """Whether the worker has come to the phase."""
    found = progress(run_name(run.pk))
    return found is not None and found.phase == phase


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_publishes_leaves_nothing_and_the_next_one_publishes_the_same() -> None:
    run = confirmed(ceremony(pupils=12))
    victim = Application.objects.order_by("pk").values_list("pk", flat=True)[0]
    killed_behind(  # the worker has stored the places and now waits for this row: there it is killed
        lambda: Application.objects.select_for_update().get(pk=victim),
        "admission",
        "run_publish",
        "run_id",
        number=run.pk,
        when=lambda: blocked_on(run, "offering"),
    )
    run.refresh_from_db()
    assert (run.state, Placement.objects.count(), Offer.objects.count()) == ("publishing", 0, 0)
    assert not PublicFile.objects.filter(name="admission.json").exists()
    assert set(Application.objects.values_list("state", flat=True)) == {"in_pool"}
    # the dead worker's lock goes with its connection
    until(lambda: run_publish(run_id=run.pk) is not None, "the publication")
    run_tell(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, Offer.objects.count(), Message.objects.count()) == ("published", 12, 12)
    assert Transition.objects.filter(event__in=["offer", "wait"]).count() == 12
    assert run_publish(run_id=run.pk) is None


@pytest.mark.django_db
def test_telling_goes_on_where_it_stopped_and_tells_nobody_twice() -> None:
    run = confirmed(ceremony(pupils=6))
    run_publish(run_id=run.pk)
    middle = Placement.objects.order_by("pk").values_list("pk", flat=True)[2]
    AdmissionRun.objects.filter(pk=run.pk).update(told_through=middle)
    assert run_tell(run_id=run.pk) == 3
    AdmissionRun.objects.filter(pk=run.pk).update(told_through=0, told_at=None)
    assert run_tell(run_id=run.pk) == 6
    assert Message.objects.count() == 6
    run.refresh_from_db()
    assert run.told_at is not None


@pytest.mark.django_db
def test_a_look_finds_what_was_left_by_its_state() -> None:
    one = ceremony(pupils=3)
    one.drawn()
    run = run_request(official=one.officials[0], round_id=one.round.pk)
    assert runs_go_on() == 1
    run.refresh_from_db()
    assert run.state == "computed"
    assert runs_go_on() == 0
    AdmissionRun.objects.filter(pk=run.pk).update(state="publishing", published_by=one.officials[1])
    assert runs_go_on() == 2  # published, and told
    run.refresh_from_db()
    assert (run.state, Message.objects.count()) == ("published", 3)
    assert runs_go_on() == 0


@pytest.mark.django_db
def test_a_second_run_is_refused_while_one_is_at_work() -> None:
    one = ceremony(pupils=3)
    one.drawn()
    run_request(official=one.officials[0], round_id=one.round.pk)
    with pytest.raises(Refused) as refused:
        run_request(official=one.officials[1], round_id=one.round.pk)
    assert refused.value.code == "busy"
    assert AdmissionRun.objects.count() == 1


@pytest.mark.django_db
def test_a_run_that_cannot_be_published_keeps_its_reason_and_can_be_computed_again() -> None:
    one = ceremony(pupils=6)
    run = confirmed(one)
    Application.objects.filter(pk=Application.objects.order_by("pk")[0].pk).update(state="withdrawn")
    with pytest.raises(Refused) as refused:
        run_publish(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, Offer.objects.count()) == ("failed", 0)
    assert run.reason == refused.value.message
    Application.objects.filter(state="withdrawn").update(state="in_pool")
    again = run_compute(official=one.officials[0], round_id=one.round.pk)
    assert (again.state, again.digest) == ("computed", run.digest)


@pytest.mark.django_db
def test_the_page_shows_how_far_a_run_is_and_reloads_when_it_is_done() -> None:
    one = ceremony(pupils=3)
    one.drawn()
    client = signed_in(one.officials[0])
    run = run_request(official=one.officials[0], round_id=one.round.pk)
    report(run_name(run.pk), "placing", 1, 3)
    page = client.get(reverse("lottery:official-round", args=[one.round.pk]))
    assert re.search(rb'value="1"\s+max="3"', page.content)
    fragment = client.get(reverse("lottery:run-progress", args=[one.round.pk]))
    assert b"<progress" in fragment.content
    run_work(run_id=run.pk)
    assert client.get(reverse("lottery:run-progress", args=[one.round.pk])).headers["HX-Refresh"] == "true"
    one.publish(run)
    assert b"<progress" not in client.get(reverse("lottery:official-round", args=[one.round.pk])).content
