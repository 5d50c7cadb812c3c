"""States and events are named by their enumerations; a word in quotes is a state that nobody checks."""

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pytest
from django.apps import apps
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from accounts.face.states import FACE_CHECK, FaceCheckEvent
from accounts.models import FaceCheck, StaffChange
from accounts.people.states import STAFF_CHANGE, StaffChangeEvent
from enrollment.appeals.models import Appeal
from enrollment.appeals.states import APPEAL, AppealStep
from enrollment.cases import states as cases
from enrollment.cases.models import Enquiry, JointCase
from enrollment.cases.states import ENQUIRY, JOINT_CASE, EnquiryEvent, JointCaseEvent
from enrollment.documents.guards_sql import KEEP_DOCUMENTS
from enrollment.false_declarations import states as declarations
from enrollment.false_declarations.models import DeclarationCase
from enrollment.false_declarations.states import DeclarationStep
from enrollment.own_form.models import FormDraft
from enrollment.seasons import states as seasons
from enrollment.seasons.models import ApplicationState, Round
from enrollment.seasons.states import APPLICATION, ROUND, ApplicationEvent, RoundEvent, RoundState
from enrollment.setup import states as setup
from enrollment.setup.models import SeasonDraft
from enrollment.setup.states import DRAFT, DraftEvent
from foundation.transitions import TransitionTable
from helpdesk.models.petitions import Petition
from helpdesk.petitions import states as petitions
from helpdesk.petitions.states import PETITION, PetitionEvent
from imports import states as imports
from imports.models import Import
from imports.states import IMPORT, ImportEvent
from lottery.admission.models import AdmissionRun
from lottery.admission.states import RUN, RunEvent
from lottery.ceremony.models import Draw
from lottery.ceremony.states import DRAW, DrawEvent, DrawState
from lottery.classes.models import ClassRun
from lottery.classes.states import CLASS_RUN, ClassEvent
from notifications import models as notifications
from notifications import outcomes
from notifications.models import Message
from portal.catalogue import ROOMS
from portal.rehearsing import report
from portal.rehearsing import states as rehearsing
from portal.rehearsing.models import Rehearsal
from portal.rehearsing.states import REHEARSAL, RehearsalEvent

ROOT: Final = Path(__file__).resolve().parent.parent.parent
# each runs alone with the standard library and shares no code
ALONE: Final = frozenset({"lottery/audit.py", "lottery/class_audit.py"})
# what is called a state and is none of a row: of a part that runs, of a data item's switch, of a person on a page
OTHER: Final = frozenset(
    {"good", "slow", "bad", "on", "off", "off_above", "absent", "disabled", "away", "active", "idle"}
)
LOOKUP: Final = re.compile(r"(?:^|.*_)(state|event)s?(?:__\w+)?$")


def _name(node: ast.expr) -> str:
    """What an expression is called where it is read: a variable, an attribute, a key."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str(name)), *_]):
            return name
    return ""


def _stated(node: ast.expr) -> bool:
    """Whether an expression is called like a state or an event."""
    return bool(LOOKUP.match(_name(node)))


def _words(node: ast.expr | None) -> Iterator[str]:
    """The texts that an expression is, or holds as a collection or a choice of two."""
    match node:
        case ast.Constant(value=str(word)) if word and word not in OTHER:
            yield word
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            for part in parts:
                yield from _words(part)
        case ast.IfExp(body=first, orelse=second) | ast.BinOp(left=first, right=second):
            yield from _words(first)
            yield from _words(second)
        case ast.Starred(value=inner):
            yield from _words(inner)
        case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple"), args=parts):
            for part in parts:
                yield from _words(part)


def _of(node: ast.AST) -> Iterator[str]:
    """The raw states and events that one node itself compares, passes or sets."""
    match node:
        case ast.keyword(arg=str(name), value=value) if LOOKUP.match(name):
            yield from _words(value)
        case ast.Compare(left=left, comparators=others) if any(map(_stated, (left, *others))):
            yield from _words(ast.Tuple([left, *others]))
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _set(target, value)
        case ast.AnnAssign(target=target, value=value) if _stated(target):
            yield from _words(value)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and LOOKUP.match(str(key.value)):
                    yield from _words(value)
        case ast.Match(subject=subject) if _stated(subject):
            for part in ast.walk(node):
                if isinstance(part, ast.MatchValue):
                    yield from _words(part.value)


def _set(target: ast.expr, value: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for one, given in zip(target.elts, value.elts, strict=True):
            yield from _set(one, given)
    elif not (isinstance(target, ast.Name) and target.id.isupper()) and _stated(target):
        yield from _words(value)


def raw(source: str) -> list[str]:
    """Raw states and events of a file with their lines; conditions in a model's Meta are texts of the database."""
    found: dict[tuple[int, str], None] = {}
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            continue
        for word in _of(node):
            found[getattr(node, "lineno", 0), word] = None
        waiting += ast.iter_child_nodes(node)
    return [f"{line}: {word}" for line, word in sorted(found)]


def product(room: str) -> Iterator[tuple[str, str]]:
    """The files of a room, with their source, that have to name states by their members."""
    for path in sorted((ROOT / room).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if "migrations" not in path.parts and name not in ALONE and path.name != "states.py":
            yield name, path.read_text("utf-8")


@pytest.mark.parametrize("room", ROOMS)
def test_no_state_or_event_is_written_in_quotes(room: str) -> None:
    found = {name: raw(source) for name, source in product(room)}
    assert found
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "planted",
    [
        'rows.filter(state="open")',
        'rows.filter(application__state__in=["open", State.CLOSED])',
        'Q(round__state__in=("open",)) | Q(pk=1)',
        'application_step(application=one, event="open", actor=None)',
        'rows.filter(transitions__event="open")',
        'update(new_state="open", at=now)',
        'found = one.application.state == "open"',
        'found = "open" != state',
        'found = one.state in {"open", "closed"}',
        'found = one.state not in frozenset({"open"})',
        'found = row["state"] == "open"',
        'found = one.get("state") in ("open",)',
        'if event == "open" or event == RoundEvent.CLOSE: pass',
        'one.state = "open"',
        'one.state, one.at = "open", now',
        'event = "open" if first else "close"',
        'values = {"state": "open"}',
        'match one.state:\n    case "open": pass',
        'class Row:\n    state: str = "open"',
    ],
)
def test_a_planted_word_is_found(planted: str) -> None:
    assert any(
        line.endswith(": open") for line in raw(f"def planted():\n    {planted.replace(chr(10), chr(10) + '    ')}")
    )


@pytest.mark.parametrize(
    "sound",
    [
        "rows.filter(state=RoundState.OPEN)",
        "rows.filter(state__in=[RoundState.OPEN, *MORE])",
        'rows.filter(kind="open")',
        'found = one.state == ""',
        'found = one.state == "good"',
        'order_by("state")',
        'values = {"event": one.event}',
        'class Row:\n    class Meta:\n        condition = Q(state="open")',
    ],
)
def test_what_names_a_member_is_left_alone(sound: str) -> None:
    assert raw(sound) == []


TABLES: Final[Mapping[str, tuple[TransitionTable, type[models.TextChoices] | type[StrEnum], type[StrEnum], int]]] = {
    # table, states, events, and how many events begin a row and are no step of it
    "application": (APPLICATION, ApplicationState, ApplicationEvent, 0),
    "round": (ROUND, RoundState, RoundEvent, 0),
    "appeal": (APPEAL, Appeal.State, AppealStep, 1),
    "declaration": (declarations.CASE, DeclarationCase.State, DeclarationStep, 1),
    "joint case": (JOINT_CASE, JointCase.State, JointCaseEvent, 0),
    "enquiry": (ENQUIRY, Enquiry.State, EnquiryEvent, 0),
    "petition": (PETITION, Petition.State, PetitionEvent, 1),
    "season's draft": (DRAFT, SeasonDraft.State, DraftEvent, 0),
    "form's draft": (DRAFT, FormDraft.State, DraftEvent, 0),
    "import": (IMPORT, Import.State, ImportEvent, 0),
    "run": (RUN, AdmissionRun.State, RunEvent, 0),
    "draw": (DRAW, DrawState, DrawEvent, 0),
    "classes": (CLASS_RUN, ClassRun.State, ClassEvent, 0),
    "staff": (STAFF_CHANGE, StaffChange.State, StaffChangeEvent, 0),
    "face check": (FACE_CHECK, FaceCheck.State, FaceCheckEvent, 0),
    "rehearsal": (REHEARSAL, Rehearsal.State, RehearsalEvent, 0),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_states_and_events_of_its_enumerations(name: str) -> None:
    table, states, events, beginnings = TABLES[name]
    assert set(table.states()) == {one.value for one in states}
    made = {step.event for step in table.steps}
    assert made <= set(events)
    assert len(set(events) - made) == beginnings


def test_states_that_a_pure_file_lists_are_members() -> None:
    """Files without Django cannot name the choices of a model; what they list is held against them here."""
    of_applications = (seasons.ENDED_STATES, seasons.LIVE_STATES, seasons.OPEN_FOR_REVIEW, seasons.UNSETTLED)
    assert {word for words in (*of_applications, report.UNSETTLED) for word in words} <= set(ApplicationState.values)
    assert set(cases.OPEN) <= set(JointCase.State.values)
    assert set(declarations.OPEN) <= set(DeclarationCase.State.values)
    assert set(setup.OPEN) <= set(SeasonDraft.State.values)
    assert set(petitions.OPEN) <= set(Petition.State.values)
    assert {*imports.AT_WORK, *imports.KEPT} <= set(Import.State.values)
    assert set(rehearsing.LIVE) <= set(Rehearsal.State.values)
    assert set(notifications.UNREACHED) <= set(Message.State.values)


def test_what_follows_an_answer_of_a_channel_is_a_state_of_a_message() -> None:
    tree = ast.parse(Path(outcomes.__file__).read_text("utf-8"))
    following = {
        word
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node.func) == "Next"
        for word in _words(node.args[0])
    }
    assert len(following) > 2
    assert following <= set(Message.State.values)


# pure, or written before the class whose states they are: held against the enumeration above
LISTS: Final = frozenset({"notifications/models.py", "portal/rehearsing/report.py"})
HELD: Final = (
    frozenset(Message.State.values),
    *(frozenset(str(one.value) for one in states) for _table, states, _events, _beginnings in TABLES.values()),
)


def listed(source: str) -> list[str]:
    """Collections of two texts or more that are all states of the same kind of row, with their lines."""
    found = []
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            continue
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            words = set(_words(node))
            if len(words) > 1 and len(words) == len(node.elts) and any(words <= held for held in HELD):
                found.append(f"{node.lineno}: {sorted(words)}")
        waiting += ast.iter_child_nodes(node)
    return sorted(found)


@pytest.mark.parametrize("room", ROOMS)
def test_no_list_of_states_is_written_in_quotes(room: str) -> None:
    found = {name: listed(source) for name, source in product(room) if name not in LISTS}
    assert found
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_planted_list_is_found() -> None:
    assert listed('READ = ("approved", "in_pool")') == ["1: ['approved', 'in_pool']"]
    assert listed('LIVE = frozenset({"open", "paused"})') == ["1: ['open', 'paused']"]
    assert listed('READ = ("approved", "by nobody")') == []
    assert listed("LIVE = frozenset({RoundState.OPEN, RoundState.PAUSED})") == []


STATES: Final[Mapping[type[models.Model], frozenset[str]]] = {
    Round: frozenset(RoundState),
    Draw: frozenset(DrawState),
}


def _conditions(condition: Q | tuple[str, object]) -> Iterator[tuple[str, str]]:
    """The states that a condition names, each with the field it is about."""
    if isinstance(condition, Q):
        for child in condition.children:
            yield from _conditions(child)  # type: ignore[arg-type] # a child is a Q or a pair
        return
    field, _lookup, _rest = condition[0].partition("__")
    if field == "state":
        words = condition[1] if isinstance(condition[1], list | tuple | set | frozenset) else [condition[1]]
        for word in words:
            yield field, str(word)


def test_conditions_of_the_database_name_states_of_their_model() -> None:
    seen = 0
    for model in apps.get_models():
        meta = model._meta
        for rule in (*meta.constraints, *meta.indexes):
            if not isinstance(rule, CheckConstraint | UniqueConstraint | Index) or not isinstance(rule.condition, Q):
                continue
            for field, word in _conditions(rule.condition):
                held: Any = meta.get_field(field)
                choices = {str(value) for value, _label in held.flatchoices}
                assert word in (STATES.get(model) or choices), (rule.name, word)
                seen += 1
    assert seen > 20


def test_a_trigger_names_the_open_states_of_an_appeal() -> None:
    listed = re.findall(r"state NOT IN \(([^)]*)\)", KEEP_DOCUMENTS)
    assert [set(re.findall(r"'(\w+)'", words)) for words in listed] == [set(Appeal.OPEN)]
