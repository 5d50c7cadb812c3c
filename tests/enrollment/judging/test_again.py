"""Judged before something changed: an approved application is put before a person, and no roll is frozen in doubt."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from enrollment.filing.drafts.services import child_add, draft_open, draft_save
from enrollment.filing.submission.services import application_withdraw
from enrollment.judging.later import again
from enrollment.judging.looks import looks_ask
from enrollment.judging.models import SecondLook
from enrollment.judging.services import LEASE, application_assess
from enrollment.privacy.services import data_of, deletion_make
from enrollment.review.services import review_approve
from enrollment.seasons.lists.services import lists_keep
from enrollment.seasons.models import Application, Child, KeptList
from enrollment.seasons.services.rounds import refuse_unsettled
from foundation import clock
from foundation.errors import Refused
from notifications.models import Message
from schools.models import School
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import REASON, checked
from tests.enrollment.used_seats.test_register import imported, row
from tests.entering import signed_in
from tests.threads import at_once
from verification.models import Check, Finding

pytestmark = pytest.mark.django_db
FLAT = "湖南省常德市武陵区滨湖路12号3栋501室"
PASSPORT = "E12345678"


def filed(agencies: City, one: factories.Family) -> Application:
    agencies.believe(one)
    return checked(one.submit())


def looked(*applications: Application) -> list[str]:
    """The states after everything that is due was looked at."""
    for _ in range(4):
        again.changes_look_through()
        again.looks_go_on()
    assert not SecondLook.objects.filter(due_at__lte=clock.now()).exists()
    for one in applications:
        one.refresh_from_db()
    return [one.state for one in applications]


def approve(application: Application, **given: Any) -> Application:
    made = review_approve(reviewer=factories.staff("official"), application_id=application.pk, reason=REASON, **given)
    application.refresh_from_db()
    return made


def sold(agencies: City, other: factories.Family) -> Application:
    """The second family's application, when the registers name it as the owner of what the first one had."""
    agencies.reset()
    return filed(agencies, other)


def neighbours(agencies: City, **second: str) -> tuple[Application, Application]:
    """Two families of one certificate, the first approved before the second came."""
    place = factories.world()
    one = factories.family(place, home_address=FLAT, household_address=FLAT)
    same = {"home_certificate": one.answers["home_certificate"], "home_address": FLAT, "household_address": FLAT}
    other = factories.family(place, **{**same, **second})
    first = filed(agencies, one)
    assert first.state == "approved"
    return first, sold(agencies, other)


# -- one home, two families ----------------------------------------------------------------------------------------


def test_two_families_of_one_certificate_both_meet_a_person(agencies: City) -> None:
    first, second = neighbours(agencies)
    assert second.state == "attention"
    assert second.versions.get().evaluation["home_claimed"] is True
    texts = Message.objects.count()
    assert looked(first) == ["in_review"]
    assert first.needs_person
    assert Message.objects.count() == texts  # nobody is frightened by a text
    assert first.versions.get().evaluation["home_claimed"] is True
    assert not first.transitions.exclude(reason="").exists()


def test_the_clerk_reads_which_receipt_and_the_family_only_that_there_is_one(agencies: City) -> None:
    first, second = neighbours(agencies)
    looked(first)
    desk = signed_in(factories.staff("official"))
    for mine, other in ((first, second), (second, first)):
        page = desk.get(f"/admin/enrollment/application/{mine.pk}/change/").content.decode()
        assert 'data-qa="rivals"' in page
        assert other.receipt in page
        desk_of_family = signed_in(factories.staff("official"))
        desk_of_family.force_login(mine.guardian)
        own = desk_of_family.get(f"/my/applications/{mine.pk}/").content.decode()
        assert 'data-qa="home-named"' in own
        assert other.receipt not in own


def test_an_address_that_names_one_flat_is_enough(agencies: City) -> None:
    first, second = neighbours(agencies, home_certificate=factories.certificate(), home_address="滨湖路12号3幢501")
    assert second.versions.get().evaluation["home_claimed"] is True
    assert looked(first) == ["in_review"]


@pytest.mark.parametrize(
    ("mine", "other", "one_home"),
    [
        ("3栋2单元501室", "3幢2单元501", True),
        ("3栋2单元501室", "3栋4单元501室", False),  # two flats of one number in one building
        ("3栋2单元501室", "3栋501室", True),  # parents leave the unit out
        ("3栋501室", "3栋2单元501室", True),
        ("3栋501室", "3栋502室", False),
    ],
)
def test_a_flat_is_one_by_building_unit_and_room(agencies: City, mine: str, other: str, one_home: bool) -> None:
    place = factories.world()
    homes = [f"湖南省常德市武陵区滨湖路12号{flat}" for flat in (mine, other)]
    first, second = (
        filed(agencies, factories.family(place, home_address=home, household_address=home)) for home in homes
    )
    assert second.versions.get().evaluation["home_claimed"] is one_home
    assert looked(first) == ["in_review" if one_home else "approved"]


def test_a_late_table_that_knows_only_an_address_is_looked_at(agencies: City) -> None:
    home = "湖南省常德市武陵区滨湖路12号3栋"  # names no flat, and a table writes it alike
    one = factories.family(factories.world(), home_address=home, household_address=home)
    application = filed(agencies, one)
    imported(row(one, certificate="", address="滨湖路12号3幢"))
    assert looked(application) == ["in_review"]
    assert application.versions.get().evaluation["questions"] == ["home.seat_used_on"]


@pytest.mark.parametrize("address", ["湖南省常德市武陵区滨湖路12号3栋", "湖南省常德市武陵区滨湖路12号"])
def test_a_building_or_a_house_number_names_no_home(agencies: City, address: str) -> None:
    place = factories.world()
    ones = [factories.family(place, home_address=address, household_address=address) for _ in range(2)]
    filings = [filed(agencies, one) for one in ones]
    assert looked(*filings) == ["approved", "approved"]


def test_children_of_the_same_parents_share_their_home(agencies: City) -> None:
    place = factories.world()
    one = factories.family(place)
    first = filed(agencies, one)
    elder = child_add(guardian=one.guardian, name="合成小红", id_number=factories.child_number(born=date(2019, 1, 4)))
    draft = draft_open(guardian=one.guardian, child=elder, round_=place.round)
    draft = draft_save(guardian=one.guardian, draft_id=draft.public_id, answers=one.answers)
    other = factories.Family(place, one.guardian, elder, draft, one.answers)
    agencies.put("household", *factories.records(other)["household"])
    second = checked(other.submit())
    assert looked(first, second) == ["approved", "approved"]


def test_twins_share_their_home_also_where_one_form_names_one_parent(agencies: City) -> None:
    place = factories.world()
    one = factories.family(place)
    other = child_add(guardian=one.guardian, name="合成小红", id_number=factories.child_number())
    draft = draft_open(guardian=one.guardian, child=other, round_=place.round)
    both = {**one.answers, "second_guardian_id": factories.adult_number(), "second_guardian_name": "合成父亲"}
    draft = draft_save(guardian=one.guardian, draft_id=draft.public_id, answers=both)
    first = filed(agencies, one)
    twin = factories.Family(place, one.guardian, other, draft, both)
    agencies.put("household", *factories.records(twin)["household"])
    second = checked(twin.submit())
    assert second.versions.get().evaluation["home_claimed"] is False
    assert looked(first) == ["approved"]


def test_a_policy_that_locks_no_seat_asks_nobody(agencies: City) -> None:
    place = factories.world(policy="linping-2021")
    home = factories.certificate()
    for one in [factories.family(place, home_certificate=home, choices="WL01") for _ in range(2)]:
        application = filed(agencies, one)
        assert not application.versions.get().evaluation["home_claimed"]


def test_who_types_a_strangers_certificate_disturbs_nobody_and_learns_nothing(agencies: City) -> None:
    place = factories.world()
    one = factories.family(place)
    first = filed(agencies, one)
    liar = factories.family(place, home_certificate=one.answers["home_certificate"])
    agencies.put("household", *factories.records(liar)["household"])
    second = checked(liar.submit())  # the register names the first family as the owner
    assert second.state == "attention"
    evaluation = second.versions.get().evaluation
    assert (evaluation["home_claimed"], evaluation["home_told"]) == (True, False)
    assert looked(first) == ["approved"]


def test_who_is_approved_beside_another_is_not_asked_again_until_a_third_comes(agencies: City) -> None:
    first, second = neighbours(agencies)
    looked(first)
    approve(first)
    approve(second)
    assert looked(first, second) == ["approved", "approved"]
    place = factories.World(first.round, School.objects.get(pk="WL01"), School.objects.get(pk="WL02"))
    filed(agencies, factories.family(place, home_address=FLAT, household_address=FLAT))
    assert looked(first, second) == ["in_review", "in_review"]


def test_a_reviewer_approves_only_what_the_page_showed(agencies: City) -> None:
    _first, second = neighbours(agencies)
    with pytest.raises(Refused) as refused:
        approve(second, beside=())
    assert refused.value.code == "changed"
    second.refresh_from_db()
    assert second.state == "attention"


def test_a_withdrawn_family_stands_beside_nobody(agencies: City) -> None:
    place = factories.world()
    one = factories.family(place)
    other = factories.family(place, home_certificate=one.answers["home_certificate"])
    application_withdraw(guardian=one.guardian, application_id=filed(agencies, one).pk)
    assert sold(agencies, other).state == "approved"


# -- one child, two entries ----------------------------------------------------------------------------------------


def second_entry(one: factories.Family) -> factories.Family:
    born = factories.SIX_YEAR_OLD.isoformat()
    other = child_add(guardian=one.guardian, name="HE CHENG", id_number=PASSPORT, birth_date=born, sex="1")
    draft = draft_open(guardian=one.guardian, child=other, round_=one.world.round)
    draft = draft_save(guardian=one.guardian, draft_id=draft.public_id, answers=one.answers)
    return factories.Family(one.world, one.guardian, other, draft, one.answers)


def test_who_was_approved_before_the_child_was_entered_again_meets_a_person(agencies: City) -> None:
    one = factories.family(factories.world())
    first = filed(agencies, one)
    assert first.state == "approved"
    second_entry(one)
    assert looked(first) == ["in_review"]
    assert first.versions.get().evaluation["double"] is True


def test_no_roll_is_frozen_while_two_applications_look_like_one_child(agencies: City) -> None:
    one = factories.family(factories.world())
    first = filed(agencies, one)
    second = filed(agencies, second_entry(one))
    Application.objects.filter(pk=second.pk).update(state="approved")
    with pytest.raises(Refused) as due:
        refuse_unsettled(first.round)
    assert due.value.code == "looking"
    looked(first)
    Application.objects.update(state="approved")  # by whatever way
    with pytest.raises(Refused) as refused:
        refuse_unsettled(first.round)
    assert refused.value.code == "one_child_twice"
    assert first.receipt in refused.value.message
    assert second.receipt in refused.value.message
    Application.objects.update(state="in_review")
    approve(first)  # a person says that they are two children
    approve(second)
    refuse_unsettled(first.round)
    assert looked(first, second) == ["approved", "approved"]


def test_an_entry_that_was_found_to_be_another_child_can_be_deleted(agencies: City) -> None:
    one = factories.family(factories.world())
    first = filed(agencies, one)
    other = second_entry(one).child
    looked(first)
    approve(first)
    assert looked(first) == ["approved"]
    kept = data_of(one.guardian)["applications"][0]
    assert [len(kept["looked_at_again"]), len(kept["looked_at_beside_another"])] == [1, 1]
    deletion_make(guardian=one.guardian)
    assert not Child.objects.filter(pk=other.pk).exists()


# -- a table that comes late ---------------------------------------------------------------------------------------


def test_a_table_taken_after_the_approval_puts_whom_it_concerns_before_a_person(agencies: City) -> None:
    place = factories.world()
    one, other = factories.family(place), factories.family(place)
    first, second = filed(agencies, one), filed(agencies, other)
    imported(row(one))
    assert looked(first, second) == ["in_review", "approved"]
    assert first.group_code != "class_1"
    version = first.versions.get()
    assert version.facts["home.seat_used_on"]["value"] == "2023-09-01"
    with pytest.raises(Refused) as refused:
        refuse_unsettled(first.round)
    assert refused.value.code == "unsettled"


def test_a_table_taken_while_a_family_waits_for_its_judgement_counts(agencies: City) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    application = one.submit()
    imported(row(one))
    assert checked(application).group_code != "class_1"


def test_a_correction_of_the_table_is_looked_at_too(agencies: City) -> None:
    one = factories.family(factories.world())
    line = row(one)
    imported(line)
    application = filed(agencies, one)
    assert application.group_code != "class_1"
    imported({**line, "certificate": factories.certificate()})  # the child lived elsewhere
    looked(application)
    assert application.group_code == "class_1"


def test_a_frozen_roll_is_not_touched_by_a_late_table(agencies: City) -> None:
    one = factories.family(factories.world())
    application = filed(agencies, one)
    Application.objects.filter(pk=application.pk).update(state="in_pool")
    before = application.versions.values().get()
    imported(row(one))
    assert looked(application) == ["in_pool"]
    assert application.versions.values().get() == before


def test_nothing_is_frozen_before_a_table_was_looked_through(agencies: City) -> None:
    one = factories.family(factories.world())
    application = filed(agencies, one)
    imported(row(one))
    with pytest.raises(Refused) as refused:
        refuse_unsettled(application.round)
    assert refused.value.code == "looking"


def test_a_killed_worker_leaves_the_look_due(agencies: City) -> None:
    first, _second = neighbours(agencies)
    SecondLook.objects.update(due_at=clock.now() + LEASE)  # taken, and nothing done
    assert not again.looks_go_on()
    first.refresh_from_db()
    assert first.state == "approved"
    with pytest.raises(Refused):
        refuse_unsettled(first.round)
    with clock.at(clock.now() + 2 * LEASE):
        assert looked(first) == ["in_review"]


def test_what_nothing_changed_is_left_as_it_is(agencies: City) -> None:
    application = filed(agencies, factories.family(factories.world()))
    before = application.versions.values().get()
    looks_ask([application.pk], SecondLook.Cause.REGISTER)
    assert looked(application) == ["approved"]
    assert application.versions.values().get() == before


def test_a_list_that_is_kept_from_now_on_is_read_for_who_was_judged_before(agencies: City) -> None:
    place = factories.world()
    KeptList.objects.filter(kind="seats").delete()
    application = filed(agencies, factories.family(place))
    assert application.state == "attention"  # whether the seat is free nothing could tell
    with clock.at(clock.now() + timedelta(minutes=1)):
        lists_keep(district=place.school.district, kinds=["seats"])
        assert looked(application) == ["attention"]
    version = application.versions.get()
    assert version.facts["home.seat_used_on"]["status"] == "verified"
    assert version.evaluation["questions"] == []


# -- at once -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_families_that_are_judged_at_the_same_moment_both_meet_a_person(agencies: City) -> None:
    place = factories.world()
    ones = [factories.family(place, home_address=FLAT, household_address=FLAT) for _ in range(6)]
    filings = []
    for one in ones:
        agencies.believe(one)
        application = one.submit()
        for check in Check.objects.filter(subject=application.versions.get().pk):
            found = factories.records(one).get(check.agency)
            Finding.objects.create(
                check_made=check,
                outcome="match",
                differences=[],
                evidence=found[0] if found else None,
                evidence_hash="0" * 64,
                source="mock",
                trace_id="",
                seconds=1.0,
                at=check.created_at,
            )
            Check.objects.filter(pk=check.pk).update(state=Check.State.DONE)
        filings.append(application)
    at_once([partial(application_assess, version_id=one.versions.get().pk) for one in filings])
    again.looks_go_on()
    for application in filings:
        application.refresh_from_db()
    assert {application.state for application in filings} <= {"attention", "in_review"}
    assert all(application.versions.get().evaluation["home_claimed"] for application in filings)
