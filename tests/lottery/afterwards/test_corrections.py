"""Check-in and corrections: who may, what is public, and that no other child's place is ever touched."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from audit.models import Entry
from enrollment.outcome.services.offers import attendance_say
from enrollment.seasons.models import Application, Offer
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.afterwards import selectors as reads
from lottery.afterwards.models import CheckIn, Correction, CorrectionApproval, SeatEvent
from lottery.afterwards.seats import free_seats, seats_left
from lottery.afterwards.services import (
    afterwards_sweep,
    check_in_mark,
    correction_approve,
    correction_propose,
    follow_up,
    seat_events_collect,
)
from notifications.models import Message
from tests.entering import signed_in
from tests.lottery.afterwards.test_waiting_lists import accept_all, confirmed, decline, holders, placed_at, preview
from tests.lottery.ceremony.test_draw import unlock
from tests.lottery.factories import Ceremony, ceremony, staff, token
from tests.threads import at_once

REASON = "房产登记日期录入有误，已按不动产中心2026年8月20日的记录更正"


def settled() -> Ceremony:
    one = ceremony(pupils=20, seats=6)
    one.published()
    afterwards_sweep()
    accept_all()
    return one


def places() -> dict[str, str | None]:
    """The school of every live place, by receipt."""
    rows = Application.objects.filter(state__in=["offered", "accepted", "enrolled"])
    return {one.receipt: one.offer.school_id for one in rows if one.offer is not None}


def propose(one: Ceremony, child: Application, school: str = "WL01", reason: str = REASON) -> Correction:
    first = one.officials[0]
    unlock(first)
    return correction_propose(
        official=first,
        round_id=one.round.pk,
        receipt=child.receipt,
        school_code=school,
        reason=reason,
        token=token(first),
    )


def gone(one: Ceremony, child: Application) -> None:
    """A child that was not there, was asked after, and did not come."""
    check_in_mark(staff=one.reviewer, application_id=child.pk, mark="missed")
    follow_up(staff=one.reviewer, application_id=child.pk, way="call", words="家长说已在外地入学")
    check_in_mark(staff=one.reviewer, application_id=child.pk, mark="no_show")


@pytest.mark.django_db
def test_a_seat_is_given_back_only_after_the_school_asked_after_the_child() -> None:
    one = settled()
    child = placed_at("WL01")
    mark = partial(check_in_mark, staff=one.reviewer, application_id=child.pk)
    ask = partial(follow_up, staff=one.reviewer, application_id=child.pk)

    def code(act: Callable[[], object]) -> str:
        with pytest.raises(Refused) as refused:
            act()
        return refused.value.code

    assert code(partial(mark, mark="no_show")) == "not_missed"
    assert code(partial(ask, way="call", words="没有人接")) == "not_missed"
    assert mark(mark="missed").state == "accepted"
    assert code(partial(mark, mark="no_show")) == "not_asked"
    assert code(partial(ask, way="owl", words="没有人接")) == "way"
    assert code(partial(ask, way="call", words=" ")) == "words"
    ask(way="message", words="已发信")
    assert code(partial(mark, mark="no_show")) == "not_asked"  # a letter may lie unread
    ask(way="call", words="没有人接")
    season, today = one.round.season, clock.today()
    days = [(today + timedelta(days=1), today + timedelta(days=1)), (today, today), (today - timedelta(days=1),) * 2]
    for (first, last), found in zip(days, ("early", "early", "lapsed"), strict=True):
        season.calendar = [{"key": "checkin", "zh": "报到", "en": "Check-in", "starts": str(first), "ends": str(last)}]
        season.save()
        assert (code(partial(mark, mark="no_show")) if found == "early" else mark(mark="no_show").state) == found
    assert SeatEvent.objects.get().cause == "no_show"
    for stranger in (staff("elsewhere", "reviewer", "WL02"), staff("watcher", "supervisor")):
        with pytest.raises(NotAllowed):
            follow_up(staff=stranger, application_id=child.pk, way="call", words="没有人接")


@pytest.mark.django_db
def test_nobody_checks_in_before_the_day() -> None:
    one = settled()
    child, day = placed_at("WL01"), clock.today() + timedelta(days=52)
    one.round.season.calendar = [{"key": "checkin", "zh": "", "en": "", "starts": str(day), "ends": str(day)}]
    one.round.season.save()
    for mark in ("arrived", "missed", "no_show"):
        with pytest.raises(Refused) as refused:
            check_in_mark(staff=one.reviewer, application_id=child.pk, mark=mark)
        assert refused.value.code == "early"
        assert str(day.day) in refused.value.message
    assert not CheckIn.objects.exists()


@pytest.mark.django_db
def test_who_arrives_is_enrolled_and_who_does_not_come_frees_the_seat() -> None:
    one = settled()
    child = placed_at("WL01")
    mark = partial(check_in_mark, staff=one.reviewer, application_id=child.pk)
    gone(one, child)
    assert Application.objects.get(pk=child.pk).state == "lapsed"
    assert SeatEvent.objects.get().cause == "no_show"
    mark(mark="no_show")
    assert CheckIn.objects.count() == 2
    assert free_seats(one.round) == {"WL01": 1}
    # pressed by mistake: nobody was offered the seat yet
    assert mark(mark="arrived").state == "enrolled"
    assert (free_seats(one.round), holders("WL01")) == ({}, 6)
    assert seat_events_collect(round_=one.round) == 0
    other = Application.objects.filter(offer__school="WL01", state="accepted")[0]
    assert check_in_mark(staff=one.reviewer, application_id=other.pk, mark="arrived").state == "enrolled"
    with pytest.raises(Refused) as refused:
        check_in_mark(staff=one.reviewer, application_id=other.pk, mark="missed")
    assert refused.value.code == "illegal_step"
    with pytest.raises(Refused) as refused:
        check_in_mark(staff=one.reviewer, application_id=other.pk, mark="late")
    assert refused.value.code == "mark"


@pytest.mark.django_db
def test_a_seat_given_to_the_next_child_is_not_taken_back() -> None:
    one = settled()
    child = placed_at("WL01")
    gone(one, child)
    confirmed(one, preview(one))
    before = places()
    with pytest.raises(Refused) as refused:
        check_in_mark(staff=one.reviewer, application_id=child.pk, mark="arrived")
    assert refused.value.code == "given_away"
    assert places() == before


@pytest.mark.django_db
def test_another_school_a_witness_or_another_district_marks_nobody() -> None:
    one = settled()
    child = placed_at("WL01")
    elsewhere = staff("reviewer-2", "reviewer", "WL02")
    for person in (elsewhere, one.witnesses[1]):
        with pytest.raises(NotAllowed):
            check_in_mark(staff=person, application_id=child.pk, mark="arrived")
        with pytest.raises(NotAllowed):
            reads.check_in_page(person, "WL01", "")
    assert not CheckIn.objects.exists()


@pytest.mark.django_db
def test_the_list_is_found_by_receipt_and_every_look_is_logged() -> None:
    one = settled()
    child = placed_at("WL01")
    looks = Entry.objects.filter(action="check_in.view").count()
    page = reads.check_in_page(one.reviewer, "WL01", f" {child.receipt.lower()} ")
    assert [line.application.pk for line in page.lines] == [child.pk]
    assert page.total == 6
    assert reads.check_in_page(one.reviewer, "WL01", "%_'").lines == ()
    assert Entry.objects.filter(action="check_in.view").count() == looks + 1
    client = signed_in(one.reviewer)
    answer = client.post(
        reverse("lottery:check-in-mark", args=["WL01", child.pk, "arrived"]), {"receipt": child.receipt}
    )
    assert answer.status_code == 302
    assert child.receipt in answer["Location"]
    assert client.get(reverse("lottery:check-in", args=["WL02"])).status_code == 404
    child.refresh_from_db()
    assert child.state == "enrolled"


@pytest.mark.django_db
def test_the_list_says_who_told_the_school_to_come_and_when() -> None:
    one = settled()
    yes, no, silent = Application.objects.filter(offer__school="WL01", state="accepted").order_by("pk")[:3]
    say = partial(attendance_say, application_id=yes.pk, guardian=yes.guardian)
    say(coming=False)
    with clock.at(clock.now() + timedelta(minutes=1)):
        said = say(coming=True)
    attendance_say(application_id=no.pk, guardian=no.guardian, coming=False)
    page = reads.check_in_page(one.reviewer, "WL01", "")
    lines = {line.application.pk: (line.said, line.said_at) for line in page.lines}
    assert lines[yes.pk] == ("yes", said.at)  # the newest word counts
    assert (lines[no.pk][0], lines[silent.pk]) == ("no", ("none", None))
    assert (page.said["yes"], page.said["no"], page.said["none"]) == (1, 1, page.total - 2)
    found = {answer: reads.check_in_page(one.reviewer, "WL01", "", answer).lines for answer in ("yes", "no", "none")}
    assert [[line.application.pk for line in found[answer]] for answer in ("yes", "no")] == [[yes.pk], [no.pk]]
    assert {line.said for line in found["none"]} == {"none"}
    assert len(reads.check_in_page(one.reviewer, "WL01", "", "often").lines) == page.total


@pytest.mark.django_db
def test_a_word_about_another_place_does_not_count_for_this_one() -> None:
    one = settled()
    child = placed_at("WL01")
    attendance_say(application_id=child.pk, guardian=child.guardian, coming=True)
    made = propose(one, child, school="WL02")
    correction_approve(official=one.officials[1], correction_id=made.pk, token=token(one.officials[1]))
    lines = reads.check_in_page(one.officials[0], "WL02", child.receipt).lines
    assert [(line.application.pk, line.said) for line in lines] == [(child.pk, "none")]
    assert not reads.check_in_page(one.reviewer, "WL01", child.receipt).lines


@pytest.mark.django_db
def test_the_page_of_the_list_keeps_its_filter_and_shows_other_schools_nothing() -> None:
    one = settled()
    child = placed_at("WL01")
    said = attendance_say(application_id=child.pk, guardian=child.guardian, coming=True)
    client, path = signed_in(one.reviewer), reverse("lottery:check-in", args=["WL01"])
    page = client.get(path, {"answer": "yes"}, headers={"accept-language": "en"}).content.decode()
    assert child.receipt in page
    assert f"{said.at.astimezone(clock.SHANGHAI):%H:%M}" in page
    assert "Will come · 1" in page
    assert child.receipt not in client.get(path, {"answer": "no"}).content.decode()
    mark = reverse("lottery:check-in-mark", args=["WL01", child.pk, "arrived"])
    assert client.post(mark, {"receipt": "", "answer": "yes"})["Location"] == f"{path}?answer=yes"
    elsewhere = signed_in(staff("reviewer-2", "reviewer", "WL02"))
    assert elsewhere.get(path).status_code == 404


@pytest.mark.django_db
def test_a_correction_adds_a_seat_and_touches_no_other_place() -> None:
    one = settled()
    before, table = places(), one.round.runs.get(state="published").result
    child = Application.objects.filter(state="waiting")[0]
    made = propose(one, child)
    assert places() == before
    second = one.officials[1]
    correction_approve(official=second, correction_id=made.pk, token=token(second))
    child.refresh_from_db()
    offer = child.offer
    assert offer is not None
    assert (child.state, offer.kind, offer.school_id) == ("offered", "correction", "WL01")
    assert places() == before | {child.receipt: "WL01"}
    assert holders("WL01") == 7
    assert one.round.runs.get(state="published").result == table
    # the added seat neither frees nor eats one
    assert (seats_left(one.round)["WL01"], free_seats(one.round)) == (0, {})
    decline(placed_at("WL01"))
    afterwards_sweep()
    assert free_seats(one.round) == {"WL01": 1}
    assert Message.objects.filter(template="corrected").count() == 1
    public = reads.public_corrections(one.round.pk)
    assert [(found.correction.school_id, found.correction.reason) for found in public] == [("WL01", REASON)]
    with pytest.raises(Refused) as refused:
        propose(one, child, "WL02")
    assert refused.value.code == "twice"


@pytest.mark.django_db
def test_an_accepted_child_stays_accepted_at_the_corrected_school_and_frees_the_old_place() -> None:
    one = settled()
    child = Application.objects.filter(state="accepted", offer__school="WL03")[0]
    old = child.offer
    second = one.officials[1]
    correction_approve(official=second, correction_id=propose(one, child).pk, token=token(second))
    child.refresh_from_db()
    assert (child.state, child.offer and child.offer.school_id) == ("accepted", "WL01")
    assert SeatEvent.objects.get().offer == old


@pytest.mark.django_db
def test_one_person_alone_corrects_nothing() -> None:
    one = settled()
    child = Application.objects.filter(state="waiting")[0]
    made, first = propose(one, child), one.officials[0]
    with pytest.raises(Refused) as refused:
        correction_approve(official=first, correction_id=made.pk, token=token(first))
    assert refused.value.code == "same_person"
    with pytest.raises(Refused) as refused:
        correction_approve(official=one.officials[1], correction_id=made.pk, token="12345x")
    assert refused.value.field == "token"
    for stranger in (one.reviewer, one.witnesses[1]):
        with pytest.raises(NotAllowed):
            correction_approve(official=stranger, correction_id=made.pk, token=token(stranger))
    with pytest.raises(NotAllowed):
        correction_approve(official=one.officials[1], correction_id=made.pk + 1, token="000000")
    assert not Offer.objects.filter(kind="correction").exists()


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_add_one_seat() -> None:
    one = settled()
    child = Application.objects.filter(state="waiting")[0]
    made, pair = propose(one, child), one.officials[1:]
    tokens = {person.pk: token(person) for person in pair}
    results = at_once(
        [
            partial(correction_approve, official=person, correction_id=made.pk, token=tokens[person.pk])
            for person in pair
        ]
    )
    assert sum(isinstance(one, Refused) for one in results) == 1
    assert (CorrectionApproval.objects.count(), Offer.objects.filter(kind="correction").count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "reason",
    [
        "",
        "   ",
        "x" * 301,
        "请联系13900138000",
        "请联系 139-0013-8000",
        "电话１３９００１３８０００",
        "电话一三九零零一三八零零零",
        "身份证430702201905040010有误",
        "身份证 430702 20190504 001X 有误",
        "通行证H12345678",
        "合成小明的户籍已更正",
        "合 成 小 明 的户籍已更正",
        "合成家长申诉成立",
        "line\u202ebreak",
        "zero\u200bwidth",
    ],
)
def test_a_reason_that_tells_whom_it_is_about_is_refused(reason: str) -> None:
    one = settled()
    child = Application.objects.filter(state="waiting")[0]
    with pytest.raises(Refused) as refused:
        propose(one, child, reason=reason)
    assert refused.value.field == "reason"
    with pytest.raises(Refused) as refused:
        propose(one, child, reason=f"报名号{child.receipt}更正")
    assert refused.value.code == "personal"
    assert not Correction.objects.exists()


@pytest.mark.django_db
def test_hostile_proposals_are_refused_with_the_field_named() -> None:
    one = settled()
    child, placed = Application.objects.filter(state="waiting")[0], placed_at("WL01")
    for receipt, school, field in (("nothing", "WL01", "receipt"), (child.receipt, "WL99", "school")):
        with pytest.raises(Refused) as refused:
            correction_propose(
                official=one.officials[0],
                round_id=one.round.pk,
                receipt=receipt,
                school_code=school,
                reason=REASON,
                token="000000",
            )
        assert refused.value.field == field
    with pytest.raises(Refused) as refused:
        propose(one, placed)
    assert refused.value.code == "same"
    with pytest.raises(NotAllowed):
        correction_propose(
            official=one.officials[0],
            round_id=one.round.pk + 1,
            receipt=child.receipt,
            school_code="WL01",
            reason=REASON,
            token="000000",
        )


@pytest.mark.django_db
def test_corrections_and_marks_are_never_changed() -> None:
    one = settled()
    propose(one, Application.objects.filter(state="waiting")[0])
    check_in_mark(staff=one.reviewer, application_id=placed_at("WL01").pk, mark="arrived")
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.update(reason="another")
    for table in ("correction", "checkin"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM lottery_{table}")


@pytest.mark.django_db
def test_the_public_reads_lengths_and_reasons_and_no_child() -> None:
    one = settled()
    child = Application.objects.filter(state="waiting")[0]
    second = one.officials[1]
    correction_approve(official=second, correction_id=propose(one, child).pk, token=token(second))
    with translation.override("en"):
        page = Template("{% load afterwards %}{% published_afterwards number %}").render(
            Context({"number": one.round.pk, "LANGUAGE_CODE": "en"})
        )
    assert REASON in page
    assert "1 seat added" in page
    for secret in (child.receipt, child.child.name, str(child.pk), second.username):
        assert secret not in page


@pytest.mark.django_db
def test_pages_are_for_those_in_charge() -> None:
    one = settled()
    path = reverse("lottery:afterwards", args=[one.round.pk])
    assert signed_in(one.officials[0]).get(path).status_code == 200
    assert signed_in(one.witnesses[1]).get(path).status_code == 404
    client = signed_in(one.officials[0])
    empty = client.post(reverse("lottery:afterwards-act", args=[one.round.pk, "preview"]))
    assert empty.status_code == 422
    broken = client.post(reverse("lottery:afterwards-act", args=[one.round.pk, "confirm"]), {"fill": "x" * 50})
    assert broken.status_code == 404
    assert client.post(reverse("lottery:afterwards-act", args=[one.round.pk, "else"])).status_code == 404
    assert client.get(reverse("lottery:afterwards", args=[one.round.pk + 1])).status_code == 404
