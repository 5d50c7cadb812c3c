"""Every address of families, staff and programs, opened and pressed by everybody with one family's ids.

The addresses come from the site's own resolver: a parameter nobody here knows stops the test, so no page is forgotten.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Account
from enrollment.appeals.services import appeal_file
from enrollment.assisted.carried import TERMINAL_COOKIE
from enrollment.assisted.remote_help.services import help_ask
from enrollment.assisted.terminals.services import terminal_make, terminal_pair
from enrollment.cases.models import JointCase
from enrollment.cases.services.opening import Asking
from enrollment.cases.services.opening import case_open as joint_case_open
from enrollment.documents.models import Document, Upload
from enrollment.documents.places import OfDraft
from enrollment.documents.uploads.services import Announced, upload_open
from enrollment.false_declarations.services import case_open
from enrollment.filing.drafts.services import child_add, draft_open, draft_save
from enrollment.guardians.services.agreements import guardianship_end, protection_order, protection_set
from enrollment.seasons.models import Application, Child, Draft
from foundation import clock
from foundation.crypto import blind_index
from helpdesk.models import Petition
from helpdesk.petitions.services import Brought, petition_enter
from imports.models import Import
from schools.models import School
from schools.services import district_ensure
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk, clerk, open_visit
from tests.enrollment.documents.test_documents import add, told
from tests.enrollment.guardians.test_agreements import agreed, invited, person
from tests.enrollment.outcome.test_letters import placed
from tests.tables import checked, csv_of

pytestmark = pytest.mark.django_db
ROOMS = {"enrollment", "lottery", "helpdesk", "imports", "people"}
OTHER_DISTRICT = "430703"
HOME = "湖南省常德市武陵区滨湖路77号"
NAME = "合成秘密童"
FAMILYS = {  # parameters that name something of the family: whoever it does not belong to must not find it
    "application_id",
    "draft_id",
    "child_id",
    "document_id",
    "upload_id",
    "invitation_id",
    "guardianship_id",
    "appeal_id",
    "session_id",
    "visit_id",
    "case_id",
    "joint_id",
    "enquiry_id",
    "petition_id",
    "photo_id",
    "receipt",
}
OPEN = {"enrollment:check-print"}  # a code printed on the paper opens it to whoever holds the paper
BODY = {
    "declare": "yes",
    "client_token": "0f0f0f0f-0000-4000-8000-000000000001",
    "reason": "试一试",
    "reference": "2026-1",
    "on": "yes",
    "way": "paper",
    "covers": "file",
    "code": "123456",
    "accept": "yes",
    "sure": "yes",
    "confirm": "yes",
    "coming": "yes",
    "home_kind": "none",
    "choices": "WL02",
    "token": "0f0f0f0f-0000-4000-8000-000000000002",
    "quarters": "1",
    "text": "试一试",
    "field": "home_address",
}


@dataclass(slots=True)
class Victim:
    """One family that has done everything a family can do, and the values its addresses take."""

    place: factories.World
    guardian: Account
    child: Child
    filed: Application
    values: dict[str, list[str]]
    secrets: dict[str, str]

    def fingerprint(self) -> list[object]:
        """What only this family, or staff in charge of it, may change."""
        self.filed.refresh_from_db()
        rows: list[object] = [
            self.filed.state,
            Application.objects.filter(guardian=self.guardian).count(),
            self.filed.versions.count(),
            list(self.filed.transitions.order_by("pk").values_list("event", flat=True)),
            list(Draft.objects.filter(child__guardian=self.guardian).order_by("pk").values_list("answers", flat=True)),
            list(Document.objects.filter(owner=self.guardian).order_by("pk").values_list("pk", "rotation")),
            list(self.filed.appeals.values_list("pk", "state")),
            list(JointCase.objects.values_list("application", "state", "enquiries__state", "gap").order_by("pk")),
            list(Petition.objects.order_by("pk").values_list("state", "steps__event")),
            list(self.child.invitations.order_by("pk").values_list("pk", "state")),
            list(self.child.guardianships.order_by("pk").values_list("pk", "ended_at")),
            list(self.guardian.visits.order_by("pk").values_list("pk", "end_reason")),
            list(self.guardian.help_sessions.order_by("pk").values_list("pk", "ended_at")),
            self.guardian.protections.count(),
            self.filed.letters.count(),
            self.filed.attendances.count(),
            self.filed.check_ins.count(),
            list(Upload.objects.filter(draft__child__guardian=self.guardian).values_list("pk", "received")),
        ]
        self.guardian.refresh_from_db()
        return [*rows, self.guardian.phone, self.guardian.is_active, self.guardian.merged_into_id]


def asked_about(filed: Application) -> JointCase:
    """A question about the family that a department has on its desk."""
    Application.objects.filter(pk=filed.pk).update(state="in_review")
    asking = Asking(question="请核实（合成）", departments=["housing"], names_child=True)
    return joint_case_open(reviewer=factories.staff("reviewer", school="WL01"), application_id=filed.pk, asking=asking)


def victim() -> Victim:
    """The family whose ids everybody gets to hold."""
    filed = placed()
    place = factories.World(filed.round, School.objects.get(pk="WL01"), School.objects.get(pk="WL02"))
    owner = filed.guardian
    owner.phone = "+8619955550001"
    owner.phone_index = blind_index("phone", owner.phone)
    owner.save()
    child = child_add(guardian=owner, name=NAME, id_number=factories.child_number())
    draft = draft_open(guardian=owner, child=child, round_=place.round)
    answers = factories.answers(
        home_kind="contract", home_contract="WL2026000123", home_certificate="", home_address=HOME
    )
    draft = draft_save(guardian=owner, draft_id=draft.public_id, answers=answers)
    one = factories.Family(place, owner, child, draft, answers)
    told(one, household="empty", real_estate="empty")
    page = add(one)
    upload = upload_open(
        guardian=owner, announced=Announced(OfDraft(draft.public_id, "title"), uuid.uuid4(), 99, "a.pdf")
    )
    invitation, _code = invited(one, phone="+8619955550002")
    helped, _number = help_ask(guardian=owner, draft_id=draft.public_id, show_answers=True)
    joint = asked_about(filed)
    Application.objects.filter(pk=filed.pk).update(state="accepted")
    appeal = appeal_file(guardian=owner, application_id=filed.pk, reason="再看一次")
    case = case_open(
        reviewer=factories.staff("reviewer", school="WL01"), application_id=filed.pk, what="住房不属实（合成）"
    )
    told_of = Brought(
        factories.DISTRICT, "visit", "place", NAME, owner.phone, "请说明（合成）", clock.today(), receipt=filed.receipt
    )
    petition = petition_enter(official=factories.staff("official"), brought=told_of)
    version = filed.versions.get()
    values = {
        "application_id": [str(filed.pk)],
        "draft_id": [str(draft.public_id)],
        "child_id": [str(child.public_id), str(filed.child.public_id)],
        "document_id": [str(page.public_id)],
        "upload_id": [str(upload.public_id)],
        "invitation_id": [str(invitation.public_id)],
        "appeal_id": [str(appeal.pk)],
        "session_id": [str(helped.public_id)],
        "case_id": [str(case.public_id)],
        "joint_id": [str(joint.public_id)],
        "enquiry_id": [str(joint.enquiries.get().public_id)],
        "petition_id": [str(petition.public_id)],
        "receipt": [filed.receipt],
    }
    secrets = {
        "number": child.id_number,
        "number of the filed child": filed.child.id_number,
        "name": NAME,
        "address": "滨湖路77",
        "phone": owner.phone[3:],
        "guardian": answers["guardian_id"],
        "filed guardian": version.claims["answers"]["guardian_id"],
        "receipt": filed.receipt,
    }
    return Victim(place, owner, child, filed, values, secrets)


def patterns(resolver: Any, room: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every named address of the rooms and of the API."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            if str(one.pattern) not in {"admin/", "i18n/"}:
                yield from patterns(one, one.namespace or room)
        elif one.name and room in ROOMS | {""}:
            yield (f"{room}:{one.name}" if room else one.name), one


def addresses(family: Victim) -> Iterator[tuple[str, str, bool]]:
    """(name, path, names something of the family). Raises KeyError for a parameter nobody here knows."""
    never = ["00000000-0000-4000-8000-000000000000"]
    values: Mapping[str, list[str]] = {
        "round_id": [str(family.place.round.pk)],
        "run_id": ["1"],
        "district": [factories.DISTRICT],
        "place": [f"{factories.DISTRICT}-{factories.YEAR}"],
        "school": ["WL01"],
        "year": [str(factories.YEAR)],
        "number": ["1"],
        "code": ["changde"],
        "name": ["guardian", "home", "choices", "needs"],
        "kind": ["title"],
        "key": ["province"],
        "slug": ["privacy"],
        "language": ["zh"],
        "terminal_id": never,
        "guardianship_id": never,
        "visit_id": never,
        "photo_id": never,
        "gap_id": never,
        "import_id": [str(table_of_another())],
        "rehearsal_id": ["1"],
        "stage": ["primary"],
        **{f"enrollment:season-form{page}.kind": ["main"] for page in ("", "-preview", "-change", "-decide")},
        "enrollment:season-form-decide.action": ["ask", "back", "drop", "take", "x"],
        "enrollment:season-decide.action": ["ask", "back", "drop", "take", "x"],
        "enrollment:list-guide.kind": ["talent", "nosuchkind"],
        "imports:kind.kind": ["scores", "used-seats", "nosuchkind"],
        "imports:template.kind": ["scores", "used-seats", "nosuchkind"],
        "person_id": [*never, str(family.guardian.public_id)],
        "change_id": never,
        "leave_id": never,
        "role_id": ["1"],
        "key_id": ["1"],
        "token": ["nobodys-link"],
        "mark": ["here"],
        "answer": ["take", "keep", "refuse", "check-again", "ask-undo", "undo"],
        "way": ["right"],
        "action": ["withdraw", "accept", "decline", "take-back", "confirm", "move", "publish", "start", "x"],
        "enrollment:check-print.kind": ["receipt"],
        "enrollment:check-print.number": [family.filed.receipt],
        "enrollment:check-print.code": ["WRONG"],
        **family.values,
    }
    for name, pattern in patterns(get_resolver()):
        wanted = list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)
        names = [key for key in wanted if key not in pattern.default_args]
        for chosen in product(*(values.get(f"{name}.{key}") or values[key] for key in names)):
            try:
                path = reverse(name, kwargs={**dict(zip(names, chosen, strict=True)), **pattern.default_args})
            except NoReverseMatch:  # a value of another page's parameter of the same name
                continue
            yield name, path, bool(set(names) & FAMILYS)


def table_of_another() -> int:
    """A table that an official of the family's county has brought in, and that waits for a second person."""
    found = Import.objects.filter(kind="used-seats").first()
    if found is not None:
        return found.pk
    row = {"学校代码": "WL01", "学段": "小学", "入学日期": "2023-09-01", "儿童证件号": factories.child_number()}
    content = csv_of([{**row, "不动产权证号": "湘(2018)常德市不动产权第0012345号"}])
    return checked("used-seats", factories.DISTRICT, content, by=factories.staff("official")).pk


Enter = Callable[[], Client]


def signed_in(account: Account) -> Enter:
    def enter() -> Client:
        client = Client()
        client.force_login(account)
        return client

    return enter


def staff(account: Account, visit: Any = None) -> Enter:
    return lambda: at_desk(Client(), account, visit)


def as_anonymous(_family: Victim) -> Enter:
    return Client


def as_stranger(family: Victim) -> Enter:
    one = factories.family(family.place)
    one.submit()
    return signed_in(one.guardian)


def as_viewer(family: Victim) -> Enter:
    other = person()
    agreed(factories.Family(family.place, family.guardian, family.child, family.child.drafts.get()), other)
    return signed_in(other)


def shared_child(family: Victim) -> factories.Family:
    """The child that is filed and placed, as a family whose guardian invites."""
    return factories.Family(family.place, family.guardian, family.filed.child, family.child.drafts.get())


def as_second_whose_agreement_ended(family: Victim) -> Enter:
    other = person()
    made = agreed(shared_child(family), other, may_act=True)
    guardianship_end(account=family.guardian, guardianship_id=made.public_id)
    return signed_in(other)


def as_carer_after_the_last_day(family: Victim) -> Enter:
    other = person()
    with clock.at(clock.now() - timedelta(days=10)):
        agreed(shared_child(family), other, may_act=True, role="carer", until=9)
    return signed_in(other)


def as_second_of_another_family(family: Victim) -> Enter:
    other, one = person(), factories.family(family.place)
    one.submit()
    agreed(one, other, may_act=True)
    return signed_in(other)


def as_clerk_alone(_family: Victim) -> Enter:
    return staff(clerk())


def as_clerk_of_another_family(family: Victim) -> Enter:
    operator = clerk()
    assert family.guardian.pk
    return staff(operator, open_visit(operator))


def as_helper(_family: Victim) -> Enter:
    return staff(clerk(role="helper"))


def as_reviewer_elsewhere(_family: Victim) -> Enter:
    return staff(factories.staff("reviewer", school="WL02"))


def as_official_elsewhere(_family: Victim) -> Enter:
    district_ensure(code=OTHER_DISTRICT)
    return staff(factories.staff("official", district=OTHER_DISTRICT))


def as_notary(_family: Victim) -> Enter:
    return staff(factories.staff("notary"))


def as_supervisor(_family: Victim) -> Enter:
    return staff(factories.staff("supervisor"))


def as_department_that_is_not_asked(_family: Victim) -> Enter:
    return staff(factories.staff("department", department="market"))


def as_department_elsewhere(_family: Victim) -> Enter:
    return staff(factories.staff("department", district=OTHER_DISTRICT, department="housing"))


def as_terminal(_family: Victim) -> Enter:
    official = factories.staff("official")
    _terminal, code = terminal_make(official=official, name="大厅", district=factories.DISTRICT)
    _paired, cookie = terminal_pair(code=code)

    def enter() -> Client:
        client = Client()
        client.cookies[TERMINAL_COOKIE] = cookie
        return client

    return enter


OUTSIDERS = [
    as_anonymous,
    as_stranger,
    as_viewer,
    as_second_whose_agreement_ended,
    as_carer_after_the_last_day,
    as_second_of_another_family,
    as_clerk_alone,
    as_clerk_of_another_family,
    as_helper,
    as_reviewer_elsewhere,
    as_official_elsewhere,
    as_notary,
    as_supervisor,
    as_department_that_is_not_asked,
    as_department_elsewhere,
    as_terminal,
]
# who the shared child is, and nothing else of the family; what was brought before the bureau, by whom and about what
SEEN = {as_viewer: {"name"}, as_supervisor: {"name", "phone", "receipt"}}
OPENED = {as_viewer: {"enrollment:shared"}, as_supervisor: {"helpdesk:petition"}}


def told_to(answer: Any, family: Victim, path: str) -> set[str]:
    """Which of the family's secrets an answer tells, beside the address that was asked for."""
    text = (answer.getvalue().decode("utf-8", "replace") + str(answer.headers)).replace(path, "")
    return {name for name, secret in family.secrets.items() if secret in text}


@pytest.mark.parametrize("role", OUTSIDERS, ids=lambda role: str(role.__name__))
def test_nobody_sees_what_is_not_theirs(role: Callable[[Victim], Enter]) -> None:
    family = victim()
    enter = role(family)
    may = SEEN.get(role, set())
    before, opened = family.fingerprint(), []
    for name, path, own in addresses(family):
        answer = enter().get(path)
        assert answer.status_code < 500, path
        assert told_to(answer, family, path) - may == set(), (path, answer.status_code)
        if own and answer.status_code == 200:
            opened.append(name)
    assert set(opened) - OPEN == OPENED.get(role, set())
    assert family.fingerprint() == before


@pytest.mark.parametrize("role", OUTSIDERS, ids=lambda role: str(role.__name__))
def test_nobody_changes_what_is_not_theirs(role: Callable[[Victim], Enter]) -> None:
    family = victim()
    enter = role(family)
    may = SEEN.get(role, set())
    before = family.fingerprint()
    for name, path, own in addresses(family):
        client = enter()
        for body in ({}, BODY):
            answer = client.post(path, body)
            assert answer.status_code < 500, path
            assert told_to(answer, family, path) - may == set(), (path, answer.status_code)
            assert not (own and answer.status_code < 300) or role is as_viewer, path
        if name.startswith(("api", "enrollment:upload")):
            client = enter()
            raw = client.put(path, b"x", content_type="application/octet-stream", headers={"Upload-Offset": "0"})
            said = client.post(path, json.dumps(BODY), content_type="application/json")
            assert max(raw.status_code, said.status_code) < 500, path
        if own:
            assert family.fingerprint() == before, path
    assert family.fingerprint() == before


SECOND = {"enrollment:shared", "enrollment:shared-statements", "enrollment:shared-letter", "enrollment:shared-act"}


@pytest.mark.parametrize("source", ["", "own", "order"])
def test_a_second_guardian_who_may_act_opens_the_shared_pages_only(source: str) -> None:
    family = victim()
    Application.objects.filter(pk=family.filed.pk).update(state="offered")
    other = person()
    agreed(shared_child(family), other, may_act=True)
    if source == "own":
        protection_set(account=family.guardian, on=True)
    if source == "order":
        protection_order(official=factories.staff("official"), application_id=family.filed.pk, reference="2026-7")
    opened: set[str] = set()
    told: set[str] = set()
    for name, path, own in addresses(family):
        answer = signed_in(other)().get(path)
        assert answer.status_code < 500, path
        told |= told_to(answer, family, path)
        opened |= {name} if own and answer.status_code == 200 else set()
    assert opened - OPEN == (SECOND if source != "order" else {"enrollment:shared", "enrollment:shared-statements"})
    assert told == {"receipt"}


def test_the_family_itself_meets_every_secret_looked_for() -> None:
    family = victim()
    client, seen = signed_in(family.guardian)(), set()
    for _name, path, _own in addresses(family):
        seen |= told_to(client.get(path), family, path)
    assert seen >= {"name", "address", "receipt", "guardian"}


TABLES = ("imports:table", "imports:progress", "imports:returned", "imports:decide")


@pytest.mark.parametrize("role", OUTSIDERS, ids=lambda role: str(role.__name__))
def test_nobody_else_sees_or_moves_a_table_that_was_brought_in(role: Callable[[Victim], Enter]) -> None:
    family = victim()
    enter, made = role(family), Import.objects.get(pk=table_of_another())
    for name, path, _own in addresses(family):
        if name in TABLES:
            assert enter().get(path).status_code in {302, 404, 405}, path
            assert enter().post(path, BODY).status_code in {302, 403, 404, 405}, path
    made.refresh_from_db()
    assert made.state == "ready"
