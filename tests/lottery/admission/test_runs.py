"""The admission run on the real database: from the pool to published places, once, by two people."""

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

import lottery.tasks  # noqa: F401 - what a worker registers
from audit.models import Entry
from enrollment.seasons.models import Application, Offer, Round, Transition
from foundation import clock, lanes
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from lottery.admission.models import AdmissionRun, Placement
from lottery.admission.selectors import explanation
from lottery.admission.services import run_compute, run_publish_confirm, run_request
from lottery.ceremony.models import Confirmation
from notifications.models import Message
from schools.models import School, SeatPlan
from tests.lottery.ceremony.test_draw import audit, saved, unlock
from tests.lottery.factories import ceremony, token
from tests.threads import at_once


@pytest.mark.django_db
def test_from_the_pool_to_published_places(tmp_path: Path) -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    one.round.refresh_from_db()
    assert (one.round.state, one.round.draw.state, run.state) == ("published", "published", "published")
    states = Counter(Application.objects.values_list("state", flat=True))
    extra = sum(row["extra_seats"] for row in run.result["schools"].values())
    # nobody chose the third school: coordination fills it, and what is left over waits
    assert states == Counter({"offered": 18 + extra, "waiting": 2 - extra})
    assert Offer.objects.count() == 20
    kinds = Counter(Offer.objects.values_list("kind", flat=True))
    assert kinds["coordination"] == run.result["counts"]["coordinated"] == 6
    assert Counter(Message.objects.values_list("template", flat=True)) == states_as_messages(states)
    assert Transition.objects.filter(event__in=["offer", "wait"]).count() == 20
    offer = Offer.objects.filter(kind="choice").first()
    assert offer is not None
    assert (offer.answer_by.second, (offer.answer_by - offer.published_at).days) == (0, 6)
    found = audit("admission", saved(one.round.pk, "admission.json", tmp_path))
    assert (found.returncode, found.stderr) == (0, "")


def states_as_messages(states: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in states.items() if count}


@pytest.mark.django_db
def test_every_choice_is_explained_with_exact_numbers_in_both_languages() -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    for placement in Placement.objects.filter(run=run):
        lines = explanation(placement)["choices"]
        assert len(lines) == 2
        for line in lines:
            assert f"第{line['own']['position']}位" in line["text"]["zh"]
            assert f"rank is {line['own']['position']} " in line["text"]["en"]
            if line["outcome"] == "outranked":
                assert line["own"]["position"] > line["last"]["position"]
            if line["outcome"] == "placed":
                assert (line["school"], placement.coordinated) == (placement.school_code, False)
        moved = explanation(placement)["coordination"]
        assert (moved is not None) == (placement.coordinated or not placement.school_code)
        if placement.coordinated:
            assert moved["school"] == placement.school_code
            assert str(moved["metres"]) in moved["text"]["zh"]


@pytest.mark.django_db
def test_twins_are_placed_together() -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    twins = Placement.objects.filter(run=run, application__sibling_key="twins")
    assert len({(twin.school_code, twin.coordinated) for twin in twins}) == 1
    assert run.result["certificate"]["valid"] is True


@pytest.mark.django_db
def test_twins_of_different_groups_stand_where_the_later_one_stands() -> None:
    one = ceremony(pupils=20, seats=6)
    first = Application.objects.filter(sibling_key="twins").order_by("pk").first()
    assert first is not None
    Application.objects.filter(pk=first.pk).update(tier=1, group_code="class_1")
    run = one.published()
    lines = [
        explanation(twin)["choices"] for twin in Placement.objects.filter(run=run, application__sibling_key="twins")
    ]
    assert [line["own"]["position"] for line in lines[0]] == [line["own"]["position"] for line in lines[1]]
    assert {row["extra_seats"] for row in run.result["schools"].values()} <= {0, 1}


@pytest.mark.django_db
def test_children_of_the_zone_come_before_children_from_outside() -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    for placement in Placement.objects.filter(run=run).select_related("application"):
        line = next(line for line in explanation(placement)["choices"] if line["school"] == "WL01")
        assert line["own"]["in_zone"] is bool(placement.application.zone_code)
        if line["outcome"] == "placed" and not line["own"]["in_zone"]:
            pytest.fail("6 seats and 13 children of the zone: nobody from outside can have been placed")


@pytest.mark.django_db
def test_computing_again_gives_the_same_digest_and_discards_the_run_before() -> None:
    one = ceremony(pupils=12)
    first = one.computed()
    second = run_compute(official=one.officials[1], round_id=one.round.pk)
    first.refresh_from_db()
    assert (first.state, second.state) == ("discarded", "computed")
    assert (first.digest, first.inputs_digest) == (second.digest, second.inputs_digest)
    assert first.result == second.result
    with pytest.raises(Refused) as refused:
        run_publish_confirm(official=one.officials[0], run_id=first.pk, token="000000")
    assert refused.value.code == "discarded"


@pytest.mark.django_db
def test_the_digest_does_not_depend_on_the_order_of_rows() -> None:
    digests = set()
    for backwards in (False, True):
        with transaction.atomic():
            digests.add(ceremony(pupils=12, backwards=backwards).computed().digest)
            transaction.set_rollback(True)
    assert len(digests) == 1


@pytest.mark.django_db
def test_before_the_announced_day_both_say_why_it_is_published() -> None:
    one = ceremony(pupils=6)
    run, (first, second, _third) = one.computed(), one.officials
    Round.objects.filter(pk=one.round.pk).update(results_at=clock.now() + timedelta(days=1))
    for official, reason in ((first, ""), (first, "  "), (second, "x" * 301)):
        with pytest.raises(Refused) as refused:
            run_publish_confirm(official=official, run_id=run.pk, token=token(official), reason=reason)
        assert refused.value.field == "reason"
    assert not Confirmation.objects.filter(step="publish").exists()
    run_publish_confirm(official=first, run_id=run.pk, token=token(first), reason="摇号提前完成")
    run_publish_confirm(official=second, run_id=run.pk, token=token(second), reason="同意提前")
    said = Entry.objects.filter(action="publish.confirm").order_by("pk")
    assert [entry.details["reason"] for entry in said] == ["摇号提前完成", "同意提前"]
    assert Offer.objects.exists()


@pytest.mark.django_db
def test_days_to_answer_are_those_of_the_round() -> None:
    one = ceremony(pupils=3)
    Round.objects.filter(pk=one.round.pk).update(answer_days=12)
    one.published()
    offer = Offer.objects.all()[0]
    assert (offer.answer_by - offer.published_at).days in {11, 12}


@pytest.mark.django_db
def test_publication_needs_two_people_and_happens_once() -> None:
    one = ceremony(pupils=6)
    run, (first, second, third) = one.computed(), one.officials
    with pytest.raises(Refused) as refused:
        run_publish_confirm(official=first, run_id=run.pk, token="abcdef")
    assert refused.value.field == "token"
    unlock(first)
    run_publish_confirm(official=first, run_id=run.pk, token=token(first))
    with pytest.raises(Refused) as refused:
        run_publish_confirm(official=first, run_id=run.pk, token=token(first))
    assert refused.value.code == "same_person"
    assert not Offer.objects.exists()
    run_publish_confirm(official=second, run_id=run.pk, token=token(second))
    offers = Offer.objects.count()
    with pytest.raises(Refused) as refused:
        run_publish_confirm(official=third, run_id=run.pk, token=token(third))
    assert refused.value.code == "published"
    with pytest.raises(Refused):
        run_compute(official=first, round_id=one.round.pk)
    assert (Offer.objects.count(), Confirmation.objects.filter(step="publish").count()) == (offers, 2)


@pytest.mark.django_db(transaction=True)
def test_two_officials_publishing_at_once_publish_once() -> None:
    one = ceremony(pupils=6)
    run = one.computed()
    pair = one.officials[:2]
    tokens = {official.pk: token(official) for official in pair}
    jobs = [
        partial(run_publish_confirm, official=official, run_id=run.pk, token=tokens[official.pk]) for official in pair
    ]
    results = at_once(jobs)
    assert all(isinstance(found, AdmissionRun) for found in results), results
    assert (Offer.objects.count(), Message.objects.count()) == (6, 6)


@pytest.mark.django_db
def test_an_application_that_left_the_pool_stops_the_publication_as_a_whole() -> None:
    one = ceremony(pupils=6)
    run = one.computed()
    run_publish_confirm(official=one.officials[0], run_id=run.pk, token=token(one.officials[0]))
    Application.objects.filter(pk=Application.objects.order_by("pk").first().pk).update(state="withdrawn")  # type: ignore[union-attr]
    with pytest.raises(Refused) as refused:
        run_publish_confirm(official=one.officials[1], run_id=run.pk, token=token(one.officials[1]))
    assert refused.value.code == "changed"
    one.round.refresh_from_db()
    assert (one.round.state, Offer.objects.count(), Message.objects.count()) == ("drawn", 0, 0)


@pytest.mark.django_db
def test_a_school_moved_after_the_run_stops_the_publication() -> None:
    one = ceremony(pupils=6)
    run = one.computed()
    School.objects.filter(pk="WL02").update(longitude=112.5)
    for official in one.officials[:1]:
        run_publish_confirm(official=official, run_id=run.pk, token=token(official))
    with pytest.raises(Refused) as refused:
        run_publish_confirm(official=one.officials[1], run_id=run.pk, token=token(one.officials[1]))
    assert refused.value.code == "stale"


@pytest.mark.django_db
def test_who_may_not_run_or_publish() -> None:
    one = ceremony(pupils=3)
    run = one.computed()
    for account in (one.reviewer, *one.witnesses, one.officials[2]):
        with pytest.raises(NotAllowed):
            run_compute(official=account, round_id=one.round.pk)
    for account in (one.reviewer, one.witnesses[1]):
        with pytest.raises(NotAllowed):
            run_publish_confirm(official=account, run_id=run.pk, token="000000")


@pytest.mark.django_db(transaction=True)
def test_a_run_is_refused_while_another_holds_the_lock() -> None:
    one = ceremony(pupils=3)
    one.drawn()

    def run() -> object:
        return run_compute(official=one.officials[0], round_id=one.round.pk)

    with transaction.atomic():
        lock(f"admission run {one.round.pk}")
        (found,) = at_once([run])
    assert isinstance(found, Refused)
    assert found.code == "busy"
    assert not AdmissionRun.objects.exists()


@pytest.mark.django_db
def test_the_verifier_finds_a_rank_that_does_not_follow_from_the_seed(tmp_path: Path) -> None:
    one = ceremony(pupils=20)
    one.published()
    path = saved(one.round.pk, "admission.json", tmp_path)
    public = json.loads(path.read_text())
    public["order"]["seed"] = "00" * 32
    path.write_text(json.dumps(public))
    found = audit("admission", path)
    assert found.returncode == 1
    assert "rank of" in found.stderr


@pytest.mark.django_db
def test_a_chosen_school_without_a_plan_stays_in_the_run_with_no_seats() -> None:
    one = ceremony(pupils=6)
    SeatPlan.objects.filter(school_id="WL02").delete()
    run = one.published()
    assert run.result["schools"]["WL02"]["seats"] == 0
    for placement in Placement.objects.filter(run=run):
        assert placement.school_code != "WL02"
        assert {line["school"] for line in explanation(placement)["choices"]} == {"WL01", "WL02"}


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["lottery_placement", "lottery_publicfile", "lottery_rollentry"])
def test_what_was_published_can_be_neither_changed_nor_deleted(table: str) -> None:
    ceremony(pupils=3).published()
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1000"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_the_lane_of_runs_computes_a_run_and_ends_quietly_when_there_is_nothing_to_do() -> None:
    one = ceremony(pupils=3)
    assert lanes.drain("runs") is False
    one.drawn()
    run = run_request(official=one.officials[0], round_id=one.round.pk)
    assert lanes.drain("runs") is False
    run.refresh_from_db()
    assert run.state == "computed"
    digest = run.digest
    assert lanes.drain("runs") is False
    run.refresh_from_db()
    assert (run.state, run.digest) == ("computed", digest)
