"""The supplementary round on a published main round: the seats it left, the same machinery, one place a child."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from enrollment.models import Application, Round
from enrollment.services import application_withdraw
from enrollment.services.seasons import season_store
from foundation import clock
from foundation.errors import Refused
from lottery import services
from lottery.models import Placement
from lottery.services.afterwards import seats_left
from tests.factories import YEAR
from tests.lottery.factories import Ceremony, apply, ceremony, token
from tests.lottery.test_afterwards import accept_all, confirmed, decline, holders, placed_at, preview
from tests.lottery.test_public_pages import signed_in
from tests.lottery.test_runs import published

FIRST = 200  # numbers of children who did not take part in the main round


def supplementary(one: Ceremony) -> Round:
    """A closed supplementary round of the same season and stage."""
    main, now = one.round, clock.now()
    row = {
        "stage": main.stage,
        "kind": "supplementary",
        "policy": main.policy,
        "opens_at": now - timedelta(days=2),
        "closes_at": now - timedelta(hours=1),
        "results_at": now + timedelta(days=7),
        "state": "closed",
    }
    season = main.season
    season_store(district=season.district, year=YEAR, synthetic=True, calendar=[], rounds=[row])
    return Round.objects.get(season=season, kind="supplementary")


@pytest.mark.django_db
def test_the_supplementary_round_gives_the_seats_the_main_round_left_and_no_more() -> None:
    one = ceremony(pupils=20, seats=6)
    published(one)
    accept_all()
    for _seat in range(2):
        decline(placed_at("WL01"))
    gone = placed_at("WL02")
    services.afterwards_sweep()
    decline(gone)
    waiting = Application.objects.filter(state="waiting")[0]
    application_withdraw(guardian=waiting.guardian, application_id=waiting.pk)
    left = seats_left(one.round)
    assert left == {"WL01": 2, "WL02": 1, "WL03": 0}
    later = supplementary(one)
    for number in range(FIRST, FIRST + 5):
        apply(later, number)
    two = Ceremony(later, one.officials, one.witnesses, one.reviewer)
    run = published(two)
    later.refresh_from_db()
    assert later.state == "published"
    assert later.draw.seats == later.draw.commitment["school_seats"] == left
    assert run.published_at is not None
    assert run.published_at < later.results_at
    given = Counter(Placement.objects.filter(run=run).exclude(school_code="").values_list("school_code", flat=True))
    assert given == {"WL01": 2, "WL02": 1}
    assert [holders(school) for school in ("WL01", "WL02", "WL03")] == [6, 6, 6]
    assert set(seats_left(one.round).values()) == {0}
    # the lists of the main round are closed, those of the supplementary round go on
    with pytest.raises(Refused) as refused:
        preview(one)
    assert refused.value.code == "closed"
    services.afterwards_sweep()
    decline(Application.objects.filter(round=later, offer__school="WL01", state="offered")[0])
    fill = confirmed(two, preview(two))
    assert [(row["school"], row["place"]) for row in fill.result["offers"]] == [("WL01", 1)]
    assert (fill.state, holders("WL01")) == ("filled", 6)


@pytest.mark.django_db
def test_a_child_with_a_live_place_cannot_apply_again_and_one_that_gave_it_back_can() -> None:
    one = ceremony(pupils=20, seats=6)
    published(one)
    later = supplementary(one)
    holder = placed_at("WL01")
    other = apply(later, FIRST)
    Application.objects.filter(pk=other.pk).update(state="withdrawn")
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=other.pk).update(child_index=holder.child_index, state="approved")
    decline(holder)
    Application.objects.filter(pk=other.pk).update(child_index=holder.child_index, state="approved")
    # and then the place it gave back cannot come back to it
    made = services.correction_propose(
        official=one.officials[0],
        round_id=one.round.pk,
        receipt=holder.receipt,
        school_code="WL01",
        reason="录入有误",
        token=token(one.officials[0]),
    )
    approver = one.officials[1]
    with pytest.raises(Refused) as refused:
        services.correction_approve(official=approver, correction_id=made.pk, token=token(approver))
    assert refused.value.code == "elsewhere"
    holder.refresh_from_db()
    assert holder.state == "declined"


@pytest.mark.django_db
def test_the_supplementary_roll_waits_for_the_main_result() -> None:
    one = ceremony(pupils=6)
    later = supplementary(one)
    apply(later, FIRST)
    with pytest.raises(Refused) as refused:
        services.roll_freeze(official=one.officials[0], round_id=later.pk, second=one.officials[1])
    assert refused.value.code == "too_early"


@pytest.mark.django_db
def test_the_public_page_and_the_official_page_lead_to_what_follows(client: Client) -> None:
    one = ceremony(pupils=20, seats=6)
    published(one)
    services.afterwards_sweep()
    page = client.get(reverse("lottery:round", args=[one.round.pk]))
    assert b'id="waiting-lengths"' in page.content
    assert b'id="corrections"' in page.content
    link = reverse("lottery:afterwards", args=[one.round.pk]).encode()
    assert link in signed_in(one.officials[0]).get(reverse("lottery:official-round", args=[one.round.pk])).content
