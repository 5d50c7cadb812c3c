"""Interesting places of a played demonstration: one application in every state that has one, a draft, documents."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from accounts.models import Account
from accounts.people import terms
from accounts.people.appointing import staff_invite
from enrollment.appeals.services import appeal_file
from enrollment.assisted.terminals.services import terminal_make, terminal_pair
from enrollment.cases.models import DataGap, JointCase
from enrollment.cases.services.gaps import gap_from_case
from enrollment.cases.services.opening import OPENED_FROM, Asking, case_open
from enrollment.documents.materials import materials_for
from enrollment.documents.models import Document
from enrollment.documents.places import OfAppeal, OfDraft
from enrollment.documents.services import document_add
from enrollment.filing import form
from enrollment.filing.drafts.services import child_add, draft_open, draft_prefill, draft_save
from enrollment.filing.submission.services import Submission, application_submit
from enrollment.guardians.services.agreements import Terms, guardian_invite, invitation_answer
from enrollment.printing.codes import check_code
from enrollment.public.words.guides import GUIDES
from enrollment.public.words.statements import STATEMENTS
from enrollment.review.services import review_refuse, review_return
from enrollment.seasons.models import Application, Draft, PolicyVersion, Round
from foundation import clock
from foundation.crypto import blind_index
from helpdesk.models import Petition
from helpdesk.petitions.services import Brought, Talk, meeting_arrange, petition_accept, petition_enter
from imports.kinds import kinds
from imports.models import Import
from lottery.classes.models import ClassRun
from notifications.models import Message
from portal.rehearsing.models import Rehearsal
from schools.models import District
from schools.selectors import offered_schools
from tests import factories
from tests.enrollment.documents.test_content import picture
from tests.portal.rehearsing.reports import REPORT
from tests.quality.demo import STAFF
from tests.waiting import until

PHONE = "19999990000"
NEVER = "00000000-0000-4000-8000-000000000000"
THINGS = (
    "child",
    "draft",
    "application",
    "appeal",
    "document",
    "upload",
    "invitation",
    "guardianship",
    "visit",
    "terminal",
    "session",
    "photo",
    "case",
    "person",
    "change",
    "leave",
    "joint",
    "enquiry",
    "gap",
    "petition",
)
Values = Mapping[str, list[str]]


@dataclass(slots=True)
class World:
    """``open_values`` fill the parameters of addresses; each person adds what is its own."""

    open_values: dict[str, list[str]]
    people: list[tuple[str, Account, Values]] = field(default_factory=list)
    staff: list[tuple[str, Account]] = field(default_factory=list)
    terminal: str = ""


def everybodys() -> dict[str, list[str]]:
    """What the addresses of all pages are filled with, whoever opens them."""
    runs = ClassRun.objects.filter(state="published")
    policy = PolicyVersion.objects.filter(rounds__isnull=False).first()
    return {
        "import_id": [str(pk) for pk in Import.objects.order_by("-pk").values_list("pk", flat=True)[:1]] or ["1"],
        "role_id": ["1"],
        "rehearsal_id": ["1"],
        "key_id": ["1"],
        "token": ["nobodys-link"],
        "notifications:twilio-status.mark": ["x"],
        "round_id": [str(pk) for pk in Round.objects.values_list("pk", flat=True)],
        "run_id": [str(pk) for pk in runs.values_list("pk", flat=True)[:1]],
        "district": ["430702"],
        "place": ["430702-2026"],
        "school": ["430702P01"],
        "year": ["2026"],
        "number": [str(policy.number) if policy else "1"],
        "code": ["changde"],
        "name": [*form.PAGES, "needs"],
        **{name: ["x"] for name in ("action", "mark", "answer", "kind", "language", "way")},
        **{f"{name}_id": [NEVER] for name in THINGS},
        "key": ["province"],
        "stage": ["primary"],
        **{f"enrollment:season-form{page}.kind": ["main"] for page in ("", "-preview", "-change", "-decide")},
        "enrollment:unanswered-one.application_id": unanswered() or [NEVER],
        "slug": [page.slug for page in (*GUIDES, *STATEMENTS)],
        "enrollment:school.code": ["430702P01"],
        "enrollment:school-badge.code": ["430702P01"],
        "enrollment:list-guide.kind": ["military", "disabled"],
        "imports:kind.kind": [kind.name for kind in kinds()],
        "imports:template.kind": ["scores"],
    }


def arrange() -> World:
    """What to open, and as whom."""
    world = World(everybodys())
    receipt = Application.objects.values_list("receipt", flat=True)[0]
    world.open_values |= {
        "enrollment:check-print.kind": ["receipt"],
        "enrollment:check-print.number": [receipt],
        "enrollment:check-print.code": [check_code("receipt", receipt), "WRONG"],
        "enrollment:act.action": ["withdraw", "accept", "decline"],
    }
    decide()
    given = Document.objects.filter(application__isnull=False).order_by("pk")[0]
    world.open_values |= {  # somebody else's: for those of the staff who may see the case
        "document_id": [str(given.public_id)],
        "enrollment:protection-order.application_id": [str(given.application_id)],
    }
    world.staff = [(name, Account.objects.filter(roles__name=name).order_by("pk")[0]) for name in STAFF]
    official = dict(world.staff)["official"]
    reviewer = dict(world.staff)["reviewer"]
    invited = staff_invite(
        actor=official,
        name="合成新人",
        phone="",
        roles=[terms.Terms("reviewer", official.roles.all()[0].district_code)],
    )
    world.open_values |= {"person_id": [str(reviewer.public_id)], "change_id": [str(invited.public_id)]}
    world.open_values |= departments_asked(official) | {"petition_id": [brought(official)]}
    world.open_values |= {"rehearsal_id": [rehearsed(official)]}
    _made, code = terminal_make(official=official, name="大厅一号机（示例）", district="430702")
    _paired, world.terminal = terminal_pair(code=code)
    world.people = [*in_every_state(), beginner(), with_documents(), second_guardian()]
    return world


def unanswered() -> list[str]:
    """A place that waits for its family."""
    waiting = Application.objects.filter(state="offered").order_by("pk")
    return [str(pk) for pk in waiting.values_list("pk", flat=True)[:1]]


def departments_asked(official: Account) -> dict[str, list[str]]:
    """A question on the desk of the department that is signed in, with a gap that caused it."""
    found = JointCase.objects.filter(kind="review").first()
    if found is None:
        waiting = Application.objects.filter(state__in=OPENED_FROM, district_code="430702")
        asking = Asking(question="请核实该家庭填报的住房情况（示例）", departments=["natural_resources", "housing"])
        found = case_open(reviewer=official, application_id=waiting.order_by("pk")[0].pk, asking=asking)
        what = "不动产登记未提供2008年以前的共有份额（示例）"
        gap_from_case(reviewer=official, case_id=found.public_id, department="natural_resources", what=what)
    enquiry = found.enquiries.get(department="natural_resources")
    gap = DataGap.objects.order_by("pk")[0]
    ids = {"joint_id": found.public_id, "enquiry_id": enquiry.public_id, "gap_id": gap.public_id}
    return {name: [str(value)] for name, value in ids.items()}


def brought(official: Account) -> str:
    """A petition of the family in the demonstration that has brought one, with a talk that is to come."""
    found = Petition.objects.first()
    if found is None:
        told = Brought(
            "430702", "visit", "place", "合成家长", "19999990015", "请说明统筹的依据（示例）。", clock.today()
        )
        found = petition_enter(official=official, brought=told)
        petition_accept(official=official, petition_id=found.public_id, note="由招生科核对后书面答复（示例）。")
        talk = Talk("mediation", clock.now() + timedelta(days=2), "教育局201室（示例）", "招生科、街道办")
        meeting_arrange(official=official, petition_id=found.public_id, talk=talk)
    return str(found.public_id)


def rehearsed(official: Account) -> str:
    """A rehearsal that was played to its end, with a problem."""
    found = Rehearsal.objects.first()
    if found is None:
        wrong = {**REPORT, "refused_at_filing": {"second_document": 1, "invalid": 2}}
        place, now = District.objects.get(pk="430702"), clock.now()
        found = Rehearsal.objects.create(
            district=place,
            year=2026,
            state="done",
            families=40,
            seed=2026,
            problems=2,
            report=wrong,
            asked_by=official,
            asked_at=now,
            ended_at=now,
        )
    return str(found.pk)


def in_every_state() -> Iterator[tuple[str, Account, Values]]:
    seen: set[str] = set()
    for application in Application.objects.select_related("guardian").order_by("pk"):
        if application.state not in seen:
            seen.add(application.state)
            yield application.state, application.guardian, {"application_id": [str(application.pk)]}


def decide() -> None:
    """One application returned for correction, one refused, one under appeal: the season itself leaves few of them."""
    official = Account.objects.filter(roles__name="official", roles__district_code="430702").order_by("pk")[0]
    returned, refused, appealed = (undecided(f"1999999001{at}", 403 + at) for at in range(3))
    if returned.state == "attention":
        review_return(
            reviewer=official,
            application_id=returned.pk,
            items=["home_address", "choices", "document:residence"],
            reason="住房地址与登记不一致，请核对门牌号。",
            deadline=clock.now() + timedelta(days=3),
        )
    for one in (refused, appealed):
        if one.state == "attention":
            reason = "按招生办法，本区无住房也无户籍，请联系居住地教育局。"
            review_refuse(reviewer=official, application_id=one.pk, reason=reason)
    if not appealed.appeals.exists():
        words = "我们上个月刚搬来，租房合同已经备案，请再看一看。"
        appeal = appeal_file(guardian=appealed.guardian, application_id=appealed.pk, reason=words)
        place = OfAppeal(appeal.public_id)
        document_add(guardian=appealed.guardian, place=place, filename="lease.jpg", received=picture())


def undecided(phone: str, pair: int) -> Application:
    """An application of people no register knows: the workers hand it to a person."""
    account = person(f"g-{pair}", phone)
    found = account.applications.first()
    if found is None:
        away = {"home_kind": "rented", "household_here": "no", "guardian_id": factories.adult_number()}
        values = drafted(
            account, factories.child_number(pair=pair), **away
        )  # asked for documents whatever registers say
        give_document(account, values)
        submission = Submission(UUID(values["draft_id"][0]), uuid4())
        found = application_submit(guardian=account, submission=submission)
    until(lambda: decided(found), f"the workers to judge {found.receipt}", pause=0.3)
    return found


def decided(application: Application) -> bool:
    application.refresh_from_db()
    return application.state not in {"submitted", "verifying"}


def give_document(account: Account, values: Values) -> None:
    """One photo of the first material this draft is asked for, once the registers were asked."""
    begun = Draft.objects.get(public_id=values["draft_id"][0]).answers
    factories.assured(account, name=begun["guardian_name"], id_number=begun["guardian_id"])
    draft = draft_prefill(guardian=account, draft_id=UUID(values["draft_id"][0]))
    kind = materials_for(draft)[0].id
    place = OfDraft(draft.public_id, kind)
    document_add(guardian=account, place=place, filename="photo.jpg", received=picture())


def person(name: str, phone: str) -> Account:
    """A guardian of its own, the same at every call."""
    index = blind_index("phone", phone)
    account, _made = Account.objects.get_or_create(
        phone_index=index, defaults={"username": name, "phone": phone, "created_at": clock.now()}
    )
    return account


def second_guardian() -> tuple[str, Account, Values]:
    """Somebody who may act beside the guardian who applied, where the office asks for an address and schools."""
    official = Account.objects.filter(roles__name="official", roles__district_code="430702").order_by("pk")[0]
    filed, phone = undecided("19999990014", 407), "+8619999990015"
    account = person("g-second", phone)
    if not account.guardianships.exists():
        invitation = guardian_invite(
            guardian=filed.guardian, child_id=filed.child.public_id, phone=phone, terms=Terms("parent", True, None)
        )
        body = Message.objects.filter(template="guardian_invited").order_by("-pk")[0].body
        code = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", body)[0]
        invitation_answer(account=account, invitation_id=invitation.public_id, code=code, accept=True)
        review_return(
            reviewer=official,
            application_id=filed.pk,
            items=["home_address", "choices"],
            reason="请核对门牌号，并确认志愿学校。",
            deadline=clock.now() + timedelta(days=3),
        )
    agreed = account.guardianships.get()
    values = {"child_id": filed.child.public_id, "application_id": filed.pk, "guardianship_id": agreed.public_id}
    return "second guardian", account, {name: [str(value)] for name, value in values.items()}


def drafted(account: Account, number: str, **changed: str) -> Values:
    round_ = Round.objects.select_related("season").get(state="open")
    child = child_add(guardian=account, name="合成小明", id_number=number)
    draft = draft_open(guardian=account, child=child, round_=round_)
    offered = offered_schools(round_.season.district_id, round_.season.year, round_.stage)
    choices = ",".join(school.code for school in offered[:2])
    filled = factories.answers(choices=choices, **changed)
    draft_save(guardian=account, draft_id=draft.public_id, answers=filled)
    return {"child_id": [str(child.public_id)], "draft_id": [str(draft.public_id)]}


def beginner() -> tuple[str, Account, Values]:
    """A guardian with a child and a filled draft in the open round."""
    account = person("g-quality", PHONE)
    return "beginner", account, drafted(account, factories.child_number(pair=401))


def with_documents() -> tuple[str, Account, Values]:
    """A family that is asked for documents and has given one."""
    account = person("g-papers", "19999990001")
    values = drafted(account, factories.child_number(pair=402), home_kind="rented", household_here="no")
    if not account.document_set.exists():
        give_document(account, values)
    return "papers", account, {**values, "document_id": [str(account.document_set.all()[0].public_id)]}
