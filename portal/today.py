"""My day: what waits for this person, each number with the page that shows exactly what it counts."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.abilities import Ability
from accounts.models import Account, StaffChange
from accounts.people.selectors import changes_here
from accounts.scopes import Scope, scope
from enrollment.appeals.models import Appeal
from enrollment.appeals.selectors import ABILITY as APPEALS
from enrollment.cases.models import JointCase
from enrollment.cases.selectors import cases_seen, desk
from enrollment.desk.selectors import errands_of
from enrollment.on_site.selectors import to_visit
from enrollment.outcome.without_place import without_place_counted
from enrollment.review.models import HeldDecision
from enrollment.review.queue import counts
from enrollment.review.readings import readings_for
from foundation import clock
from helpdesk.petitions.selectors import petitions_seen
from helpdesk.petitions.states import OPEN as PETITION_OPEN
from imports.models import Import
from imports.selectors import own_kinds, own_tables
from notifications.models import Message
from notifications.services import unreached

MOST: Final = 1000  # what is counted one by one; more is "1000+"


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work that waits: how much of it, and where it is done. ``late``: it should have been done."""

    title: str | Promise
    many: int
    link: str
    late: bool = False

    @property
    def shown(self) -> str:
        return f"{MOST}+" if self.many >= MOST else str(self.many)


def _count(rows: QuerySet[Any]) -> int:
    return int(rows.order_by()[:MOST].count())


def today(account: Account) -> list[Task]:
    """What waits for this person, what is late first; only what the role opens, also where nothing waits."""
    may = scope(account)
    tasks: list[Task] = []
    if may.any(Ability.APPLICATION_REVIEW):
        tasks += _reviewing(account, may)
    tasks += _appeals(may)
    if may.any(Ability.CASE_ANSWER):
        tasks.append(Task(_("Questions to my department"), len(desk(account)), reverse("enrollment:enquiries")))
    if may.any(Ability.PETITION_HANDLE):
        tasks += _petitions(account)
    if own_kinds(account):
        waiting = [
            one for one in own_tables(account) if one.state == Import.State.READY and one.uploaded_by_id != account.pk
        ]
        tasks.append(Task(_("Tables to take"), len(waiting), reverse("imports:front")))
    if may.any(Ability.STAFF_MANAGE):
        open_ones = [
            one
            for one in changes_here(account)
            if one.state == StaffChange.State.WAITING and one.proposed_by_id != account.pk
        ]
        tasks.append(Task(_("Appointments to confirm"), len(open_ones), reverse("people:list")))
    return sorted(tasks, key=lambda one: not (one.late and one.many))


def _reviewing(account: Account, may: Scope) -> list[Task]:
    queue, waiting = reverse("enrollment:desk"), counts(account)
    errands, (missing, overdue) = errands_of(account), without_place_counted(account)
    failed = HeldDecision.objects.filter(reviewer=account).exclude(refused="").count()
    calls = may.rows(unreached(Message.objects.all()), Ability.APPLICATION_REVIEW, district="district_code")
    messages = reverse("admin:notifications_message_changelist")
    return [
        Task(_("Cases overdue"), waiting["over"], f"{queue}?due=over", late=True),
        Task(_("Cases due today"), waiting["today"], f"{queue}?due=today"),
        Task(_("Cases given to me"), waiting["mine"], f"{queue}?mine=1"),
        Task(_("All open cases"), waiting["all"], queue),
        Task(_("Decisions that could not be carried out"), failed, f"{queue}#given-back", late=True),
        Task(_("Errands"), _count(errands), reverse("enrollment:desk-errands"), late=_late(errands)),
        Task(
            _("Departments have answered"),
            _count(cases_seen(account).filter(state=JointCase.State.ANSWERED)),
            f"{reverse('admin:enrollment_application_changelist')}?desk=all&departments=answered",
        ),
        Task(_("Second readings"), _count(readings_for(account)), reverse("enrollment:desk-readings")),
        Task(_("Checks on the spot"), len(to_visit(account)), reverse("enrollment:on-site")),
        Task(
            _("Children without a place"),
            missing,
            reverse("enrollment:without-place"),
            late=overdue,
        ),
        Task(_("Families to call"), _count(calls), f"{messages}?reach=unreached", late=True),
    ]


def _petitions(account: Account) -> list[Task]:
    here, page = petitions_seen(account), reverse("helpdesk:petitions")
    late = here.filter(due_on__lt=clock.today())
    return [
        Task(_("Petitions past their day"), _count(late), f"{page}?due=late", late=True),
        Task(_("Open petitions"), _count(here.filter(state__in=PETITION_OPEN)), page),
    ]


def _late(errands: QuerySet[Any]) -> bool:
    return errands.filter(due_on__lt=clock.today()).exists()


def _appeals(may: Scope) -> list[Task]:
    if not any(may.any(ability) for ability in APPEALS.values()):
        return []
    found = Appeal.objects.none()
    for subject, ability in APPEALS.items():
        rows = Appeal.objects.filter(subject=subject, state__in=Appeal.OPEN)
        found |= may.rows(rows, ability, district="application__district_code", school="application__review_school_id")
    late = found.filter(answer_by__lt=clock.running_minute()).exists()
    return [Task(_("Appeals"), _count(found), reverse("admin:enrollment_appeal_changelist"), late=late)]
