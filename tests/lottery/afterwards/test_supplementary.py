"""The supplementary round on a published main round: the seats it left, the same machinery, one place a child."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from enrollment.filing.drafts.services import child_add, draft_open
from enrollment.filing.schools import choice_warnings, school_options
from enrollment.filing.submission.services import application_withdraw
from enrollment.public.schools.selectors import school_list
from enrollment.seasons.models import Application, Round
from enrollment.seasons.services.seasons import season_store
from foundation import clock
from foundation.errors import Refused
from lottery.admission.models import Placement
from lottery.afterwards.seats import seats_left
from lottery.afterwards.services import afterwards_sweep, correction_approve, correction_propose
from lottery.roll.services import roll_freeze
from lottery.whatif.inputs import whatif_inputs
from tests import factories
from tests.entering import signed_in
from tests.factories import YEAR
from tests.lottery.afterwards.test_waiting_lists import accept_all, confirmed, decline, holders, placed_at, preview
from tests.lottery.factories import Ceremony, apply, ceremony, token

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
        "results_at": now.replace(hour=23, minute=59, second=59),  # today: its announced day has come
        "state": "closed",
    }
    season = main.season
    season_store(district=season.district, year=YEAR, synthetic=True, calendar=[], rounds=[row])
    return Round.objects.get(season=season, kind="supplementary")


@pytest.mark.django_db
def test_the_supplementary_round_gives_the_seats_the_main_round_left_and_no_more() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    accept_all()
    for _seat in range(2):
        decline(placed_at("WL01"))
    gone = placed_at("WL02")
    afterwards_sweep()
    decline(gone)
    waiting = Application.objects.filter(state="waiting")[0]
    application_withdraw(guardian=waiting.guardian, application_id=waiting.pk)
    left = seats_left(one.round)
    assert left == {"WL01": 2, "WL02": 1, "WL03": 0}
    later = supplementary(one)
    for number in range(FIRST, FIRST + 5):
        apply(later, number)
    two = Ceremony(later, one.officials, one.witnesses, one.reviewer)
    run = two.published()
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
    afterwards_sweep()
    decline(Application.objects.filter(round=later, offer__school="WL01", state="offered")[0])
    fill = confirmed(two, preview(two))
    assert [(row["school"], row["place"]) for row in fill.result["offers"]] == [("WL01", 1)]
    assert (fill.state, holders("WL01")) == ("filled", 6)


@pytest.mark.django_db
def test_families_and_officials_see_the_seats_that_are_left(client: Client) -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    accept_all()
    for _seat in range(2):
        decline(placed_at("WL01"))
    left = {"WL01": 2, "WL02": 0, "WL03": 0}
    later = supplementary(one)
    Round.objects.filter(pk=later.pk).update(state="open", closes_at=clock.now() + timedelta(days=2))
    later.refresh_from_db()
    account = factories.guardian()
    child = child_add(guardian=account, name="合成小红", id_number=factories.child_number())
    draft = draft_open(guardian=account, child=child, round_=later)
    options = school_options(draft, None)
    assert {option.school.code: option.seats for option in options} == left
    full = [option for option in options if option.school.code == "WL02"]
    assert any(full[0].school.name in text for text in choice_warnings(draft, full, options))
    assert {row.school.code: row.seats for row in school_list(later.season, later.stage)} == left
    page = client.get("/schools/WL01/", headers={"accept-language": "en"}).content.decode()
    assert "2 seats left for the supplementary round" in page
    assert whatif_inputs(later)[0].seats == left


def listed(client: Client, path: str, **typed: str) -> str:
    """A public page in Chinese, as words without spaces."""
    ask = client.post if typed else client.get
    page = ask(path, typed, headers={"accept-language": "zh-hans"}).content.decode()
    return "".join(re.sub(r"<[^>]*>", "", page[page.index("<main") :]).split())


@pytest.mark.django_db
def test_public_pages_name_what_is_left_for_the_supplementary_round_and_never_nought_seats(client: Client) -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    accept_all()
    before = [listed(client, path) for path in ("/schools/", "/schools/WL02/")]
    assert "6个学位" in before[0]
    assert not any("补报名剩余" in page or "补报名已无" in page for page in before)
    for _seat in range(2):
        decline(placed_at("WL01"))
    later = supplementary(one)
    Round.objects.filter(pk=later.pk).update(state="open", closes_at=clock.now() + timedelta(days=2))
    found = listed(client, "/find-school/", address=factories.HOME)
    pages = [listed(client, path) for path in ("/schools/", "/schools/WL01/", "/schools/WL02/")] + [found]
    assert not any(re.search(r"(?<!\d)0个学位", page) for page in pages)
    assert "补报名剩余2个学位" in pages[0]
    assert "补报名已无剩余学位" in pages[0]
    assert "补报名还有2个学位，分布在1所学校" in pages[0]
    assert "补报名已无剩余学位" in pages[2]
    assert "补报名还有2个学位" in found


@pytest.mark.django_db
def test_where_nothing_is_left_the_pages_say_so_and_until_when_one_may_still_apply(client: Client) -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    accept_all()
    later = supplementary(one)
    Round.objects.filter(pk=later.pk).update(state="open", closes_at=clock.now() + timedelta(days=2))
    page = listed(client, "/find-school/", address=factories.HOME)
    assert "目前各校都没有补报名学位" in page
    assert "0个" not in page


@pytest.mark.django_db
def test_a_child_with_a_live_place_cannot_apply_again_and_one_that_gave_it_back_can() -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    later = supplementary(one)
    holder = placed_at("WL01")
    other = apply(later, FIRST)
    Application.objects.filter(pk=other.pk).update(state="withdrawn")
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=other.pk).update(child_index=holder.child_index, state="approved")
    decline(holder)
    Application.objects.filter(pk=other.pk).update(child_index=holder.child_index, state="approved")
    # and then the place it gave back cannot come back to it
    made = correction_propose(
        official=one.officials[0],
        round_id=one.round.pk,
        receipt=holder.receipt,
        school_code="WL01",
        reason="录入有误",
        token=token(one.officials[0]),
    )
    approver = one.officials[1]
    with pytest.raises(Refused) as refused:
        correction_approve(official=approver, correction_id=made.pk, token=token(approver))
    assert refused.value.code == "elsewhere"
    holder.refresh_from_db()
    assert holder.state == "declined"


@pytest.mark.django_db
def test_the_supplementary_roll_waits_for_the_main_result() -> None:
    one = ceremony(pupils=6)
    later = supplementary(one)
    apply(later, FIRST)
    with pytest.raises(Refused) as refused:
        roll_freeze(official=one.officials[0], round_id=later.pk, second=one.officials[1])
    assert refused.value.code == "too_early"


@pytest.mark.django_db
def test_the_public_page_and_the_official_page_lead_to_what_follows(client: Client) -> None:
    one = ceremony(pupils=20, seats=6)
    one.published()
    afterwards_sweep()
    page = client.get(reverse("lottery:round", args=[one.round.pk]))
    assert b'id="waiting-lengths"' in page.content
    assert b'id="corrections"' in page.content
    link = reverse("lottery:afterwards", args=[one.round.pk]).encode()
    assert link in signed_in(one.officials[0]).get(reverse("lottery:official-round", args=[one.round.pk])).content
