"""Interesting places of a played demonstration: one application in every state that has one, a draft, papers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from accounts.models import Account
from enrollment import form, services
from enrollment.materials import materials_for
from enrollment.models import Application, Document, PolicyVersion, Round
from enrollment.services.documents_place import OfAppeal, OfDraft
from enrollment.services.guardians import Terms
from enrollment.services.letters import check_code
from enrollment.services.submission import Submission
from enrollment.words.guides import GUIDES
from enrollment.words.statements import STATEMENTS
from foundation import clock
from foundation.crypto import blind_index
from lottery.models import ClassRun
from notifications.models import Message
from schools.selectors import offered_schools
from tests import factories
from tests.enrollment.test_documents_content import picture
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
)
Values = Mapping[str, list[str]]


@dataclass(slots=True)
class World:
    """``open_values`` fill the parameters of addresses; each person adds what is its own."""

    open_values: dict[str, list[str]]
    people: list[tuple[str, Account, Values]] = field(default_factory=list)
    staff: list[tuple[str, Account]] = field(default_factory=list)
    terminal: str = ""


def arrange() -> World:
    """What to open, and as whom."""
    runs = ClassRun.objects.filter(state="published")
    policy = PolicyVersion.objects.filter(rounds__isnull=False).first()
    world = World(
        {
            "round_id": [str(pk) for pk in Round.objects.values_list("pk", flat=True)],
            "run_id": [str(pk) for pk in runs.values_list("pk", flat=True)[:1]],
            "district": ["430702"],
            "school": ["430702P01"],
            "year": ["2026"],
            "number": [str(policy.number) if policy else "1"],
            "code": ["changde"],
            "name": [*form.PAGES, "needs"],
            **{name: ["x"] for name in ("action", "mark", "answer", "kind", "language", "way")},
            **{f"{name}_id": [NEVER] for name in THINGS},
            "key": ["province"],
            "slug": [page.slug for page in (*GUIDES, *STATEMENTS)],
            "enrollment:school.code": ["430702P01"],
        }
    )
    receipt = Application.objects.values_list("receipt", flat=True)[0]
    world.open_values |= {
        "enrollment:check-paper.kind": ["receipt"],
        "enrollment:check-paper.number": [receipt],
        "enrollment:check-paper.code": [check_code("receipt", receipt), "WRONG"],
        "enrollment:act.action": ["withdraw", "accept", "decline"],
    }
    decide()
    paper = Document.objects.filter(application__isnull=False).order_by("pk")[0]
    world.open_values |= {  # somebody else's: for those of the staff who may see the case
        "document_id": [str(paper.public_id)],
        "enrollment:protection-order.application_id": [str(paper.application_id)],
    }
    world.staff = [(name, Account.objects.filter(roles__name=name).order_by("pk")[0]) for name in STAFF]
    official = dict(world.staff)["official"]
    _made, code = services.terminal_make(official=official, name="大厅一号机（示例）", district="430702")
    _paired, world.terminal = services.terminal_pair(code=code)
    world.people = [*in_every_state(), beginner(), with_papers(), second_guardian()]
    return world


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
        services.review_return(
            reviewer=official,
            application_id=returned.pk,
            items=["home_address", "choices", "document:residence"],
            reason="住房地址与登记不一致，请核对门牌号。",
            deadline=clock.now() + timedelta(days=3),
        )
    for one in (refused, appealed):
        if one.state == "attention":
            reason = "按招生办法，本区无住房也无户籍，请联系居住地教育局。"
            services.review_refuse(reviewer=official, application_id=one.pk, reason=reason)
    if not appealed.appeals.exists():
        words = "我们上个月刚搬来，租房合同已经备案，请再看一看。"
        appeal = services.appeal_file(guardian=appealed.guardian, application_id=appealed.pk, reason=words)
        place = OfAppeal(appeal.public_id)
        services.document_add(guardian=appealed.guardian, place=place, filename="lease.jpg", received=picture())


def undecided(phone: str, pair: int) -> Application:
    """An application of people no register knows: the workers hand it to a person."""
    account = person(f"g-{pair}", phone)
    found = account.applications.first()
    if found is None:
        values = drafted(account, factories.child_number(pair=pair), guardian_id=factories.adult_number())
        give_paper(account, values)
        submission = Submission(UUID(values["draft_id"][0]), uuid4())
        found = services.application_submit(guardian=account, submission=submission)
    until(lambda: decided(found), f"the workers to judge {found.receipt}", pause=0.3)
    return found


def decided(application: Application) -> bool:
    application.refresh_from_db()
    return application.state not in {"submitted", "verifying"}


def give_paper(account: Account, values: Values) -> None:
    """One photo of the first paper this draft is asked for, once the registers were asked."""
    draft = services.draft_prefill(guardian=account, draft_id=UUID(values["draft_id"][0]))
    kind = materials_for(draft)[0].id
    place = OfDraft(draft.public_id, kind)
    services.document_add(guardian=account, place=place, filename="photo.jpg", received=picture())


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
        invitation = services.guardian_invite(
            guardian=filed.guardian, child_id=filed.child.public_id, phone=phone, terms=Terms("parent", True, None)
        )
        body = Message.objects.filter(template="guardian_invited").order_by("-pk")[0].body
        code = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", body)[0]
        services.invitation_answer(account=account, invitation_id=invitation.public_id, code=code, accept=True)
        services.review_return(
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
    child = services.child_add(guardian=account, name="合成小明", id_number=number)
    draft = services.draft_open(guardian=account, child=child, round_=round_)
    offered = offered_schools(round_.season.district_id, round_.season.year, round_.stage)
    choices = ",".join(school.code for school in offered[:2])
    filled = factories.answers(choices=choices, **changed)
    services.draft_save(guardian=account, draft_id=draft.public_id, answers=filled)
    return {"child_id": [str(child.public_id)], "draft_id": [str(draft.public_id)]}


def beginner() -> tuple[str, Account, Values]:
    """A guardian with a child and a filled draft in the open round."""
    account = person("g-quality", PHONE)
    return "beginner", account, drafted(account, factories.child_number(pair=401))


def with_papers() -> tuple[str, Account, Values]:
    """A family that is asked for papers and has given one."""
    account = person("g-papers", "19999990001")
    values = drafted(account, factories.child_number(pair=402), home_kind="rented", household_here="no")
    if not account.document_set.exists():
        give_paper(account, values)
    return "papers", account, {**values, "document_id": [str(account.document_set.all()[0].public_id)]}
