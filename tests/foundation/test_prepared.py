"""Queries made once, rows in one round trip: the same objects and refusals as the ORM's own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from audit.models import Entry
from audit.services import entry
from enrollment.seasons.models import Draft
from foundation import clock
from foundation.bulk import insert
from foundation.prepared import Prepared
from schools.models import District
from tests import factories


def drafts() -> Prepared[Draft]:
    return Prepared(
        lambda pk, code: (
            Draft.objects.select_related("child", "round__season__district")
            .defer("child__typed")
            .filter(pk=pk, round__season__district=code, saved_at__lte=clock.now() + timedelta(days=1))
        ),
        2,
    )


@pytest.mark.django_db
def test_a_prepared_query_builds_the_objects_the_orm_builds() -> None:
    one, other = factories.family(place := factories.world()), factories.family(place)
    prepared = drafts()
    for family in (one, other, one):
        with CaptureQueriesContext(connection) as asked:
            found = prepared.first(family.draft.pk, factories.DISTRICT)
            assert found is not None
            assert found == family.draft
            assert found.answers == family.answers
            assert found.child == family.child
            assert found.child.name == family.child.name
            assert found.round.season.district == District.objects.get(pk=factories.DISTRICT)
        assert len(asked) == 2
        assert "typed" in found.child.get_deferred_fields()
    assert prepared.first(one.draft.pk, "000000") is None


@pytest.mark.django_db
def test_values_are_never_read_as_sql() -> None:
    one = factories.family(factories.world())
    hostile = "430702' OR '1'='1"
    assert drafts().first(one.draft.pk, hostile) is None
    assert drafts().first(one.draft.pk, f"{factories.DISTRICT}%s") is None


@pytest.mark.django_db(transaction=True)
def test_a_prepared_lock_needs_a_transaction_at_every_call() -> None:
    one = factories.guardian()
    locking = Prepared(lambda pk: Account.objects.select_for_update().filter(pk=pk), 1)
    with transaction.atomic():
        assert locking.first(one.pk) == one
    with pytest.raises(TransactionManagementError):
        locking.first(one.pk)


@pytest.mark.django_db
def test_the_signed_in_account_is_the_same_by_either_query() -> None:
    for one in (factories.guardian(), factories.staff("reviewer", school="WL01")):
        by_key, by_filter = Account.objects.get(pk=one.pk), Account.objects.filter(pk=one.pk).get()
        came = {"_state": None, "roles_came": None}
        assert {**by_key.__dict__, **came} == {**by_filter.__dict__, **came}
        known = [(role.name, role.school_code, role.from_day, role.until_day) for role in by_key.roles_known()]
        assert known == [(role.name, role.school_code, role.from_day, role.until_day) for role in one.roles.all()]
    with pytest.raises(Account.DoesNotExist):
        Account.objects.get(pk=0)


@pytest.mark.django_db
def test_rows_of_two_tables_go_in_one_round_trip_in_their_order() -> None:
    rows = [
        entry(actor=None, action="data.copy", object_type="test", object_id="%s; first", details={"a": ["'", "%"]}),
        District(code="990000", name="合成'省"),
        entry(actor=None, action="data.delete", object_type="test", object_id="2"),
    ]
    with CaptureQueriesContext(connection) as asked:
        insert(rows)
    assert len(asked) == 1
    stored = Entry.objects.filter(object_type="test").order_by("pk")
    assert list(stored.values_list("action", "object_id", "details")) == [
        ("data.copy", "%s; first", {"a": ["'", "%"]}),
        ("data.delete", "2", {}),
    ]
    assert District.objects.get(pk="990000").name == "合成'省"


@pytest.mark.django_db
def test_of_rows_in_one_round_trip_all_are_stored_or_none() -> None:
    code = District(code="990000", name="合成省")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([entry(actor=None, action="data.copy", object_type="account", object_id="1"), code, code])
    assert not Entry.objects.filter(object_type="test").exists()
