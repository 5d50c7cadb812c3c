"""Asking for a simulation and reading it: who may, when, and what never stands on the page."""

from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from accounts.services import staff_create
from enrollment.seasons.models import Application
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from lottery.admission.inputs import load
from lottery.admission.models import AdmissionRun, Placement
from lottery.ceremony.models import Draw
from lottery.scores.models import ScoreFile
from lottery.whatif.inputs import most_draws, whatif_inputs
from lottery.whatif.models import WhatIf
from lottery.whatif.selectors import whatif_page
from lottery.whatif.services import whatif_request, whatif_work, whatifs_go_on
from tests.entering import signed_in
from tests.factories import PASSWORD
from tests.lottery.factories import CHILD_NAME, Ceremony, ceremony, staff
from tests.lottery.scores.test_scores import ART, DOCUMENT, approve, everybody, place, scored
from tests.threads import at_once

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def url(one: Ceremony, more: str = "whatif/") -> str:
    return f"/official/rounds/{one.round.pk}/{more}"


def asked(one: Ceremony, draws: int = 40) -> WhatIf:
    return whatif_request(official=one.officials[0], round_id=one.round.pk, draws=draws)


def simulated(one: Ceremony, draws: int = 40) -> WhatIf:
    made = whatif_work(whatif_id=asked(one, draws).pk)
    assert made is not None
    return made


def test_a_simulation_counts_every_live_application_and_decides_nothing() -> None:
    one = ceremony(pupils=20, seats=6)
    undecided = Application.objects.filter(sibling_key="").order_by("pk")[:3]
    Application.objects.filter(pk__in=[child.pk for child in undecided]).update(state="in_review")
    Application.objects.filter(pk=undecided[0].pk).update(state="withdrawn")
    made = simulated(one)
    assert made.state == WhatIf.State.DONE
    assert (made.result["overall"]["pupils"], made.result["undecided"]) == (19, 2)
    assert made.result["schools"]["WL01"]["seats"] == 6
    assert [model.objects.count() for model in (Draw, AdmissionRun, Placement)] == [0, 0, 0]
    one.round.refresh_from_db()
    assert one.round.state == "closed"


def test_it_reads_what_the_roll_will_state() -> None:
    one = ceremony(pupils=12)
    before, _digest = whatif_inputs(one.round)
    after, _applications, _schools = load(one.drawn())
    told = [sorted((e.group, e.tier, e.order, e.choices) for e in inputs.entries) for inputs in (before, after)]
    assert told[0] == told[1]
    for name in ("seats", "mechanism", "siblings", "coordination", "sites", "shared", "private", "domains"):
        assert getattr(before, name) == getattr(after, name), name


def test_the_same_applications_give_the_same_numbers_and_a_changed_one_another_digest() -> None:
    one = ceremony(pupils=12)
    first, again = simulated(one), simulated(one)
    assert (first.result, first.inputs_digest, first.seed) == (again.result, again.inputs_digest, again.seed)
    Application.objects.filter(pk=Application.objects.order_by("pk")[0].pk).update(order=[999])
    assert simulated(one).inputs_digest != first.inputs_digest


def test_only_before_the_roll_and_only_for_who_leads_the_round() -> None:
    one = ceremony(pupils=6)
    for account in (one.reviewer, *one.witnesses, one.officials[2]):
        with pytest.raises(NotAllowed):
            whatif_request(official=account, round_id=one.round.pk, draws=40)
    waiting = asked(one)
    one.freeze()
    assert whatif_work(whatif_id=waiting.pk) is None
    waiting.refresh_from_db()
    assert (waiting.state, bool(waiting.reason)) == (WhatIf.State.FAILED, True)
    with pytest.raises(Refused) as refused:
        asked(one)
    assert refused.value.code == "illegal_step"


@pytest.mark.parametrize("draws", [0, 19, 1001])
def test_a_number_out_of_range_is_refused(draws: int) -> None:
    with pytest.raises(Refused) as refused:
        asked(ceremony(pupils=6), draws)
    assert (refused.value.code, refused.value.field) == ("draws", "draws")


def test_a_large_round_is_given_fewer_draws() -> None:
    assert [most_draws(pupils) for pupils in (0, 2_000, 24_000, 10_000_000)] == [1000, 1000, 125, 20]


def test_an_empty_round_is_refused_and_its_page_says_so() -> None:
    one = ceremony(pupils=6)
    Application.objects.update(state="withdrawn")
    with pytest.raises(Refused) as refused:
        asked(one)
    assert refused.value.code == "empty"
    page = signed_in(one.officials[0]).get(url(one), headers=EN).content.decode()
    assert "No family has applied" in page


def test_a_second_request_waits_for_the_first_and_a_lost_one_is_found_again() -> None:
    one = ceremony(pupils=6)
    first = asked(one)
    with pytest.raises(Refused) as refused:
        asked(one)
    assert refused.value.code == "busy"
    assert whatifs_go_on() == 1
    first.refresh_from_db()
    assert first.state == WhatIf.State.DONE
    assert whatifs_go_on() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_simulation() -> None:
    one = ceremony(pupils=6)
    waiting = asked(one)
    found = at_once([partial(whatif_work, whatif_id=waiting.pk)] * 2)
    assert sum(made is not None for made in found) == 1


@pytest.mark.django_db(transaction=True)
def test_a_simulation_at_work_is_left_alone() -> None:
    one = ceremony(pupils=6)
    waiting = asked(one)
    with transaction.atomic():
        lock(f"simulation {one.round.pk}")
        assert at_once([partial(whatif_work, whatif_id=waiting.pk)]) == [None]
    waiting.refresh_from_db()
    assert waiting.state == WhatIf.State.QUEUED


def test_the_page_asks_shows_progress_and_then_the_numbers_without_a_name() -> None:
    one = ceremony(pupils=20, seats=6)
    client = signed_in(one.officials[0])
    wrong = client.post(url(one), {"draws": "viele"}, headers=EN)
    assert (wrong.status_code, 'value="viele"' in wrong.content.decode()) == (422, True)
    assert client.post(url(one), {"draws": "50"}).status_code == 302
    assert "being simulated" in client.get(url(one), headers=EN).content.decode()
    assert client.get(url(one, "whatif/progress/"), headers=EN).status_code == 200
    whatif_work(whatif_id=WhatIf.objects.get().pk)
    assert client.get(url(one, "whatif/progress/"))["HX-Refresh"] == "true"
    page = client.get(url(one), headers=EN).content.decode()
    assert "A simulation, not a draw." in page
    assert "50 draws of 20 applications" in page
    secrets = {CHILD_NAME, *(child.receipt for child in Application.objects.all())}
    secrets |= {str(child.pk) for child in Application.objects.all()}
    assert not [secret for secret in secrets if secret in page]


def test_charts_measure_the_same_for_every_school() -> None:
    one = ceremony(pupils=20, seats=6)
    simulated(one)
    page = whatif_page(one.officials[0], one.round.pk, "en")
    line = next(line for line in page.schools if line.name == "滨湖路小学")
    assert sum(piece.count for piece in line.demand) == line.facts["first_choice"]
    assert line.demand[-1].x + line.demand[-1].width == pytest.approx(1000, abs=0.2)
    assert line.seat_mark == pytest.approx(1000 * 6 / line.facts["first_choice"], abs=0.1)
    assert line.refused.mean > 0
    assert line.band is not None


def test_a_foreign_official_and_a_family_see_nothing() -> None:
    one = ceremony(pupils=4)
    simulated(one)
    foreign, _device = staff_create(
        username="foreign-1", password=PASSWORD, name="合成职员", roles=[("official", "430703", "")]
    )
    for account in (foreign, one.reviewer, *one.witnesses):
        assert signed_in(account).get(url(one)).status_code == 404
    assert signed_in(one.officials[2]).get(url(one)).status_code == 200
    assert signed_in(one.officials[2]).post(url(one), {"draws": "40"}).status_code == 404


def test_after_the_freeze_the_old_simulation_is_still_there_and_marked() -> None:
    one = ceremony(pupils=6)
    simulated(one)
    one.freeze()
    page = signed_in(one.officials[0]).get(url(one), headers=EN).content.decode()
    assert "From now on only the draw itself counts" in page
    assert 'name="draws"' not in page


def test_missing_scores_are_said_and_present_ones_decide_the_simulation() -> None:
    one = ceremony(pupils=16, seats=5)
    approve(one)
    assert simulated(one).result["unscored"] == [ART]
    scored(one, everybody(one))
    row = simulated(one).result
    assert row["unscored"] == []
    assert row["schools"][ART]["filled"]["low"] == row["schools"][ART]["filled"]["high"]


def test_the_scores_page_from_proposal_to_import() -> None:
    one = ceremony(pupils=4)
    first, second = (signed_in(account) for account in one.officials[:2])
    page = first.get(url(one, "scores/"), headers=EN).content.decode()
    assert "No school of this stage ranks by score." in page
    given = {"school": ART, "document": DOCUMENT}
    assert first.post(url(one, "scores/propose/"), given).status_code == 302
    assert first.post(url(one, "scores/approve/"), {"school": ART}).status_code == 422
    assert second.post(url(one, "scores/approve/"), {"school": ART}).status_code == 302
    assert "/official/imports/scores/" in first.get(url(one, "scores/"), headers=EN).content.decode()
    scored(one, everybody(one))
    page = first.get(url(one, "scores/"), headers=EN).content.decode()
    assert ScoreFile.objects.get().sha256 in page
    assert first.post(url(one, "scores/nonsense/")).status_code == 404


def test_school_staff_see_their_own_school_only() -> None:
    one = ceremony(pupils=4)
    approve(one)
    other = staff("reviewer-2", "reviewer", "WL02")
    assert DOCUMENT in signed_in(one.reviewer).get(url(one, "scores/")).content.decode()
    assert DOCUMENT not in signed_in(other).get(url(one, "scores/")).content.decode()
    for account in one.witnesses:
        assert signed_in(account).get(url(one, "scores/")).status_code == 404
    assert place(one) in signed_in(one.reviewer).get("/official/imports/scores/").content.decode()
    file = SimpleUploadedFile("a.csv", everybody(one))
    given = {"place": place(one), "file": file}
    assert place(one) not in signed_in(other).get("/official/imports/scores/").content.decode()
    assert signed_in(other).post("/official/imports/scores/", given).status_code == 404
