"""The register of used seats in the database: filled by placements and by tables of two people, read by a judgement."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from enrollment.judging.judgement import gather, judge
from enrollment.seasons.models import Application, Offer
from enrollment.used_seats.kinds import COLUMNS
from enrollment.used_seats.models import UsedSeat
from enrollment.used_seats.services import seat_use_note, seat_use_revoke
from foundation import clock
from foundation.errors import Refused
from imports.models import Import, ImportBatch
from imports.services import import_undo_ask
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import checked
from tests.tables import brought, csv_of, undone

pytestmark = pytest.mark.django_db


def row(one: factories.Family, **changed: str) -> dict[str, str]:
    """The line of an earlier child at the home of this family, of other parents."""
    return {
        "school": "WL01",
        "stage": "小学",
        "used_on": "2023-09-01",
        "child_id": factories.child_number(born=date(2017, 3, 3)),
        "certificate": one.answers["home_certificate"],
        "parent_id": factories.adult_number(),
        **changed,
    }


HEADS = {one.name: one.heading for one in COLUMNS}


def table(*rows: dict[str, str]) -> bytes:
    return csv_of([{HEADS[name]: value for name, value in one.items()} for one in rows], "gb18030")


def imported(*rows: dict[str, str]) -> Import:
    by, other = factories.staff("official"), factories.staff("official")
    return brought("used-seats", factories.DISTRICT, table(*rows), by=by, other=other)


def filed(agencies: City, one: factories.Family) -> Application:
    agencies.believe(one)
    return checked(one.submit())


def facts(application: Application) -> dict[str, Any]:
    return dict(application.versions.get().facts)


def test_a_used_home_gives_no_second_seat(agencies: City) -> None:
    one = factories.family(factories.world())
    imported(row(one))
    application = filed(agencies, one)
    assert application.group_code != "class_1"
    assert facts(application)["home.seat_used_on"]["value"] == "2023-09-01"
    assert any(step["code"] == "seat_locked" for step in application.versions.get().evaluation["trace"])


def test_without_a_use_the_seat_is_free_and_known_to_be(agencies: City) -> None:
    one = factories.family(factories.world())
    application = filed(agencies, one)
    assert (application.state, application.group_code) == ("approved", "class_1")
    assert facts(application)["home.seat_used_on"] | {"at": ""} == {
        "value": None,
        "status": "verified",
        "source": "student_registry",
        "at": "",
    }


def test_a_use_that_is_over_locks_nothing(agencies: City) -> None:
    one = factories.family(factories.world())
    imported(row(one, used_on="2019-09-01"))
    assert filed(agencies, one).state == "approved"


def test_a_sibling_may_use_the_seat_again_and_counts_as_elder(agencies: City) -> None:
    one = factories.family(factories.world())
    imported(row(one, parent_id=one.answers["guardian_id"]))
    application = filed(agencies, one)
    assert (application.state, application.group_code) == ("approved", "class_1")
    known = facts(application)
    assert known["home.seat_locked_by_sibling"]["value"] is True
    assert known["sibling.same_school"]["value"] is True


def test_half_siblings_are_asked_about(agencies: City) -> None:
    one = factories.family(factories.world())
    imported(row(one, parent_id=one.answers["guardian_id"], other_parent_id=factories.adult_number()))
    application = filed(agencies, one)
    assert (application.state, application.needs_person) == ("attention", True)
    assert application.versions.get().evaluation["questions"] == ["home.seat_locked_by_sibling"]


def test_an_address_alone_asks_and_the_answer_may_be_another_home(agencies: City) -> None:
    from enrollment.review.services import review_approve

    home = "湖南省常德市武陵区滨湖路12号3栋501室"
    one = factories.family(factories.world(), home_address=home, household_address=home)
    imported(row(one, certificate="", address="滨湖路12号3幢501"))
    application = filed(agencies, one)
    assert application.versions.get().evaluation["questions"] == ["home.seat_used_on"]
    review_approve(
        reviewer=factories.staff("reviewer", school="WL01"),
        application_id=application.pk,
        reason="另一套住房",
        settled={"home.seat_used_on": None},
    )
    application.refresh_from_db()
    assert (application.state, application.group_code) == ("approved", "class_1")


def test_what_is_imported_after_the_submission_does_not_change_it(agencies: City) -> None:
    one = factories.family(factories.world())
    application = filed(agencies, one)
    with clock.at(clock.now() + timedelta(days=1)):
        imported(row(one))
    again = judge(application.versions.select_related("application__round__season__district__parent").get())
    assert again.evaluation.group is not None
    assert again.evaluation.group.id == "class_1"


def test_a_batch_reads_the_register_once(agencies: City) -> None:
    place = factories.world()
    families = [factories.family(place) for _ in range(3)]
    versions = [one.submit().versions.get() for one in families]
    gather(versions[:1])
    with CaptureQueriesContext(connection) as queries:
        gather(versions)
    assert sum("enrollment_usedseat" in one["sql"] for one in queries) == 1


# -- placements ----------------------------------------------------------------------------------------------------


def enrolled(one: factories.Family, application: Application) -> UsedSeat | None:
    Offer.objects.create(
        application=application,
        school_id="WL01",
        kind="choice",
        run_id=1,
        published_at=clock.now(),
        answer_by=clock.now(),
    )
    return seat_use_note(application=Application.objects.get(pk=application.pk))


def test_a_placement_uses_the_seat_once_until_it_is_revoked(agencies: City) -> None:
    place = factories.world()
    home = factories.certificate()
    first, second, third = (factories.family(place, home_certificate=home) for _ in range(3))
    application = filed(agencies, first)
    assert enrolled(first, application) is not None
    assert seat_use_note(application=application) is None
    assert facts(filed(agencies, second))["home.seat_used_on"]["value"] == clock.today().isoformat()
    assert seat_use_revoke(application=application) is not None
    assert facts(filed(agencies, third))["home.seat_used_on"]["value"] is None


def test_a_rehearsal_uses_no_seat(agencies: City) -> None:
    one = factories.family(factories.world())
    application = filed(agencies, one)
    Application.objects.filter(pk=application.pk).update(rehearsal=True)
    assert enrolled(one, application) is None


def test_rows_never_change(agencies: City) -> None:
    one = factories.family(factories.world())
    imported(row(one))
    with pytest.raises(DatabaseError), transaction.atomic():
        UsedSeat.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        UsedSeat.objects.update(used_on=date(2000, 1, 1))
    with pytest.raises(DatabaseError), transaction.atomic():
        ImportBatch.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Import.objects.update(sha256="0" * 64)


# -- two people ----------------------------------------------------------------------------------------------------


def test_what_a_table_brought_in_is_undone_until_somebody_was_judged(agencies: City) -> None:
    place = factories.world()
    one, by, other = factories.family(place), factories.staff("official"), factories.staff("official")
    line = row(one)
    first = imported(line)
    second = brought("used-seats", factories.DISTRICT, table({**line, "left_on": "2025-01-31"}), by=by, other=other)
    with pytest.raises(Refused) as refused:
        import_undo_ask(official=by, import_id=first.pk)
    assert refused.value.code == "newer"
    assert undone(second, by=by, other=other).state == "undone"
    live = UsedSeat.objects.filter(revokes=None, revoked_by=None)
    assert [each.left_on for each in live] == [None]
    filed(agencies, one)
    with pytest.raises(Refused) as refused:
        import_undo_ask(official=by, import_id=first.pk)
    assert refused.value.code == "used"


def test_a_newer_table_tells_of_a_child_again() -> None:
    one = factories.family(factories.world())
    line = row(one)
    imported(line)
    imported({**line, "left_on": "2025-01-31"})
    live = UsedSeat.objects.filter(revokes=None, revoked_by=None)
    assert [str(each.left_on) for each in live] == ["2025-01-31"]


def test_no_number_is_stored_in_the_clear() -> None:
    one = factories.family(factories.world())
    line = row(one)
    made = imported(line)
    kept = str(made.report) + str(made.counts) + str(list(UsedSeat.objects.values()))
    kept += str(list(made.batches.values_list("body", flat=True)))
    assert not any(line[name] in kept for name in ("child_id", "certificate", "parent_id"))
