"""What the draw binds is what decides: every column of every row that feeds a run is changed behind the portal's back.

Found by reflection: a new column of these tables fails here until somebody decides whether a run reads it.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Field, Model, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from audit.models import Entry
from enrollment.seasons.models import Application, ApplicationVersion, PolicyVersion, Round, Season
from foundation.errors import Refusal, Refused
from lottery import audit as verifier
from lottery.admission.models import AdmissionRun, Placement
from lottery.admission.services import run_compute, run_publish_confirm
from lottery.afterwards.models import FillRun, WaitingEntry
from lottery.afterwards.services import fill_preview
from lottery.ceremony.models import Confirmation, Draw, Nonce, PublicFile, PublicPart, RollEntry
from lottery.engine.drawing.tickets import roll_row
from schools.models import District, School, SeatPlan
from tests.lottery.afterwards.test_waiting_lists import accept_all, decline, placed_at
from tests.lottery.ceremony.test_draw import audit, saved
from tests.lottery.factories import Ceremony, ceremony, token

pytestmark = pytest.mark.django_db
# "refused": the run stops; "unread": the run is the same to the last bit; "lost": the row is not found at all.
REFUSED, UNREAD, LOST = "refused", "unread", "lost"


def names(model: type[Model]) -> set[str]:
    return {one.attname for one in model._meta.concrete_fields}


APPLICATION = (
    "id receipt round_id child_id guardian_id district_code season_year stage rehearsal child_index state version"
    " channel online uploads fill_seconds group_code tier points order zone_code review_school_id needs_person"
    " needs_offline_check sibling_key submitted_at state_at next_step_by pattern materials household_here"
)
VERSION = (
    "id application_id number policy_id claims claims_hash choices client_token submitted_by_id submitted_at facts"
    " evaluation settled assessed_at assess_at answers_from visit_id form_id"
)
DECIDED: dict[type[Model], dict[str, str]] = {
    RollEntry: {
        "id": UNREAD,
        "draw_id": REFUSED,
        "position": REFUSED,
        "application_id": REFUSED,
        "group_id": REFUSED,
        "salt": REFUSED,
        "leaf": REFUSED,
        "row": REFUSED,
        "facts": REFUSED,
    },
    Draw: {
        "id": REFUSED,
        "round_id": LOST,
        "state": UNREAD,  # the state of the round decides what may happen
        "sibling_rule": REFUSED,
        "method": REFUSED,
        "roll_root": REFUSED,
        "roll_count": REFUSED,
        "seats": REFUSED,
        "commitment": REFUSED,
        "public_value": REFUSED,
        "seed": REFUSED,
        "order_digest": UNREAD,
        "frozen_at": UNREAD,  # announced within the commitment
        "drawn_at": UNREAD,
    },
    Nonce: {
        "id": UNREAD,
        "draw_id": REFUSED,
        "witness_id": REFUSED,
        "commitment": REFUSED,
        "committed_at": UNREAD,
        "value": REFUSED,
        "revealed_at": UNREAD,  # whether it is there counts, not when it was
    },
    Confirmation: {
        "id": UNREAD,
        "round_id": REFUSED,
        "step": REFUSED,
        "subject": REFUSED,
        "official_id": UNREAD,  # that two different people confirmed counts; who they were is in the log
        "at": UNREAD,
    },
    PublicFile: {
        "id": UNREAD,
        "round_id": REFUSED,
        "name": REFUSED,
        "sha256": REFUSED,
        "body": REFUSED,
        "made_at": UNREAD,
    },
    PolicyVersion: {
        "id": LOST,
        "district_id": UNREAD,
        "code": REFUSED,
        "number": REFUSED,
        "text": REFUSED,
        "digest": REFUSED,
        "created_at": UNREAD,
    },
    Round: {
        "id": LOST,
        "season_id": LOST,
        "stage": REFUSED,
        "kind": REFUSED,
        "policy_id": REFUSED,
        "opens_at": UNREAD,
        "closes_at": UNREAD,
        "results_at": UNREAD,
        "check_on": UNREAD,
        "answer_days": UNREAD,  # read when the places are published
        "seat_days": UNREAD,
        "form_id": UNREAD,  # what was asked stands with each version
        "reminders": UNREAD,
        "state": LOST,  # a run is asked for in one state only
        "pause_reason": UNREAD,
    },
    School: {
        "code": REFUSED,
        "district_id": UNREAD,
        "name": UNREAD,  # a word in the explanation
        "kind": REFUSED,
        "education_group": REFUSED,
        "town": REFUSED,
        "address": UNREAD,
        "longitude": REFUSED,
        "latitude": REFUSED,
        "phone": UNREAD,
        "features": UNREAD,
        "facilities": UNREAD,
        "consult_hours": UNREAD,
        "english": UNREAD,
        "fees": UNREAD,
    },
    SeatPlan: dict.fromkeys(("id", "school_id", "year", "stage", "seats", "class_size"), UNREAD),  # Draw.seats counts
    # what the roll states of an application was copied into its line when it was frozen
    Application: {**dict.fromkeys(APPLICATION.split(), UNREAD), "id": REFUSED, "receipt": REFUSED},
    ApplicationVersion: dict.fromkeys(VERSION.split(), UNREAD),
}
# what a run looks at beside these, none of which decides a place
BESIDE = {Season, District, AdmissionRun, Entry}
EVERY = [(model, column) for model, columns in DECIDED.items() for column in columns]


@contextmanager
def direct_rights() -> Iterator[None]:
    """As somebody who owns the database: no trigger and no foreign key stands in the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.fixture(autouse=True)
def undone(db: None) -> Iterator[None]:
    """What was changed without regard to foreign keys is rolled back unchecked."""
    yield
    transaction.set_rollback(True)


def row_of(model: type[Model], one: Ceremony) -> QuerySet[Any]:
    """One row of the model that stands behind the run."""
    first = RollEntry.objects.filter(draw__round=one.round).order_by("position")[0]
    found: dict[type[Model], dict[str, Any]] = {
        RollEntry: {"pk": first.pk},
        Draw: {"round": one.round},
        Nonce: {"draw__round": one.round, "witness": one.witnesses[0]},
        Confirmation: {"round": one.round, "step": "draw", "official": one.officials[0]},
        PublicFile: {"round": one.round, "name": "announcement.json"},
        PolicyVersion: {"pk": one.round.policy_id},
        Round: {"pk": one.round.pk},
        School: {"pk": "WL02"},
        SeatPlan: {"school": "WL02"},
        Application: {"pk": first.application_id},
        ApplicationVersion: {"application": first.application_id, "number": 1},
    }
    return model._default_manager.filter(**found[model])


def other(field: "Field[Any, Any]", value: Any) -> Any:
    """Another value that the column can hold."""
    if field.attname == "facts" and isinstance(value, str):
        return json.dumps(json.loads(value) | {"tier": 0}, sort_keys=True, separators=(",", ":"))
    if field.attname == "kind":
        return "private"
    if isinstance(value, dict):
        return {**value, "leaf" if "leaf" in value else "WL01": 99}
    if isinstance(value, list):
        return [*value, value[0] if value else 1]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1000
    if isinstance(value, bytes | memoryview):
        return bytes(value)[:-9] + bytes(9)
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    return _of_type(field, value)


def _of_type(field: "Field[Any, Any]", value: Any) -> Any:
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, UUID):
        return uuid4()
    assert value is None
    kind = field.get_internal_type()
    return {"DateField": "2026-06-01", "DateTimeField": "2026-06-01T00:00:00Z", "CharField": "x", "TextField": "x"}.get(
        kind, 1
    )


def field_of(model: type[Model], column: str) -> "Field[Any, Any]":
    return next(field for field in model._meta.concrete_fields if field.attname == column)


def tamper(one: Ceremony, model: type[Model], column: str) -> None:
    rows = row_of(model, one)
    (row,) = rows
    value = other(field_of(model, column), getattr(row, column))
    if (model, column) == (Round, "policy_id"):
        policy = PolicyVersion.objects.get(pk=row.policy_id)
        policy.pk, policy.number = None, 7
        policy.save()
        value = policy.pk
    with direct_rights():
        assert rows.update(**{column: value}) == 1


def test_every_column_is_decided() -> None:
    for model, columns in DECIDED.items():
        assert set(columns) == names(model), f"{model.__name__}: decide what a changed column means for a run"


def test_every_table_that_a_run_reads_is_decided() -> None:
    one = ceremony(pupils=4)
    one.drawn()
    with CaptureQueriesContext(connection) as queries:
        run_compute(official=one.officials[0], round_id=one.round.pk)
    read = {name for query in queries for name in re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"])}
    models: tuple[type[Model], ...] = (*DECIDED, *BESIDE, PublicPart)
    known = {model._meta.db_table for model in models}
    assert {name for name in read - known if not name.startswith("accounts_")} == set()


@pytest.mark.parametrize(("model", "column"), EVERY, ids=[f"{model.__name__}.{name}" for model, name in EVERY])
def test_a_column_changed_after_the_draw(model: type[Model], column: str) -> None:
    one = ceremony(pupils=6)
    one.drawn()
    before = run_compute(official=one.officials[0], round_id=one.round.pk)
    tamper(one, model, column)
    decision = DECIDED[model][column]
    if decision == UNREAD:
        again = run_compute(official=one.officials[0], round_id=one.round.pk)
        assert (again.digest, again.inputs_digest) == (before.digest, before.inputs_digest)
        return
    with pytest.raises((Refusal, Draw.DoesNotExist)) as refused:
        run_compute(official=one.officials[0], round_id=one.round.pk)
    assert not AdmissionRun.objects.filter(pk__gt=before.pk, state="computed").exists()
    if decision == REFUSED:
        assert isinstance(refused.value, Refusal)
        assert refused.value.code in {"bound", "stale"}
        run = AdmissionRun.objects.latest("pk")
        assert (run.state, run.reason) == ("failed", refused.value.message)
        alarm = Entry.objects.get(action="alarm.bound")
        assert (alarm.object_id, alarm.district_code) == (str(one.round.pk), "430702")
        assert alarm.details["code"].startswith("bound.")


@pytest.mark.parametrize("column", ["facts", "group_id", "salt", "leaf", "row"])
def test_a_line_changed_between_the_run_and_its_publication_publishes_nothing(column: str) -> None:
    one = ceremony(pupils=6)
    run = one.computed()
    run_publish_confirm(official=one.officials[0], run_id=run.pk, token=token(one.officials[0]))
    tamper(one, RollEntry, column)
    with pytest.raises(Refused) as refused:
        run_publish_confirm(official=one.officials[1], run_id=run.pk, token=token(one.officials[1]))
    run.refresh_from_db()
    assert (refused.value.code, run.state, Placement.objects.count()) == ("bound", "failed", 0)
    assert Entry.objects.filter(action="alarm.bound").count() == 1


def test_facts_raised_together_with_their_leaf_lead_to_another_root() -> None:
    one = ceremony(pupils=6)
    one.drawn()
    entry = row_of(RollEntry, one).select_related("application").get()
    facts = entry.facts.replace(f'"tier":{json.loads(entry.facts)["tier"]}', '"tier":0')
    made = roll_row(entry.application.receipt, salt=bytes.fromhex(entry.salt), group=entry.group_id, facts=facts)
    row = {"receipt_hash": made.receipt_hash, "group": made.group, "leaf": made.leaf}
    with direct_rights():
        row_of(RollEntry, one).update(facts=facts, leaf=made.leaf, row=row)
    with pytest.raises(Refused) as refused:
        run_compute(official=one.officials[0], round_id=one.round.pk)
    assert refused.value.code == "bound"
    assert Entry.objects.get(action="alarm.bound").details["code"] == "bound.root"


def test_the_official_reads_what_happened_and_what_to_do() -> None:
    one = ceremony(pupils=6)
    one.drawn()
    tamper(one, RollEntry, "facts")
    with override("zh-hans"), pytest.raises(Refused) as refused:
        run_compute(official=one.officials[0], round_id=one.round.pk)
    assert "名册第1行" in refused.value.message
    assert "公证" in refused.value.message


WAITING = [name for name in sorted(names(WaitingEntry)) if name not in {"id", "lists_id"}]
PLACED = [name for name in sorted(names(Placement)) if name not in {"id", "run_id"}]


@pytest.mark.parametrize(
    ("model", "column"),
    [(RollEntry, "facts"), *((Placement, name) for name in PLACED), *((WaitingEntry, name) for name in WAITING)],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_freed_seats_are_not_filled_from_changed_rows(model: type[Model], column: str) -> None:
    one = ceremony(pupils=20, seats=5)
    run = one.published()
    accept_all()
    decline(placed_at("WL01"))
    made = fill_preview(official=one.officials[0], round_id=one.round.pk)
    row = model._default_manager.order_by("pk")[0]
    with direct_rights():
        new = {column: other(field_of(model, column), getattr(row, column))}
        model._default_manager.filter(pk=row.pk).update(**new)
    with pytest.raises(Refused) as refused:
        fill_preview(official=one.officials[0], round_id=one.round.pk)
    assert refused.value.code == "bound"
    assert Entry.objects.filter(action="alarm.bound", object_id=str(run.round_id)).count() == 1
    assert FillRun.objects.get().pk == made.pk


def test_the_certificate_says_how_many_leaves_were_made_again_and_the_family_sees_its_own_decided(
    tmp_path: Path,
) -> None:
    one = ceremony(pupils=20, seats=6)
    run = one.published()
    draw = Draw.objects.get(round=one.round)
    assert run.result["certificate"]["leaves"] == {"compared": 20, "root": draw.roll_root}
    files = [saved(one.round.pk, name, tmp_path) for name in ("admission.json", "transcript.json", "roll.csv")]
    family = RollEntry.objects.select_related("application__guardian")[0].application
    client = Client()
    client.force_login(family.guardian)
    mine = tmp_path / "mine.json"
    mine.write_bytes(client.get(f"/results/{one.round.pk}/my-ticket.json").content)
    drawn = ("--transcript", files[1], "--roll", files[2], "--proof", mine)
    found = audit("admission", files[0], *drawn)
    assert (found.returncode, found.stderr) == (0, "")
    assert "the bureau made 20 leaves again before the run" in found.stdout
    assert f"{family.receipt}: 2 choices decided as your leaf binds them" in found.stdout
    public, draw_body = json.loads(files[0].read_text()), json.loads(files[1].read_text())["announcement"]
    own = json.loads(mine.read_text())["applications"][0]
    row = next(one for one in public["problem"]["pupils"] if one["id"] == own["row"]["receipt_hash"])
    row["choices"][0]["tier"] += 1
    with pytest.raises(verifier.DifferenceError, match="tier of"):
        verifier.check_own(own, public, draw_body)
    row["choices"].pop()
    with pytest.raises(verifier.DifferenceError, match="choices of"):
        verifier.check_own(own, public, draw_body)


def test_a_run_that_made_no_leaves_again_is_not_verified_against_its_draw(tmp_path: Path) -> None:
    one = ceremony(pupils=8)
    one.published()
    files = [saved(one.round.pk, name, tmp_path) for name in ("admission.json", "transcript.json")]
    public = json.loads(files[0].read_text())
    del public["result"]["certificate"]["leaves"]
    files[0].write_text(json.dumps(public))
    found = audit("admission", files[0], "--transcript", files[1])
    assert (found.returncode, "root of the leaves" in found.stderr) == (1, True)
