"""The log only grows, and any change to it is found."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from audit.models import Entry, Seal
from audit.selectors import verify_chain
from audit.services import record, record_views, seal
from tests import factories
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def write(count: int = 3) -> None:
    for number in range(count):
        record(actor=None, action="data.copy", object_type="thing", object_id=number, details={"n": number})


def tamper(statement: str) -> None:
    """What somebody with full rights on the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_sealed_entries_verify_and_seals_follow_each_other() -> None:
    write()
    first = seal()
    write(2)
    second = seal()
    assert first is not None
    assert second is not None
    assert (first.entries, second.entries, second.previous) == (3, 2, first.digest)
    assert seal() is None
    assert verify_chain() == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_entry SET action = 'nothing' WHERE object_id = '1'", "was altered"),
        ("UPDATE audit_entry SET details = '{\"n\": 9}' WHERE object_id = '1'", "was altered"),
        ("UPDATE audit_entry SET at = at + interval '1 second' WHERE object_id = '1'", "was altered"),
        ("UPDATE audit_entry SET digest = repeat('0', 64) WHERE object_id = '1'", "was altered"),
        ("DELETE FROM audit_entry WHERE object_id = '1'", "does not fit"),
        ("UPDATE audit_seal SET digest = repeat('0', 64)", "does not fit"),
        ("UPDATE audit_seal SET previous = repeat('1', 64)", "does not fit"),
    ],
)
def test_tampering_behind_the_triggers_is_found(statement: str, found: str) -> None:
    write()
    seal()
    assert verify_chain() == []
    tamper(statement)
    assert any(found in problem for problem in verify_chain())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "UPDATE audit_seal SET entries = 9",
        "DELETE FROM audit_seal",
    ],
)
def test_the_database_refuses_changes(statement: str) -> None:
    write()
    seal()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_sealers_cover_every_entry_once() -> None:
    write(20)
    seals = [made for made in at_once([seal, seal, seal]) if isinstance(made, Seal)]
    assert sum(made.entries for made in seals) == 20
    assert not Entry.objects.filter(seal__isnull=True).exists()
    assert verify_chain() == []


def test_a_list_view_writes_one_entry_a_row() -> None:
    viewer = factories.staff("official")
    record_views(actor=viewer, action="child.list", object_type="child", places={"1": "", "2": ""})
    rows = Entry.objects.filter(action="child.list")
    assert set(rows.values_list("object_id", "actor_label")) == {("1", viewer.username), ("2", viewer.username)}


def test_an_entry_lives_and_dies_with_its_transaction() -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert not Entry.objects.exists()
