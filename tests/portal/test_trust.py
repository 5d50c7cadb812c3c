"""Trust: states that cannot be are found, the log is recomputed, and its anchors stand for everybody."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from audit.models import Anchor, DailyCheck, Seal
from audit.services import anchor, record, seal
from enrollment.seasons.models import Application
from foundation import clock
from portal.trust.checks import CHAIN, CHECKS, check_day, words_of
from portal.trust.tasks import FROM_HOUR, checks_of_today
from tests import factories
from tests.entering import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def played() -> Application:
    place = factories.world()
    for state in ("returned", "approved", "enrolled", "appealed"):
        factories.application(state, place=place)
    return factories.application("attention", place=place)


def found(day: list[DailyCheck]) -> dict[str, int]:
    return {one.name: one.found for one in day if one.found}


@pytest.mark.usefixtures("played")
def test_a_season_as_it_should_be_has_nothing_to_find() -> None:
    seal()
    made = check_day(clock.today())
    assert {one.name for one in made} == {CHAIN, *CHECKS}
    assert found(made) == {}
    assert all(words_of(one.name) != one.name for one in made)


WRONG = {
    "state": "UPDATE enrollment_application SET state = 'verifying' WHERE state = 'attention'",
    "returned": "UPDATE enrollment_returnrequest SET answered_at = now()",
    "appealed": "UPDATE enrollment_appeal SET state = 'dismissed'",
    "placed": "UPDATE enrollment_offer SET school_id = NULL",
    "early": "UPDATE enrollment_application SET state = 'in_pool' WHERE state = 'approved'",
    "checking": """UPDATE enrollment_application SET state = 'verifying', state_at = now() - interval '3 days'
                   WHERE state = 'attention'""",
    "answers": """UPDATE enrollment_application SET state = 'offered', next_step_by = now() - interval '9 days'
                  WHERE state = 'enrolled'""",
    "messages": """UPDATE notifications_message SET state = 'queued', created_at = now() - interval '3 days'
                   WHERE id = (SELECT min(id) FROM notifications_message)""",
}


@pytest.fixture
def past_the_triggers() -> Iterator[None]:
    """What no service does is done by hand, as somebody with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize("name", sorted(WRONG))
@pytest.mark.usefixtures("past_the_triggers")
def test_each_state_that_cannot_be_is_found(played: Application, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRONG[name])
    made = check_day(clock.today())
    assert found(made).get(name), found(made)
    assert next(one for one in made if one.name == name).examples


@pytest.mark.usefixtures("played", "past_the_triggers")
def test_an_altered_entry_is_found_by_page_and_command() -> None:
    seal()
    call_command("verify_chain")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET actor_label = 'nobody' WHERE id = (SELECT min(id) FROM audit_entry)")
    with pytest.raises(CommandError, match="was altered"):
        call_command("verify_chain")
    assert found(check_day(clock.today()))[CHAIN] == 1


def test_a_day_is_anchored_once_it_is_sealed(played: Application) -> None:
    today = clock.today()
    assert anchor(today) is None  # the day is not over
    with clock.at(clock.now() + timedelta(days=1)):
        assert anchor(today) is None  # entries of it are not sealed
        made = seal()
        first = anchor(today)
        assert first is not None
        assert made is not None
        assert first.digest == made.digest
        record(actor=None, action="trust.check", object_type="trust", object_id="1")
        seal()
        again = anchor(today)
        assert again == first
    assert Anchor.objects.count() == 1
    page = Client().get("/anchors.json").json()
    assert page["anchors"][0]["digest"] == first.digest
    assert first.digest in Client().get("/anchors/").text
    call_command("verify_chain", anchor=first.digest)
    with pytest.raises(CommandError, match="no seal"):
        call_command("verify_chain", anchor="0" * 64)
    assert Seal.objects.count() == 2


def test_the_checks_of_a_day_are_made_once_by_a_worker(played: Application) -> None:
    night = clock.now().astimezone(clock.SHANGHAI).replace(hour=FROM_HOUR - 1, minute=30)
    with clock.at(night):
        checks_of_today(None)  # type: ignore[arg-type]
        assert not DailyCheck.objects.exists()
    with clock.at(night + timedelta(hours=1)):
        checks_of_today(None)  # type: ignore[arg-type]
        first = DailyCheck.objects.values_list("made_at", flat=True)[0]
        checks_of_today(None)  # type: ignore[arg-type]
    assert set(DailyCheck.objects.values_list("made_at", flat=True)) >= {first}
    assert DailyCheck.objects.count() == len(CHECKS) + 1


@pytest.mark.parametrize(("role", "status"), [("supervisor", 200), ("city", 200), ("official", 404), ("clerk", 404)])
def test_the_page_is_the_supervisors(played: Application, role: str, status: int) -> None:
    client = signed_in(factories.staff(role), "zh-hans")
    assert client.get("/official/trust/").status_code == status
    assert client.post("/official/trust/").status_code == (302 if status == 200 else 404)
    if status == 200:
        assert "一切正常" in client.get("/official/trust/").text


def test_a_supervisor_reads_cases_and_appeals_and_who_looked_and_changes_nothing(played: Application) -> None:
    reviewer, supervisor = factories.staff("official"), factories.staff("supervisor")
    address = f"/admin/enrollment/application/{played.pk}/change/"
    signed_in(reviewer, "zh-hans").get(address)
    client = signed_in(supervisor, "zh-hans")
    page = client.get(address)
    assert page.status_code == 200
    assert str(reviewer) in page.text
    assert 'name="decision"' not in page.text
    listed = client.get("/admin/enrollment/appeal/?desk=all")
    assert listed.status_code == 200
    appealed = Application.objects.get(state="appealed")
    assert appealed.receipt in listed.text
    case = client.get(f"/admin/enrollment/appeal/{appealed.appeals.get().pk}/change/")
    assert case.status_code == 200
    assert 'name="decision"' not in case.text
    assert "谁查看过" not in signed_in(reviewer, "zh-hans").get(address).text
