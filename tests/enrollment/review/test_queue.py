"""The queue: what is due first, what is asked for, who is found by a part of the name, and only in the own care."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from audit.models import Entry
from enrollment.desk.services import case_give, case_hold
from enrollment.judging.patterns import only_questions, questions_in
from enrollment.review.alike import alike_approve, previewed
from enrollment.review.models import SecondReading
from enrollment.review.queue import Wanted, alike, counts, queue
from enrollment.review.readings import reading_make, readings_for
from enrollment.review.staff.case import next_case
from enrollment.seasons.days.calendar import review_by
from enrollment.seasons.models import Application
from enrollment.seasons.naming.names import names_fill
from foundation import clock
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.enrollment.review.conftest import Enter

pytestmark = pytest.mark.django_db
REASON = "经核对，以登记信息为准。"


def halves(many: int, place: factories.World | None = None) -> list[Application]:
    where = place or factories.world()
    return [factories.judged(factories.family(where), real_estate=factories.HALF) for _ in range(many)]


def ids(rows: object) -> list[object]:
    return [one.pk for one in rows]  # type: ignore[attr-defined]


def test_what_is_due_first_comes_first_and_overdue_is_found() -> None:
    official = factories.staff("official")
    first, second = halves(2)
    assert first.next_step_by == review_by(first.round.season)
    Application.objects.filter(pk=second.pk).update(next_step_by=clock.now() - timedelta(minutes=1))
    assert ids(queue(official, Wanted())) == [second.pk, first.pk]
    assert ids(queue(official, Wanted(due="over"))) == [second.pk]
    assert counts(official) == {"all": 2, "over": 1, "today": 0, "mine": 0}


@pytest.mark.parametrize(("role", "school"), [("reviewer", "WL02"), ("supervisor", ""), ("clerk", "")])
def test_nobody_has_a_queue_beyond_the_own_care(role: str, school: str) -> None:
    halves(1)
    assert not queue(factories.staff(role, school=school), Wanted()).exists()
    assert not queue(factories.staff("official", district="430703"), Wanted()).exists()


def test_filters_narrow_the_queue() -> None:
    official = factories.staff("official")
    one, other = halves(2)
    case_give(reviewer=official, application_id=other.pk, username=official.username)
    found = {
        "agency": ids(queue(official, Wanted(agency="real_estate"))),
        "none": ids(queue(official, Wanted(agency="insurance"))),
        "mine": ids(queue(official, Wanted(mine="1"))),
        "school": ids(queue(official, Wanted(school="WL02"))),
        "round": ids(queue(official, Wanted(round=str(one.round_id)))),
        "no round": ids(queue(official, Wanted(round="9" * 30))),
        "pattern": ids(queue(official, Wanted(pattern=one.pattern))),
    }
    both = [one.pk, other.pk]
    assert found == {
        "agency": both,
        "none": [],
        "mine": [other.pk],
        "school": [],
        "round": both,
        "no round": [],
        "pattern": both,
    }


def test_a_child_is_found_by_parts_of_the_name_and_of_the_receipt() -> None:
    place, official = factories.world(), factories.staff("official")
    reviewer = factories.staff("reviewer", school="WL01")
    decided, waiting = factories.judged(factories.family(place)), halves(1, place)[0]
    name = waiting.child.name
    for typed in (name, name[:2], name[1:], decided.receipt, decided.receipt.lower().replace("-", "")[:6]):
        assert decided.pk in ids(queue(official, Wanted(q=typed))), typed
    assert waiting.pk in ids(queue(reviewer, Wanted(q=name[1:])))
    assert waiting.pk in ids(queue(official, Wanted(q=waiting.receipt[5:9])))
    for nothing in (name[:1], "x", "%", "不存在的名字", "ZZZZZZ"):
        assert ids(queue(official, Wanted(q=nothing))) == [], nothing
    assert ids(queue(factories.staff("official", district="430703"), Wanted(q=name))) == []


def test_names_judged_before_are_noted_by_a_worker() -> None:
    waiting = halves(1)[0]
    waiting.name_marks.delete()
    official = factories.staff("official")
    assert ids(queue(official, Wanted(q=waiting.child.name))) == []
    assert names_fill() is False
    assert ids(queue(official, Wanted(q=waiting.child.name))) == [waiting.pk]


def test_the_next_case_is_free_and_of_the_narrowed_queue() -> None:
    official, other = factories.staff("official"), factories.staff("official")
    first, second, third = halves(3)
    assert next_case(first.pk, official, Wanted()) == second.pk
    case_hold(reviewer=other, application=second)
    assert next_case(first.pk, official, Wanted()) == third.pk
    assert next_case(first.pk, other, Wanted()) == second.pk
    case_give(reviewer=other, application_id=third.pk, username=other.username)
    assert next_case(first.pk, official, Wanted()) is None
    assert next_case(first.pk, other, Wanted(agency="insurance")) is None


def test_a_pattern_names_what_is_open() -> None:
    waiting = halves(1)[0]
    assert ("home.ownership_share", "mismatch", "real_estate") in questions_in(waiting.pattern)
    assert only_questions(waiting.pattern)
    assert factories.judged(factories.family(factories.world())).pattern == ""


def test_alike_cases_are_seen_before_and_decided_one_by_one() -> None:
    official = factories.staff("official")
    first, second, third = halves(3)
    kind = alike(official)[0]
    assert (kind.many, kind.decidable, kind.pattern) == (3, True, first.pattern)
    wanted = Wanted(round=str(first.round_id), pattern=first.pattern)
    rows = previewed(official, wanted, "register")
    assert [one.why_not for one in rows] == ["", "", ""]
    assert all(one.after for one in rows)
    case_hold(reviewer=factories.staff("official"), application=second)
    picked = [first.pk, second.pk]
    done, left = alike_approve(
        reviewer=official, wanted=wanted, application_ids=picked, whose="register", reason=REASON
    )
    assert done == [first.pk]
    assert [receipt for receipt, _why in left] == [second.receipt]
    states = {one.pk: one for one in Application.objects.all()}
    assert states[first.pk].state == "approved"
    assert first.versions.get().settled["home.ownership_share"]["value"] == 0.5
    assert (states[second.pk].state, states[third.pk].state) == ("attention", "attention")


def test_what_differs_in_more_than_facts_is_looked_at_one_by_one() -> None:
    official = factories.staff("official")
    one = halves(1)[0]
    Application.objects.update(pattern=f"{one.pattern}double|")
    wanted = Wanted(round=str(one.round_id), pattern=f"{one.pattern}double|")
    with pytest.raises(Refused):
        previewed(official, wanted, "register")
    with pytest.raises(Refused):
        alike_approve(reviewer=official, wanted=wanted, application_ids=[one.pk], whose="register", reason=REASON)
    with pytest.raises(Refused):
        alike_approve(
            reviewer=official, wanted=Wanted(pattern=one.pattern), application_ids=[], whose="declared", reason=REASON
        )


def test_a_second_reader_who_disagrees_sends_an_approval_back() -> None:
    decider, reader = factories.staff("official"), factories.staff("official")
    approved = factories.judged(factories.family(factories.world()))
    given = {"application": approved, "version": 1, "decision": "approve", "decided_by": decider}
    SecondReading.objects.create(**given, decided_at=clock.now())
    assert not readings_for(decider).exists()
    with pytest.raises(NotAllowed):
        reading_make(reader=decider, application_id=approved.pk, agrees=True)
    with pytest.raises(Refused):
        reading_make(reader=reader, application_id=approved.pk, agrees=False)
    reading_make(reader=reader, application_id=approved.pk, agrees=False, note="房产份额没有看到")
    approved.refresh_from_db()
    assert (approved.state, approved.needs_person) == ("in_review", True)
    assert approved.transitions.get(event="reopen").reason == ""  # the family does not read the colleague's words
    assert approved.case_notes.get().text == "房产份额没有看到"
    assert not readings_for(reader).exists()


def test_the_page_shows_the_queue_masked_and_records_who_saw_it(enter: Enter) -> None:
    waiting = halves(1)[0]
    official = factories.staff("official")
    page = enter(official).get("/official/desk/")
    assert page.status_code == 200
    assert waiting.receipt in page.text
    assert waiting.child.name not in page.text
    assert Entry.objects.filter(action="application.list", actor_id=official.pk, object_id=waiting.pk).exists()
    assert enter(factories.staff("clerk")).get("/official/desk/").status_code == 404


def test_a_view_is_kept_and_the_next_case_follows_it(enter: Enter) -> None:
    first, second = halves(2)
    official = factories.staff("official")
    client = enter(official)
    case_give(reviewer=official, application_id=second.pk, username=official.username)
    assert client.post("/official/desk/?mine=1", {"name": "我的"}).status_code == 302
    assert "?mine=1" in client.get("/official/desk/?mine=1").text
    answer = {"decision": "register", "reason": REASON}
    last = client.post(f"/admin/enrollment/application/{second.pk}/change/", answer)
    assert last.headers["Location"] == "/official/desk/"  # the first case is not one of the view
    client.get("/official/desk/")
    assert client.post(f"/admin/enrollment/application/{first.pk}/change/", answer).status_code == 302
    assert set(Application.objects.values_list("state", flat=True)) == {"approved"}


def test_cases_are_decided_together_from_the_page(enter: Enter) -> None:
    first, second = halves(2)
    client = enter(factories.staff("official"))
    assert "Decide together" in client.get("/official/desk/alike/").text
    query = urlencode({"round": first.round_id, "pattern": first.pattern})
    address = f"/official/desk/alike/decide/?{query}"
    assert first.receipt in client.get(address).text
    none = client.post(address, {"whose": "register", "reason": REASON})
    assert (none.status_code, "at least one" in none.text) == (422, True)
    done = client.post(address, {"whose": "register", "reason": REASON, "picked": [first.pk, second.pk, "x"]})
    assert done.status_code == 302
    assert set(Application.objects.values_list("state", flat=True)) == {"approved"}


@pytest.mark.parametrize("page", ["", "alike/", "alike/decide/", "errands/", "readings/", "reasons/"])
@pytest.mark.parametrize("role", ["clerk", "witness", "department", "notary", "supervisor"])
def test_the_desk_is_shut_for_who_decides_nothing(enter: Enter, role: str, page: str) -> None:
    assert enter(factories.staff(role)).get(f"/official/desk/{page}").status_code == 404
