"""Reads of what follows publication: lists, freed seats, fillings, check-in, corrections. Others see lengths only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account, Role
from accounts.scopes import scope
from audit.services import record
from enrollment.outcome.models import Attendance
from enrollment.seasons.models import Application, ApplicationState, Offer, Round
from foundation.errors import NotAllowed
from lottery.admission.models import AdmissionRun
from lottery.afterwards.models import (
    CheckIn,
    Correction,
    FillRun,
    FollowUp,
    SeatEvent,
    SeatOffer,
    TakingBack,
    WaitingEntry,
    WaitingLists,
)
from lottery.afterwards.seats import free_seats, seats_left, still_waiting
from lottery.afterwards.services.check_in import CHECK_IN
from lottery.afterwards.services.filling import confirm_subject
from lottery.ceremony.models import Confirmation
from lottery.ceremony.states import FinalStep
from lottery.engine.admission import wording
from policy.words import Text
from schools.models import School

CAUSES = {
    SeatEvent.Cause.DECLINED: Text("一名学生放弃学位", "a child declined a place"),
    SeatEvent.Cause.LAPSED: Text("一名学生逾期未确认学位", "a place was not answered in time"),
    SeatEvent.Cause.NO_SHOW: Text("一名学生未报到", "a child did not come to check-in"),
    SeatEvent.Cause.MOVED: Text("一名学生转到其他学校", "a child moved to another school"),
    SeatEvent.Cause.SIBLING: Text("兄弟姐妹同校", "siblings stay together"),
    SeatEvent.Cause.TAKEN: Text("一个学位因虚假填报被收回", "a place was taken back after a false declaration"),
}
OFFERED = Text("候补第{place}位，因{cause}。", "Place {place} on the waiting list, because {cause}.")
ORDER = ("shared", "choice", "position", "application_id")
FOUND_AT_MOST = 300
HERE_STATES = (ApplicationState.ACCEPTED, ApplicationState.ENROLLED)
SAID: Mapping[bool | None, str] = {True: "yes", False: "no", None: "none"}  # whether the child comes on check-in day


def _lists(run: AdmissionRun) -> WaitingLists | None:
    found = WaitingLists.objects.filter(run=run).first()
    if found is not None:
        found.run = run
    return found


def waiting_list(run: AdmissionRun, school: str) -> list[WaitingEntry]:
    """Who waits for a school of a published run now, first in line first."""
    lists = _lists(run)
    if lists is None:
        return []
    return list(still_waiting(lists).filter(school=school).select_related("application__guardian").order_by(*ORDER))


def list_lengths(run: AdmissionRun) -> dict[str, int]:
    """How many wait for each school now; this is all that is public."""
    lists = _lists(run)
    if lists is None:
        return {}
    rows = still_waiting(lists).order_by().values("school").annotate(waiting=Count("pk"))
    return {row["school"]: row["waiting"] for row in rows.order_by("school")}


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """A family's place on one list; bound siblings have the place of the first of them."""

    school: School
    place: int
    length: int


def waiting_places(application: Application) -> tuple[WaitingPlace, ...]:
    """Where an application waits, most wanted first; empty before publication and when it waits nowhere."""
    lists = WaitingLists.objects.filter(
        run__round=application.round_id, run__state=AdmissionRun.State.PUBLISHED
    ).first()
    if lists is None:
        return ()
    rows = still_waiting(lists)
    return tuple(
        WaitingPlace(one.school, _before(rows, one) + 1, rows.filter(school=one.school_id).count())
        for one in rows.filter(application=application).select_related("school").order_by("wish")
    )


def _before(rows: QuerySet[WaitingEntry], one: WaitingEntry) -> int:
    earlier = Q(shared=one.shared, choice=one.choice, position__lt=one.position)
    earlier |= Q(shared=one.shared, choice__lt=one.choice)
    if one.shared:
        earlier |= Q(shared=False)
    return rows.filter(earlier, school=one.school_id).count()


def seat_offer_words(offer: SeatOffer) -> Text:
    """Why this seat was offered to this child, in both languages."""
    cause = CAUSES[SeatEvent.Cause(offer.seat.cause)]
    return wording.fill(OFFERED, {"place": offer.place, "cause": cause})


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What a family reads after publication: a seat that waits for its answer, why it got one, where it still waits."""

    offer: SeatOffer | None
    given: SeatOffer | None
    correction: Correction | None
    words: Text | None
    places: tuple[WaitingPlace, ...]


def afterwards_of(application: Application) -> Afterwards | None:
    """None when there is nothing to tell. The caller has checked whose application it is."""
    offers = SeatOffer.objects.filter(application=application).select_related("seat", "school").order_by("-pk")
    offer = offers.filter(state=SeatOffer.State.OPEN).first()
    given = offers.filter(state__in=[SeatOffer.State.GIVEN, SeatOffer.State.TAKEN]).first()
    correction = Correction.objects.filter(application=application, approval__isnull=False).first()
    shown = offer or given
    places = waiting_places(application)
    if shown is None and correction is None and not places:
        return None
    return Afterwards(offer, given, correction, seat_offer_words(shown) if shown else None, places)


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school after publication: seats free to be filled, seats nobody holds, offers unanswered, who waits."""

    school: School
    free: int
    left: int
    open: int
    waiting: int


@dataclass(frozen=True, slots=True)
class FillLine:
    """One offer of a filling; the family is named by its receipt only."""

    school: str
    place: int
    receipt: str
    moves_from: str


@dataclass(frozen=True, slots=True)
class AfterwardsPage:
    """A published round as an official or a notary sees it afterwards."""

    round: Round
    rows: tuple[SchoolLine, ...]
    causes: tuple[tuple[str, int], ...]
    fill: FillRun | None
    lines: tuple[FillLine, ...]
    added: int
    confirmations: tuple[Confirmation, ...]
    confirmed: bool
    fills: tuple[FillRun, ...]
    corrections: tuple[Correction, ...]
    pending: tuple[Correction, ...]
    takings: tuple[TakingBack, ...]
    schools: tuple[School, ...]
    may_run: bool
    may_confirm: bool
    working: FillRun | None = None  # a worker has it in hand
    stopped: str = ""  # why the newest preview could not be computed

    @property
    def free(self) -> int:
        """All seats that can be filled."""
        return sum(row.free for row in self.rows)


def afterwards_page(account: Account, round_id: int) -> AfterwardsPage:
    """Raises NotAllowed outside the account's scope and before publication."""
    round_ = Round.objects.select_related("season__district").filter(pk=round_id).first()
    run = AdmissionRun.objects.filter(round_id=round_id, state=AdmissionRun.State.PUBLISHED).first()
    mine = scope(account)
    if round_ is None or run is None:
        raise NotAllowed(_("There is no published round of this kind in your care."))
    may = {
        name: mine.may(name, district=round_.season.district_id) for name in (Ability.ROUND_RUN, Ability.ROUND_CONFIRM)
    }
    if not any(may.values()):
        raise NotAllowed(_("There is no published round of this kind in your care."))
    newest = FillRun.objects.filter(round=round_).order_by("-pk").first()
    fill = FillRun.objects.filter(round=round_, state=FillRun.State.COMPUTED).first()
    confirmations: tuple[Confirmation, ...] = ()
    if fill is not None:
        rows = Confirmation.objects.filter(round=round_, step=FinalStep.FILL, subject=confirm_subject(fill))
        confirmations = tuple(rows.select_related("official").order_by("at"))
    corrections = Correction.objects.filter(round=round_).select_related(
        "school", "application", "proposed_by", "approval__approved_by"
    )
    takings = TakingBack.objects.filter(round=round_).select_related(
        "application", "offer__school", "proposed_by", "approval__approved_by"
    )
    events = Counter(SeatEvent.objects.filter(round=round_).values_list("cause", flat=True))
    schools = tuple(School.objects.filter(district=round_.season.district_id).order_by("name"))
    return AfterwardsPage(
        round=round_,
        rows=_rows(round_, run),
        causes=tuple((str(label), events[cause]) for cause, label in SeatEvent.Cause.choices if events[cause]),
        fill=fill,
        lines=_lines(fill) if fill else (),
        added=sum(fill.result["added"].values()) if fill else 0,
        confirmations=confirmations,
        confirmed=any(one.official_id == account.pk for one in confirmations),
        fills=tuple(FillRun.objects.filter(round=round_, filled_at__isnull=False).order_by("-number")),
        corrections=tuple(corrections.filter(approval__isnull=False).order_by("-approval__approved_at")),
        pending=tuple(corrections.filter(approval=None).order_by("-proposed_at")),
        takings=tuple(takings.order_by("-pk")),
        schools=schools,
        may_run=may[Ability.ROUND_RUN],
        may_confirm=may[Ability.ROUND_CONFIRM],
        working=FillRun.objects.filter(round=round_, state__in=FillRun.WORKING).first(),
        stopped=newest.reason if newest else "",
    )


def _rows(round_: Round, run: AdmissionRun) -> tuple[SchoolLine, ...]:
    free, left, waiting = free_seats(round_), seats_left(round_), list_lengths(run)
    here = SeatOffer.objects.filter(fill__round=round_, state=SeatOffer.State.OPEN)
    answers = Counter(here.values_list("school", flat=True))
    codes = {*free, *waiting, *answers} | {code for code, count in left.items() if count}
    found = School.objects.in_bulk(codes)
    return tuple(
        SchoolLine(found[code], free.get(code, 0), left.get(code, 0), answers[code], waiting.get(code, 0))
        for code in sorted(codes)
    )


def _lines(fill: FillRun) -> tuple[FillLine, ...]:
    rows = fill.result["offers"][:FOUND_AT_MOST]
    found = Application.objects.in_bulk([UUID(one["application"]) for one in rows])
    names = dict(School.objects.filter(pk__in=fill.inputs["seats"]).values_list("pk", "name"))
    children = [found[UUID(one["application"])] for one in rows]
    return tuple(
        FillLine(names[one["school"]], one["place"], child.receipt, _place_of(child))
        for one, child in zip(rows, children, strict=True)
    )


def _place_of(application: Application) -> str:
    offer = application.offer
    return offer.school.name if offer is not None and offer.school is not None else ""


@dataclass(frozen=True, slots=True)
class PublicCorrection:
    """A correction as everybody reads it: no child, no person, only when, where, why and who approved by role."""

    correction: Correction
    roles: tuple[str, ...]


def public_corrections(round_id: int) -> tuple[PublicCorrection, ...]:
    """The approved corrections of a round, newest first."""
    rows = Correction.objects.filter(round=round_id, approval__isnull=False).select_related(
        "school", "approval", "round__season"
    )
    return tuple(
        PublicCorrection(one, (_role(one.proposed_by_id, one), _role(one.approval.approved_by_id, one)))
        for one in rows.order_by("-approval__approved_at")
    )


@dataclass(frozen=True, slots=True)
class PublicTakingBack:
    """A place taken back as everybody reads it: no child, no person."""

    taking_back: TakingBack
    roles: tuple[str, ...]


def public_taken_back(round_id: int) -> tuple[PublicTakingBack, ...]:
    """The places of a round that were taken back, newest first."""
    rows = TakingBack.objects.filter(round=round_id, approval__isnull=False).select_related(
        "offer__school", "approval", "round__season"
    )
    return tuple(
        PublicTakingBack(one, (_role(one.proposed_by_id, one), _role(one.approval.approved_by_id, one)))
        for one in rows.order_by("-approval__approved_at")
    )


def _role(account_id: int, one: Correction | TakingBack) -> str:
    """In which office somebody acted: a role that reaches the round's district."""
    names = dict(Role.Name.choices)
    for role in Role.objects.filter(account=account_id).order_by("pk"):
        if one.round.season.district_id.startswith(role.district_code):
            return str(names[role.name])
    return ""


@dataclass(frozen=True, slots=True)
class CheckInLine:
    """One child on a school's check-in list; ``said`` is the family's newest word: yes, no or none."""

    application: Application
    mark: str
    on: object
    said: str
    said_at: datetime | None
    follow_ups: tuple[FollowUp, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckInPage:
    """A school's list of children who accepted, how many are marked, and how many said what (yes, no, none)."""

    school: School
    lines: tuple[CheckInLine, ...]
    total: int
    arrived: int
    missing: int
    missed: int
    said: Mapping[str, int]
    query: str
    answer: str


def check_in_schools(account: Account) -> list[School]:
    """The schools whose check-in list the account keeps."""
    return list(scope(account).rows(School.objects.order_by("name"), CHECK_IN, district="district__code", school="pk"))


def check_in_page(account: Account, school_code: str, query: str, answer: str = "") -> CheckInPage:
    """The check-in list of one school. Raises NotAllowed.

    Narrowed to receipts that contain ``query`` and to families who said ``answer`` (yes, no, none; others narrow
    nothing). What counts is the newest word about the place the child has now.
    """
    school = School.objects.filter(pk=school_code).first()
    if school is None or not scope(account).may(CHECK_IN, district=school.district_id, school=school.pk):
        raise NotAllowed(_("There is no such school in your care."))
    newest = Offer.objects.filter(application=OuterRef("pk")).order_by("-pk")
    words = Attendance.objects.filter(offer=OuterRef("held")).order_by("-pk")
    marks = CheckIn.objects.filter(application=OuterRef("pk"), school=school).order_by("-pk")
    rows = (
        Application.objects.filter(pk__in=Offer.objects.filter(school=school).values("application_id"))
        .annotate(place=Subquery(newest.values("school_id")[:1]), held=Subquery(newest.values("pk")[:1]))
        .annotate(mark=Subquery(marks.values("mark")[:1]), on=Subquery(marks.values("on")[:1]))
        .annotate(coming=Subquery(words.values("coming")[:1]), said_at=Subquery(words.values("at")[:1]))
        .filter(Q(state__in=HERE_STATES) | Q(state=ApplicationState.LAPSED, mark=CheckIn.Mark.NO_SHOW), place=school.pk)
    )
    counts: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for mark, coming in rows.values_list("mark", "coming"):
        counts[mark] += 1
        said[SAID[coming]] += 1
    wanted = "".join(query.split()).upper()[:20]
    found = rows.filter(receipt__contains=wanted) if wanted else rows
    meant = {word: coming for coming, word in SAID.items()}
    if answer in meant:
        found = found.filter(coming=meant[answer]) if answer != "none" else found.filter(coming__isnull=True)
    shown = list(found.select_related("child").prefetch_related("follow_ups__by").order_by("receipt")[:FOUND_AT_MOST])
    if shown:
        record(
            actor=account,
            action="check_in.view",
            object_type="school",
            object_id=school.pk,
            district=school.district_id,
            details={"children": len(shown)},
        )
    return CheckInPage(
        school=school,
        lines=tuple(
            CheckInLine(one, one.mark or "", one.on, SAID[one.coming], one.said_at, tuple(one.follow_ups.all()))
            for one in shown
        ),
        total=counts.total(),
        arrived=counts[CheckIn.Mark.ARRIVED],
        missing=counts[CheckIn.Mark.NO_SHOW],
        missed=counts[CheckIn.Mark.MISSED],
        said=said,
        query=wanted,
        answer=answer if answer in meant else "",
    )
