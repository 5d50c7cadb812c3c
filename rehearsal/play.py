"""The play: every phase of a season in order, through the real doors, workers and HTTP."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from rich.console import Console

from accounts.models import Account
from enrollment.judging.later.again import changes_open, is_looked_at
from enrollment.outcome.services.offers import offer_answer
from enrollment.seasons.models import Application, ApplicationState, Round, Season, Transition
from enrollment.seasons.rules.forms import form_of
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.services.rounds import round_step
from enrollment.seasons.states import RoundEvent
from foundation import clock
from foundation.lanes import pulses, queued
from foundation.valkey import away
from lottery.admission.models import AdmissionRun
from lottery.admission.services import run_compute, run_publish_confirm
from lottery.ceremony.models import Draw
from lottery.ceremony.states import DrawState
from lottery.roll.services import round_close_confirm
from notifications.models import Delivery, Message
from portal.seasons.folder import SeasonPlan, read_folder
from portal.seasons.store import store_plan
from rehearsal import answers as typed
from rehearsal import ceremony, classes, desk
from rehearsal.answers import Around
from rehearsal.around import schools_around
from rehearsal.calendar import compressed
from rehearsal.city import Applicant, build_city, city_spec, read_families, scaled_seats
from rehearsal.lists import bring_in, tables_of
from rehearsal.parents import Browser, client_token
from rehearsal.patience import TELL_SECONDS, TRANSIENT, Stalled, Watch, patient
from rehearsal.progress import Teller, teller
from rehearsal.reviewer import decide
from rehearsal.staff import (
    OFFICIALS,
    account,
    create_staff,
    next_token,
    open_face_check,
    protect,
    reset_tokens,
    save_staff,
)
from schools.models import SeatPlan, Stage
from synthetic.unusual import KINDS
from verification.models import AgencyCall, Finding

PARENTS = 6  # simultaneous browsers
NEWCOMERS = 60  # families of the demonstration beside the season: most file in the open round, some not yet
VISITORS = 5
RESULTS_DAYS = 15  # from today, in a rehearsal
MARKS: tuple[type[Model], ...] = (Transition, AgencyCall, Finding, Delivery)
SchoolsOf = Callable[[Applicant], Around]


@dataclass(slots=True)
class Play:
    """One rehearsal under way."""

    folder: Path
    seed: int
    families: int
    keep: bool
    console: Console
    started: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)
    applicants: dict[str, Applicant] = field(default_factory=dict)
    filed: dict[str, str] = field(default_factory=dict)  # child id -> receipt
    refused: dict[str, str] = field(default_factory=dict)  # child id -> code
    stopped: dict[str, list[str]] = field(default_factory=dict)  # child id -> fields refused on another's telephone
    newcomers: list[Applicant] = field(default_factory=list)
    season: Season | None = None
    near: dict[tuple[str, str], Around] = field(default_factory=dict)  # (stage, zone) -> schools
    city_digest: str = ""
    tell: Teller = field(init=False)

    def __post_init__(self) -> None:
        self.tell = teller(self.console)

    def run(self) -> None:
        """Play every phase."""
        try:
            with self.phase("season"):
                plan = self.prepare()
            with self.phase("city", self.families) as task:
                self.build(plan, task)
            with self.phase("filing", len(self.applicants)) as task:
                self.file(task)
            with self.phase("verification", len(self.filed)) as task:
                self.wait_for_checks(task)
            with self.phase("review") as task:
                self.review(task)
            with self.phase("draw"):
                self.each_round(self.draw)
            with self.phase("admission"):
                self.each_round(self.admit)
            with self.phase("messages") as task:
                self.wait_for_messages(task)
            with self.phase("certificate"):
                self.each_round(self.certify)
            with self.phase("answers"):
                self.answer()
            with self.phase("classes"):
                self.each_round(self.assign_classes)
        finally:
            self.tell.close()
        reset_tokens()

    @contextmanager
    def phase(self, name: str, total: int | None = None) -> Iterator[int]:
        """Time a phase and tell it."""
        task = self.tell.begin(name, total)
        begun = time.monotonic()
        yield task
        self.seconds[name] = round(time.monotonic() - begun, 2)
        self.tell.end(task)

    # -- before the round opens -------------------------------------------------------------------------------------

    def prepare(self) -> SeasonPlan:
        """Load the folder as a rehearsal of today, with staff, and open the main rounds."""
        plan = read_folder(self.folder)
        if plan.problems:
            raise ValueError(f"{self.folder}: {plan.problems[0]}")
        now = clock.now()
        with transaction.atomic():  # no worker opens a round by its own dates, which may hold today
            self.season = Season.objects.get(pk=store_plan(plan))
            main = self.rounds("main")
            later = now + timedelta(days=RESULTS_DAYS)  # all are opened by hand; others once the main ones are answered
            Round.objects.filter(season=self.season).update(
                opens_at=later, closes_at=later + timedelta(days=1), results_at=later + timedelta(days=2)
            )
        for seat_plan in SeatPlan.objects.filter(year=plan.year, school__district=plan.district):
            seat_plan.seats = scaled_seats(seat_plan.seats, self.families + len(KINDS))
            seat_plan.save(update_fields=["seats"])
        save_staff(create_staff(plan.district), Path(settings.VAR_DIR) / "demo-accounts.json")
        open_face_check(plan.district)
        self.season.calendar = compressed(
            plan.calendar,
            opens=clock.day_of(min(round_.opens_at for round_ in main)),
            results=clock.day_of(max(round_.results_at for round_ in main)),
            today=clock.today(),
            within=RESULTS_DAYS,
        )
        self.season.save(update_fields=["calendar"])
        self.open("main", now)
        return plan

    def open(self, kind: str, now: datetime) -> None:
        """Open the rounds of a kind now: their dates and their state change in one step, before a worker looks."""
        for round_ in self.rounds(kind):
            with transaction.atomic():
                Round.objects.filter(pk=round_.pk).update(
                    opens_at=now - timedelta(minutes=1),
                    closes_at=now + timedelta(days=RESULTS_DAYS - 1),
                    results_at=now + timedelta(days=RESULTS_DAYS),
                )
                round_step(official=account("official"), round_id=round_.pk, event=RoundEvent.OPEN)

    def rounds(self, kind: str) -> list[Round]:
        return list(Round.objects.filter(season=self.season, kind=kind).select_related("policy").order_by("stage"))

    def build(self, plan: SeasonPlan, task: int) -> None:
        """Generate the city for the agencies, read back who applies, and bring the bureau's lists in."""
        path = Path(settings.VAR_DIR) / "city.sqlite"
        extra = NEWCOMERS if self.keep else 0
        size = self.families + extra
        stages = {round_.stage for round_ in self.rounds("main")}
        spec = city_spec(
            self.folder, district=plan.district, year=plan.year, seed=self.seed, families=size, stages=stages
        )
        self.city_digest = build_city(spec, path, lambda count: self.tell.advance(task, count)).digest
        everybody: list[Applicant] = []
        for number, whole in enumerate(read_families(path)):
            family = [child for child in whole if child.stage in stages]  # no other stage has a round to file in
            if not family:
                continue
            everybody += family
            if number >= self.families and not family[0].kind:
                self.newcomers += family
            else:
                self.applicants |= {child.id: child for child in family}
        bring_in(
            tables_of(everybody, plan.year),
            f"{plan.district}:{plan.year}",
            lambda left: self.wait("lists", left, lambda _left: None),
        )

    # -- families file ----------------------------------------------------------------------------------------------

    def file(self, task: int) -> None:
        """All families file over HTTP, several at a time."""
        by_family: dict[str, list[Applicant]] = {}
        for child in self.applicants.values():
            by_family.setdefault(child.id.rpartition("-")[0], []).append(child)
        rounds = {round_.stage: round_ for round_ in self.rounds("main")}
        local, lock, done = threading.local(), threading.Lock(), [0]

        if self.applicants:
            self.schools_of(next(iter(self.applicants.values())))  # filled once, before the threads read it

        usual = [name for name, family in by_family.items() if not family[0].kind]  # how others file is told by kind
        going = desk.who_goes(usual, self.seed)

        def one(family: list[Applicant]) -> None:
            if not hasattr(local, "browser"):
                local.browser = Browser()
            helper = going.get(family[0].id.rpartition("-")[0])
            results = self.file_at_desk(helper, family, rounds) if helper else None
            if results is None:  # from home, or because the desk could not begin
                results = file_family(local.browser, family, rounds, self.schools_of, self.seed)
            with lock:
                for child, answer in results:
                    (self.filed if "receipt" in answer else self.refused)[child] = (
                        answer.get("receipt") or answer["code"]
                    )
                    self.stopped |= {child: answer["stopped"]} if "stopped" in answer else {}
                done[0] += len(family)
                self.tell.advance(task, done[0])

        parallel(one, by_family.values())
        ordered = [(self.applicants[child], receipt) for child, receipt in self.filed.items()]
        patient(lambda: protect(ordered), self.tell.say)  # twice is once

    def file_at_desk(
        self, helper: str, family: list[Applicant], rounds: dict[str, Round]
    ) -> list[tuple[str, dict[str, Any]]] | None:
        """File in a visit of the clerk or the helper; None when no visit opens."""
        try:
            return desk.file_in_visit(
                helper, family, rounds, lambda child: filing_body(child, rounds, self.schools_of, self.seed)
            )
        except TRANSIENT:  # what was filed is found again by its token
            connection.close()
            return None

    def schools_of(self, child: Applicant) -> Around:
        """The school of the child's true zone, and the other schools of the stage by what they are."""
        if self.season is None:
            raise RuntimeError("the season is prepared first")
        if not self.near:
            self.near = schools_around(self.season)
        return self.near[child.stage, child.truth["zone"]]

    # -- verification and review ------------------------------------------------------------------------------------

    def wait_for_checks(self, task: int) -> None:
        """Until every application has left the workers' hands."""
        self.wait("verification", self.unsettled, lambda n: self.tell.advance(task, len(self.filed) - n))

    def wait(self, what: str, left: Callable[[], int], show: Callable[[int], None]) -> None:
        """Until nothing is left, as long as anything moves: a slow machine is waited for, a stuck one is named."""
        watch, told = Watch(), time.monotonic()
        while (now_left := patient(left, self.tell.say)) > 0:
            show(now_left)
            idle = watch.idle((now_left, patient(moved)))
            if idle > watch.limit:
                raise Stalled(f"{what}: {now_left} left and nothing moved for {idle:.0f} s; {alive()}")
            if idle > TELL_SECONDS and time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                self.tell.say(f"waiting for {what}: {now_left} left, nothing moved for {idle:.0f} s; {alive()}")
            time.sleep(0.3)
        show(0)

    def review(self, task: int) -> None:
        """The reviewer settles what a person must; families correct what was their slip; until nothing is open."""
        by_receipt = {receipt: self.applicants[child] for child, receipt in self.filed.items()}
        reviewer, local, lock, counts = account("reviewer"), threading.local(), threading.Lock(), [0, 0]

        def one(cases: list[Application]) -> None:
            if not hasattr(local, "browser"):
                local.browser = Browser()
            for application in cases:
                try:
                    self.settle(reviewer, local.browser, application, by_receipt[application.receipt])
                except TRANSIENT:  # still in the queue: found again on the next round
                    connection.close()
            with lock:
                counts[0] += len(cases)
                self.tell.advance(task, *counts)

        while queue := self.asked():
            counts[1] += len(queue)
            parallel(one, by_guardian(queue))
            self.wait("corrections", self.unsettled, lambda _left: None)

    def asked(self) -> list[Application]:
        """The queue, once every second look is made: a look may bring a case back that was decided."""
        self.each_round(self.wait_for_looks)
        return patient(self.queue)

    def queue(self) -> list[Application]:
        """The cases that wait for a person; one that a second look reopened is in review."""
        open_states = [ApplicationState.ATTENTION, ApplicationState.RETURNED, ApplicationState.IN_REVIEW]
        waiting = Application.objects.filter(round__season=self.season, state__in=open_states)
        return list(waiting.select_related("child", "round__season", "guardian").order_by("receipt"))

    def settle(self, reviewer: Account, browser: Browser, application: Application, child: Applicant) -> None:
        """Decide one case; where it goes back to the family, the family corrects it."""
        returned = application.returns.filter(answered_at__isnull=True).first()
        items = list(returned.items) if returned else decide(reviewer, application, child)
        if not items:
            return
        body = {
            "client_token": str(client_token(self.seed, child.id, application.version + 1)),
            "answers": typed.corrected(typed.form_answers(child.claim, bound=False), items, child.truth),
        }
        browser.sign_in(child.mobile)
        answer = browser.correct(application.receipt, body)
        if "receipt" not in answer:
            raise RuntimeError(f"a correction was refused: {answer}")

    def unsettled(self) -> int:
        """How many applications are in the workers' hands."""
        unjudged = [ApplicationState.SUBMITTED, ApplicationState.VERIFYING]
        return Application.objects.filter(round__season=self.season, state__in=unjudged).count()

    # -- draw, admission, answers -----------------------------------------------------------------------------------

    def each_round(self, step: Callable[[Round], None]) -> None:
        for round_ in self.rounds("main"):
            step(round_)

    def wait_for_looks(self, round_: Round) -> None:
        """Workers turn lists that came into second looks, and make them; no roll is frozen meanwhile."""
        district = round_.season.district_id

        def looking() -> int:
            return int(is_looked_at(round_) or any(one.district == district for one in changes_open()))

        self.wait("second looks", looking, lambda _left: None)

    def draw(self, round_: Round) -> None:
        """Close the round before its announced end, as two officials may, and hold its ceremony up to the draw."""
        self.wait_for_looks(round_)
        for name in OFFICIALS:
            round_close_confirm(official=account(name), round_id=round_.pk, token=next_token(name))
        ceremony.hold(round_, self.seed)

    def admit(self, round_: Round) -> None:
        run = run_compute(official=account("official"), round_id=round_.pk)
        for name in ("official", "official2"):
            run_publish_confirm(official=account(name), run_id=run.pk, token=next_token(name), reason="演练")

    def certify(self, round_: Round) -> None:
        """The notary certifies what is published; the workers publish a large round."""

        def unpublished() -> int:
            return Draw.objects.filter(round=round_, state=DrawState.DRAWN).count()

        self.wait("publication", unpublished, lambda _left: None)
        ceremony.certify(round_)
        now = clock.now()  # what the calendar still announced for this round lies behind it
        Round.objects.filter(pk=round_.pk).update(closes_at=now, results_at=now)

    def wait_for_messages(self, task: int) -> None:
        """Until the outbox is empty."""
        total = Message.objects.count()

        def left() -> int:
            return Message.objects.filter(state__in=[Message.State.QUEUED, Message.State.SENDING]).count()

        self.wait("messages", left, lambda n: self.tell.advance(task, total - n, total))

    def answer(self) -> None:
        """Most families accept; in the demonstration some still have to. Then the supplementary round opens."""
        offered = Application.objects.filter(round__season=self.season, state=ApplicationState.OFFERED).select_related(
            "guardian"
        )
        rng = Random(self.seed)
        chances = {application: rng.random() for application in offered.order_by("receipt")}
        answering = [application for application, chance in chances.items() if not self.keep or chance >= 0.05]

        def one(applications: list[Application]) -> None:
            for application in applications:
                offer_answer(
                    guardian=application.guardian,
                    application_id=application.pk,
                    answer="decline" if chances[application] > 0.995 else "accept",
                )

        parallel(one, by_guardian(answering))
        self.open("supplementary", clock.now())

    def assign_classes(self, round_: Round) -> None:
        """The largest schools assign their classes; how a kindergarten makes up its groups is its own affair."""
        for school in [] if round_.stage == Stage.KINDERGARTEN else classes.largest(round_):
            classes.assign(round_, school, self.seed)

    def leave_work(self) -> None:
        """For visitors of a demonstration: newcomers file in the open round; nobody has looked at their cases yet."""
        rounds = {round_.stage: round_ for round_ in self.rounds("supplementary")}
        families: dict[str, list[Applicant]] = {}
        for child in self.newcomers:
            families.setdefault(child.id.rpartition("-")[0], []).append(child)
        filing = [family for family in families.values() if all(child.stage in rounds for child in family)][VISITORS:]
        browser = Browser()
        for family in filing:
            file_family(browser, family, rounds, self.schools_of, self.seed)

    def draws(self) -> list[Draw]:
        return list(Draw.objects.filter(round__season=self.season).order_by("round__stage"))

    def published_runs(self) -> list[AdmissionRun]:
        return list(
            AdmissionRun.objects.filter(round__season=self.season, state=AdmissionRun.State.PUBLISHED).order_by(
                "round__stage"
            )
        )


def moved() -> tuple[int, ...]:
    """What changes whenever a worker does anything: the newest step, request, finding and delivery."""
    newest = (model._default_manager.order_by("-pk").values_list("pk", flat=True).first() for model in MARKS)
    return tuple(pk or 0 for pk in newest)


def alive() -> str:
    """Who gave a sign of life when, and what waits in the broker: for whoever reads why nothing moves."""
    try:
        seen = ", ".join(f"{name} {age:.0f} s ago" for name, age in sorted(pulses().items()))
        waiting = ", ".join(f"{lane} {count}" for lane, count in queued().items() if count)
    except away():
        return "the broker does not answer; see var/log/valkey.log"
    return f"last seen: {seen or 'no worker'}; rung: {waiting or 'no lane'}; see var/log/workers.log"


def by_guardian(applications: Iterable[Application]) -> list[list[Application]]:
    """One list a guardian: brothers and sisters share a telephone, so one person sees to them one after the other."""
    found: dict[int, list[Application]] = {}
    for application in applications:
        found.setdefault(application.guardian_id, []).append(application)
    return list(found.values())


def parallel(work: Callable[[Any], None], items: Iterable[Any]) -> None:
    """Run work on each item with a few threads; the first failure stops the rest and is raised."""
    with ThreadPoolExecutor(max_workers=PARENTS) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for future in futures:
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def file_family(
    browser: Browser, family: list[Applicant], rounds: dict[str, Round], schools_of: SchoolsOf, seed: int
) -> list[tuple[str, dict[str, Any]]]:
    """One parent signs in and files for each child; (child id, answer) pairs. A second guardian who is stopped on the
    first one's telephone files from the own one.
    """
    browser.sign_in(family[0].mobile)
    found: list[tuple[str, dict[str, Any]]] = []
    for child in family:
        body = filing_body(child, rounds, schools_of, seed)
        answer = browser.file(body)
        if child.mobile != family[0].mobile:
            stopped = sorted(answer.get("errors", {}))
            browser.sign_in(child.mobile)
            answer = {**browser.file(body), "stopped": stopped}
        found.append((child.id, answer))
    return found


def filing_body(child: Applicant, rounds: dict[str, Round], schools_of: SchoolsOf, seed: int) -> dict[str, Any]:
    """What a parent gives for a child: the same, whether it goes through the API or is typed by a clerk."""
    round_ = rounds[child.stage]
    bound = child.births in {"twins", "triplets"}
    # twins choose alike: the family is the seed, not the child
    rng = Random(f"{seed}:{child.id.rpartition('-')[0] if bound else child.id}")
    return {
        "client_token": str(client_token(seed, child.id, 1)),
        "round": round_.pk,
        "child": typed.child_input(child.claim),
        "answers": typed.own_answers(form_of(round_.form_id), typed.form_answers(child.claim, bound=bound)),
        "choices": typed.choices(
            schools_of(child), rng, compiled(round_.policy).choices, migrant=bool(child.claim["permit"])
        ),
    }
