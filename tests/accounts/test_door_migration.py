"""What was readable in an older database is encrypted by the migrations, and readable again when they are undone."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import TokenDevice
from enrollment.models import Application, Transition
from foundation import clock
from tests import factories
from tests.enrollment.test_decisions import REASON
from tests.lottery.factories import ceremony

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("accounts", "0004_assist"), ("enrollment", "0016_waiting_age")]


@pytest.fixture(autouse=True)
def newest() -> Iterator[None]:
    yield
    step(None)


def step(to: list[tuple[str, str]] | None) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(to or executor.loader.graph.leaf_nodes())


def raw(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def test_keys_and_reasons_are_encrypted_and_come_back() -> None:
    ceremony(pupils=2)
    application = Application.objects.order_by("pk")[0]
    for reason in (REASON, ""):
        Transition.objects.create(
            application=application, source="a", event=f"b{reason[:1]}", target="c", reason=reason, at=clock.now()
        )
    keys = {one.pk: one.key for one in TokenDevice.objects.all()}
    reasons = "SELECT reason FROM enrollment_transition WHERE reason <> ''"
    assert len(keys) > 3
    assert REASON not in raw(reasons)
    step(BEFORE)
    assert raw(reasons) == [REASON]
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, key FROM otp_totp_totpdevice")
        assert dict(cursor.fetchall()) == keys
    step(None)
    assert REASON not in raw(reasons)
    assert Transition.objects.get(event=f"b{REASON[:1]}").reason == REASON
    assert {one.pk: one.key for one in TokenDevice.objects.all()} == keys
    assert raw("SELECT key FROM otp_totp_totpdevice") == []
    assert factories.staff("official").pk  # the numbers go on after those that came along
    with pytest.raises(Exception, match="never changed"):
        Transition.objects.filter(event=f"b{REASON[:1]}").update(reason="x")
