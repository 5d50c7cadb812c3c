"""The admission run on the real database: from the pool to published places, once, by two people."""

import hmac
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from enrollment.models import Application, Offer, Transition
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from lottery import services
from lottery.models import AdmissionRun, Confirmation, Placement
from notifications.models import Message
from schools.models import School
from tests.lottery.factories import Ceremony, ceremony, token
from tests.lottery.test_draw_services import at_once, audit, saved, unlock


def computed(one: Ceremony) -> AdmissionRun:
    one.drawn()
    return services.run_compute(official=one.officials[0], round_id=one.round.pk)


def published(one: Ceremony) -> AdmissionRun:
    run = computed(one)
    for official in one.officials[:2]:
        run = services.run_publish_confirm(official=official, run_id=run.pk, token=token(official))
    return run


@pytest.mark.django_db
def test_from_the_pool_to_published_places(tmp_path: Path) -> None:
    one = ceremony(pupils=20, seats=6)
    run = published(one)
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
    run = published(one)
    for placement in Placement.objects.filter(run=run):
        lines = placement.explanation["choices"]
        assert len(lines) == 2
        for line in lines:
            assert f"第{line['own']['position']}位" in line["text"]["zh"]
            assert f"rank is {line['own']['position']} " in line["text"]["en"]
            if line["outcome"] == "outranked":
                assert line["own"]["position"] > line["last"]["position"]
            if line["outcome"] == "placed":
                assert (line["school"], placement.coordinated) == (placement.school_code, False)
        moved = placement.explanation["coordination"]
        assert (moved is not None) == (placement.coordinated or not placement.school_code)
        if placement.coordinated:
            assert moved["school"] == placement.school_code
            assert str(moved["metres"]) in moved["text"]["zh"]


@pytest.mark.django_db
def test_twins_are_placed_together() -> None:
    one = ceremony(pupils=20, seats=6)
    run = computed(one)
    twins = Placement.objects.filter(run=run, application__sibling_key="twins")
    assert len({(twin.school_code, twin.coordinated) for twin in twins}) == 1
    assert run.result["certificate"]["valid"] is True


@pytest.mark.django_db
def test_children_of_the_zone_come_before_children_from_outside() -> None:
    one = ceremony(pupils=20, seats=6)
    run = computed(one)
    for placement in Placement.objects.filter(run=run).select_related("application"):
        line = next(line for line in placement.explanation["choices"] if line["school"] == "WL01")
        assert line["own"]["in_zone"] is bool(placement.application.zone_code)
        if line["outcome"] == "placed" and not line["own"]["in_zone"]:
            pytest.fail("6 seats and 13 children of the zone: nobody from outside can have been placed")


@pytest.mark.django_db
def test_computing_again_gives_the_same_digest_and_discards_the_run_before() -> None:
    one = ceremony(pupils=12)
    first = computed(one)
    second = services.run_compute(official=one.officials[1], round_id=one.round.pk)
    first.refresh_from_db()
    assert (first.state, second.state) == ("discarded", "computed")
    assert (first.digest, first.inputs_digest) == (second.digest, second.inputs_digest)
    assert first.result == second.result
    with pytest.raises(Refused) as refused:
        services.run_publish_confirm(official=one.officials[0], run_id=first.pk, token="000000")
    assert refused.value.code == "discarded"


@pytest.mark.django_db
def test_the_digest_does_not_depend_on_the_order_of_rows() -> None:
    digests = set()
    for backwards in (False, True):
        with transaction.atomic():
            digests.add(computed(ceremony(pupils=12, backwards=backwards)).digest)
            transaction.set_rollback(True)
    assert len(digests) == 1


@pytest.mark.django_db
def test_publication_needs_two_people_and_happens_once() -> None:
    one = ceremony(pupils=6)
    run, (first, second, third) = computed(one), one.officials
    with pytest.raises(Refused) as refused:
        services.run_publish_confirm(official=first, run_id=run.pk, token="abcdef")
    assert refused.value.field == "token"
    unlock(first)
    services.run_publish_confirm(official=first, run_id=run.pk, token=token(first))
    with pytest.raises(Refused) as refused:
        services.run_publish_confirm(official=first, run_id=run.pk, token=token(first))
    assert refused.value.code == "same_person"
    assert not Offer.objects.exists()
    services.run_publish_confirm(official=second, run_id=run.pk, token=token(second))
    offers = Offer.objects.count()
    with pytest.raises(Refused) as refused:
        services.run_publish_confirm(official=third, run_id=run.pk, token=token(third))
    assert refused.value.code == "published"
    with pytest.raises(Refused):
        services.run_compute(official=first, round_id=one.round.pk)
    assert (Offer.objects.count(), Confirmation.objects.filter(step="publish").count()) == (offers, 2)


@pytest.mark.django_db(transaction=True)
def test_two_officials_publishing_at_once_publish_once() -> None:
    one = ceremony(pupils=6)
    run = computed(one)
    pair = one.officials[:2]
    tokens = {official.pk: token(official) for official in pair}
    jobs = [
        lambda who=official: services.run_publish_confirm(official=who, run_id=run.pk, token=tokens[who.pk])  # type: ignore[misc]
        for official in pair
    ]
    results = at_once(jobs)
    assert all(isinstance(found, AdmissionRun) for found in results), results
    assert (Offer.objects.count(), Message.objects.count()) == (6, 6)


@pytest.mark.django_db
def test_an_application_that_left_the_pool_stops_the_publication_as_a_whole() -> None:
    one = ceremony(pupils=6)
    run = computed(one)
    services.run_publish_confirm(official=one.officials[0], run_id=run.pk, token=token(one.officials[0]))
    Application.objects.filter(pk=Application.objects.order_by("pk").first().pk).update(state="withdrawn")  # type: ignore[union-attr]
    with pytest.raises(Refused) as refused:
        services.run_publish_confirm(official=one.officials[1], run_id=run.pk, token=token(one.officials[1]))
    assert refused.value.code == "changed"
    one.round.refresh_from_db()
    assert (one.round.state, Offer.objects.count(), Message.objects.count()) == ("drawn", 0, 0)


@pytest.mark.django_db
def test_a_school_moved_after_the_run_stops_the_publication() -> None:
    one = ceremony(pupils=6)
    run = computed(one)
    School.objects.filter(pk="WL02").update(longitude=112.5)
    for official in one.officials[:1]:
        services.run_publish_confirm(official=official, run_id=run.pk, token=token(official))
    with pytest.raises(Refused) as refused:
        services.run_publish_confirm(official=one.officials[1], run_id=run.pk, token=token(one.officials[1]))
    assert refused.value.code == "stale"


@pytest.mark.django_db
def test_who_may_not_run_or_publish() -> None:
    one = ceremony(pupils=3)
    run = computed(one)
    for account in (one.reviewer, *one.witnesses, one.officials[2]):
        with pytest.raises(NotAllowed):
            services.run_compute(official=account, round_id=one.round.pk)
    for account in (one.reviewer, one.witnesses[1]):
        with pytest.raises(NotAllowed):
            services.run_publish_confirm(official=account, run_id=run.pk, token="000000")


@pytest.mark.django_db(transaction=True)
def test_a_run_is_refused_while_another_holds_the_lock() -> None:
    one = ceremony(pupils=3)
    one.drawn()

    def run() -> object:
        return services.run_compute(official=one.officials[0], round_id=one.round.pk)

    with transaction.atomic():
        lock(f"admission run {one.round.pk}")
        (found,) = at_once([run])
    assert isinstance(found, Refused)
    assert found.code == "busy"
    assert not AdmissionRun.objects.exists()


@pytest.mark.django_db
def test_the_public_file_shows_that_the_order_follows_from_the_draw(tmp_path: Path) -> None:
    one = ceremony(pupils=20)
    published(one)
    public = json.loads(saved(one.round.pk, "admission.json", tmp_path).read_text())
    order, seed = public["order"], bytes.fromhex(public["order"]["seed"])
    for school in ("WL01", "WL02"):
        key = hmac.digest(seed, order["domains"][school].encode(), "sha256")
        rows = []
        for pupil in public["problem"]["pupils"]:
            for at, choice in enumerate(pupil["choices"]):
                if choice["school"] == school:
                    ticket = hmac.digest(key, order["groups"][pupil["id"]].encode(), "sha256")
                    rows.append((order["bands"][pupil["id"]][at], ticket, choice["order"]))
        rows.sort()
        assert len(rows) == 20
        for before, after in pairwise(rows):
            assert (before[:2] < after[:2]) == (before[2] < after[2])


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["lottery_placement", "lottery_publicfile", "lottery_rollentry"])
def test_what_was_published_can_be_neither_changed_nor_deleted(table: str) -> None:
    published(ceremony(pupils=3))
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1000"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
