"""Two people and a worker: who takes, what is refused, what is undone, and that nothing is ever half stored."""

from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Account, TokenDevice
from audit.models import Entry
from enrollment.used_seats.kinds import UsedSeats
from enrollment.used_seats.models import UsedSeat
from enrollment.used_seats.services import seats_put
from foundation.errors import NotAllowed, Refused
from imports import working
from imports.kinds import kind_of
from imports.models import Import, ImportBatch
from imports.services import (
    MOST_ATTEMPTS,
    import_check_again,
    import_keep,
    import_refuse,
    import_take,
    import_undo,
    import_undo_ask,
    import_upload,
    imports_go_on,
)
from schools.services import district_ensure
from tests import factories
from tests.entering import signed_in
from tests.imports.test_tables_of_people import row
from tests.lottery.factories import token
from tests.tables import brought, checked, csv_of, taken, undone, worked
from tests.threads import at_once

pytestmark = pytest.mark.django_db
SEATS = "used-seats"
HERE = factories.DISTRICT


@pytest.fixture
def two() -> tuple[Any, Any]:
    factories.world()
    return factories.staff("official"), factories.staff("official")


def forgiven(account: Account) -> None:
    """As if the time after a wrong one-time password was over."""
    TokenDevice.objects.get(user=account).throttle_reset()


def test_one_brings_in_another_takes_and_both_are_on_record(two: tuple[Any, Any]) -> None:
    by, other = two
    made = checked(SEATS, HERE, csv_of([row(), row()]), by=by)
    assert not UsedSeat.objects.exists()
    with pytest.raises(Refused) as refused:
        import_take(official=by, import_id=made.pk, token=token(by))
    assert refused.value.code == "same_person"
    with pytest.raises(Refused) as refused:
        import_take(official=other, import_id=made.pk, token="000000")
    assert refused.value.field == "token"
    forgiven(other)
    assert taken(made, by=other).state == "applied"
    assert UsedSeat.objects.filter(made=made).count() == 2
    entry = Entry.objects.get(action="import.apply")
    assert (entry.actor_id, entry.details["counts"]["new"]) == (other.pk, 2)
    assert (entry.details["before"], entry.details["after"]) == (made.before_digest, made.after_digest)
    assert len({made.before_digest, made.after_digest, ""}) == 3


def test_the_database_refuses_one_person_for_two(two: tuple[Any, Any]) -> None:
    by, other = two
    made = brought(SEATS, HERE, csv_of([row()]), by=by, other=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Import.objects.filter(pk=made.pk).update(decided_by=by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Import.objects.filter(pk=made.pk).update(undone_at=made.applied_at, undo_by=by, undone_by=by)


def test_nobody_from_elsewhere_takes_or_brings_in(two: tuple[Any, Any]) -> None:
    by, _other = two
    district_ensure(code="430703")
    made = checked(SEATS, HERE, csv_of([row()]), by=by)
    strangers = [
        factories.staff("official", district="430703"),
        factories.staff("reviewer", school="WL01"),
        factories.staff("notary"),
        factories.staff("clerk"),
    ]
    for one in strangers:
        for step in (import_take, import_refuse, import_undo_ask, import_undo, import_keep, import_check_again):
            with pytest.raises(NotAllowed):
                step(official=one, import_id=made.pk)
        with pytest.raises(NotAllowed):
            import_upload(official=one, kind=SEATS, place=HERE, content=b"x", file_name="")
    for kind, place in ((SEATS, "43"), (SEATS, "nowhere"), ("nosuch", HERE), ("scores", "x:y"), ("scores", "0:WL01")):
        with pytest.raises(NotAllowed):
            import_upload(official=by, kind=kind, place=place, content=b"x", file_name="")


def test_what_is_pressed_twice_is_done_once(two: tuple[Any, Any]) -> None:
    by, other = two
    content = csv_of([row()])
    made = checked(SEATS, HERE, content, by=by)
    assert import_upload(official=by, kind=SEATS, place=HERE, content=content, file_name="b.csv").pk == made.pk
    taken(made, by=other)
    with pytest.raises(Refused) as refused:
        import_take(official=other, import_id=made.pk, token=token(other))
    assert refused.value.code == "decided"
    assert UsedSeat.objects.count() == 1
    again = checked(SEATS, HERE, content, by=by)
    assert (again.pk != made.pk, again.counts["same"]) == (True, 1)
    with pytest.raises(Refused) as refused:
        import_take(official=other, import_id=again.pk, token=token(other))
    assert refused.value.code == "nothing"


def test_a_table_that_was_overtaken_is_refused_by_name_and_checked_again(two: tuple[Any, Any]) -> None:
    by, other = two
    same = row()
    late = checked(SEATS, HERE, csv_of([{**same, "离校日期": "2025-01-31"}]), by=by)
    brought(SEATS, HERE, csv_of([same]), by=by, other=other)
    with pytest.raises(Refused) as refused:
        import_take(official=other, import_id=late.pk, token=token(other))
    assert refused.value.code == "stale"
    late.refresh_from_db()
    assert (late.state, "a.csv" in late.problem) == ("stale", True)
    late = worked(import_check_again(official=by, import_id=late.pk))
    assert (late.state, late.counts["changed"], late.problem) == ("ready", 1, "")
    cells = {one["name"]: (one["before"], one["after"]) for one in late.report["changed"][0]["cells"]}
    assert cells["离校日期"] == ("", "2025-01-31")
    assert taken(late, by=other).state == "applied"


def test_what_changed_after_the_second_look_stops_the_worker(two: tuple[Any, Any]) -> None:
    by, other = two
    first, second = row(), row()
    made = checked(SEATS, HERE, csv_of([first, second]), by=by)
    import_take(official=other, import_id=made.pk, token=token(other))
    kind, place = kind_of(SEATS), UsedSeats().place(HERE)
    assert kind is not None
    assert place is not None
    entry = kind.reader(place).read({**dict.fromkeys((one.name for one in kind.columns), ""), **named(second)}, fail)
    assert entry is not None
    seats_put(district=HERE, rows={entry.key: {**entry.data, "used_on": "2022-09-01"}}, replaced={}, made=None)
    made = worked(made)
    assert (made.state, UsedSeat.objects.filter(made=made).count()) == ("stale", 0)
    assert not ImportBatch.objects.exists()


def named(one: dict[str, str]) -> dict[str, str]:
    return {column.name: one[column.heading] for column in UsedSeats.columns if column.heading in one}


def fail(column: str, message: str) -> None:
    raise AssertionError(column + message)


def test_undoing_takes_two_and_puts_everything_back(two: tuple[Any, Any]) -> None:
    by, other = two
    same = row()
    brought(SEATS, HERE, csv_of([same]), by=by, other=other)
    made = brought(SEATS, HERE, csv_of([{**same, "入学日期": "2022-09-01"}, row()]), by=by, other=other)
    import_undo_ask(official=other, import_id=made.pk)
    with pytest.raises(Refused) as refused:
        import_undo(official=other, import_id=made.pk, token=token(other))
    assert refused.value.code == "same_person"
    assert import_keep(official=by, import_id=made.pk).state == "applied"
    assert undone(made, by=other, other=by).state == "undone"
    live = UsedSeat.objects.filter(revokes=None, revoked_by=None)
    assert [str(one.used_on) for one in live] == ["2023-09-01"]
    assert Entry.objects.filter(action="import.undone", actor_label=by.username).count() == 1


def test_a_refused_table_stores_nothing_and_can_come_again(two: tuple[Any, Any]) -> None:
    by, other = two
    content = csv_of([row()])
    made = checked(SEATS, HERE, content, by=by)
    assert import_refuse(official=other, import_id=made.pk).state == "refused"
    assert checked(SEATS, HERE, content, by=by).state == "ready"


class Stopped(BaseException):
    """As a killed process: nothing catches it."""


def test_a_worker_that_dies_between_two_batches_leaves_nothing(
    two: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    by, other = two
    made = checked(SEATS, HERE, csv_of([row() for _ in range(5)]), by=by)
    import_take(official=other, import_id=made.pk, token=token(other))
    monkeypatch.setattr(working, "BATCH", 2)
    store, calls = UsedSeats.store, []

    def dying(self: UsedSeats, *given: Any, **more: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise Stopped
        store(self, *given, **more)

    monkeypatch.setattr(UsedSeats, "store", dying)
    with pytest.raises(Stopped):
        imports_go_on()
    assert (UsedSeat.objects.count(), ImportBatch.objects.count()) == (0, 0)
    made = worked(made)  # another worker finds it by its state
    assert (made.state, UsedSeat.objects.count(), ImportBatch.objects.count()) == ("applied", 5, 3)


def test_a_table_that_kills_every_worker_is_given_up(two: tuple[Any, Any]) -> None:
    by, _other = two
    made = import_upload(official=by, kind=SEATS, place=HERE, content=csv_of([row()]), file_name="a.csv")
    Import.objects.filter(pk=made.pk).update(attempts=MOST_ATTEMPTS)
    assert worked(made).state == "failed"


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_work_on_one_table() -> None:
    factories.world()
    by, other = factories.staff("official"), factories.staff("official")
    made = checked(SEATS, HERE, csv_of([row() for _ in range(50)]), by=by)
    found = at_once([partial(import_take, official=other, import_id=made.pk, token=token(other))] * 2)
    assert sum(isinstance(one, Import) for one in found) == 1, found
    at_once([imports_go_on] * 3)
    assert worked(made).state == "applied"
    assert UsedSeat.objects.count() == 50


# -- pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pages(two: tuple[Any, Any]) -> tuple[Client, Client]:
    return signed_in(two[0]), signed_in(two[1])


def upload(client: Client, content: bytes, name: str = "名单.csv") -> Any:
    return client.post(f"/official/imports/{SEATS}/", {"place": HERE, "file": SimpleUploadedFile(name, content)})


def test_the_pages_from_the_template_to_the_second_person(two: tuple[Any, Any], pages: tuple[Client, Client]) -> None:
    first, second = pages
    front = first.get("/official/imports/").text
    assert f"/official/imports/{SEATS}/" in front
    assert first.get(f"/official/imports/{SEATS}/template/").content.startswith(b"PK")
    assert first.post(f"/official/imports/{SEATS}/", {"place": HERE}).status_code == 422
    answer = upload(first, csv_of([row()]))
    assert answer.status_code == 302
    path = answer["Location"]
    waiting = first.get(path).text
    assert 'hx-trigger="every 2s"' in waiting
    assert first.get(f"{path}progress/").status_code == 200
    imports_go_on()
    assert first.get(f"{path}progress/").headers["HX-Refresh"] == "true"
    own, others = first.get(path).text, second.get(path).text
    assert f"{path}take/" not in own
    assert f"{path}take/" in others
    assert second.post(f"{path}take/", {"token": "000000"}).status_code == 422
    forgiven(two[1])
    assert second.post(f"{path}take/", {"token": token(two[1])}).status_code == 302
    imports_go_on()
    assert f"{path}ask-undo/" in first.get(path).text
    assert first.post(f"{path}ask-undo/").status_code == 302
    assert f"{path}undo/" not in first.get(path).text
    assert second.post(f"{path}undo/", {"token": token(two[1])}).status_code == 302
    imports_go_on()
    assert Import.objects.get().state == "undone"
    assert second.post(f"{path}nonsense/").status_code == 404


def test_a_returned_sheet_is_read_by_whom_it_concerns_and_that_is_on_record(
    two: tuple[Any, Any], pages: tuple[Client, Client]
) -> None:
    path = upload(pages[0], csv_of([row(学段="大学")]))["Location"]
    assert pages[0].get(f"{path}returned/").status_code == 404
    imports_go_on()
    page = pages[0].get(path).text
    assert f"{path}returned/" in page
    assert "大学" in page
    assert pages[1].get(f"{path}returned/").content.startswith(b"PK")
    assert Entry.objects.get(action="import.returned").actor_id == two[1].pk
    assert signed_in(factories.staff("reviewer", school="WL01")).get(f"{path}returned/").status_code == 404


def test_who_may_bring_in_nothing_is_told_so() -> None:
    factories.world()
    for role in ("clerk", "notary", "witness"):
        client = signed_in(factories.staff(role))
        assert "您的角色没有可导入的表格" in client.get("/official/imports/").text
        assert client.get(f"/official/imports/{SEATS}/").status_code == 404
