"""The play: every phase of a season in order, through the real doors, workers and HTTP."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model
from redis import RedisError
from rich.console import Console

from accounts.models import Account
from enrollment import services as enrollment
from enrollment.models import Application, ListEntry, Round, Season, Transition
from enrollment.policies import compiled
from foundation import clock
from foundation.crypto import blind_index
from foundation.lanes import pulses, queued
from identifiers import normalise
from lottery import services as lottery
from lottery.models import AdmissionRun, Draw
from notifications.models import Delivery, Message
from portal.seasons.folder import SeasonPlan, read_folder
from portal.seasons.store import store_plan
from rehearsal import answers as typed
from rehearsal import ceremony, classes
from rehearsal.calendar import compressed
from rehearsal.city import Applicant, build_city, city_spec, read_families, scaled_seats
from rehearsal.parents import Browser, client_token
from rehearsal.patience import TELL_SECONDS, TRANSIENT, Stalled, Watch, patient
from rehearsal.reviewer import decide
from rehearsal.staff import OFFICIALS, account, create_staff, next_token, reset_tokens, save_staff
from rehearsal.telling import Teller, teller
from schools.models import SeatPlan, Zone
from schools.selectors import distances, offered_schools
from verification.models import AgencyCall, Finding

PARENTS = 6  # simultaneous browsers
COUNTER_SHARE = 0.06  # filed with a clerk at a service point
PREFILL_SHARE = 0.1
NEWCOMERS = 60  # families of the demonstration beside the season: most file in the open round, some not yet
VISITORS = 5
RESULTS_DAYS = 15  # from today, in a rehearsal
MARKS: tuple[type[Model], ...] = (Transition, AgencyCall, Finding, Delivery)
SchoolOf = Callable[[Applicant], tuple[str, list[str]]]


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
    newcomers: list[Applicant] = field(default_factory=list)
    season: Season | None = None
    near: dict[tuple[str, str], tuple[str, list[str]]] = field(default_factory=dict)  # (stage, zone) -> schools
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
        self.season = Season.objects.get(pk=store_plan(plan))
        for seat_plan in SeatPlan.objects.filter(year=plan.year, school__district=plan.district):
            seat_plan.seats = scaled_seats(seat_plan.seats, self.families)
            seat_plan.save(update_fields=["seats"])
        save_staff(create_staff(plan.district), Path(settings.VAR_DIR) / "demo-accounts.json")
        now = clock.now()
        self.season.calendar = compressed(
            plan.calendar,
            opens=min(round_.opens_at for round_ in self.rounds("main")).astimezone(clock.SHANGHAI).date(),
            results=max(round_.results_at for round_ in self.rounds("main")).astimezone(clock.SHANGHAI).date(),
            today=clock.today(),
            within=RESULTS_DAYS,
        )
        self.season.save(update_fields=["calendar"])
        Round.objects.filter(season=self.season).update(
            opens_at=now - timedelta(minutes=1),
            closes_at=now + timedelta(days=RESULTS_DAYS - 1),
            results_at=now + timedelta(days=RESULTS_DAYS),
        )
        for round_ in self.rounds("main"):
            enrollment.round_step(official=account("official"), round_id=round_.pk, event="open")
        return plan

    def rounds(self, kind: str) -> list[Round]:
        return list(Round.objects.filter(season=self.season, kind=kind).select_related("policy").order_by("stage"))

    def build(self, plan: SeasonPlan, task: int) -> None:
        """Generate the city for the agencies, read back who applies, and put the bureau's lists into the portal."""
        path = Path(settings.VAR_DIR) / "city.sqlite"
        extra = NEWCOMERS if self.keep else 0
        size = self.families + extra
        spec = city_spec(self.folder, district=plan.district, year=plan.year, seed=self.seed, families=size)
        self.city_digest = build_city(spec, path, lambda count: self.tell.advance(task, count)).digest
        lists: list[ListEntry] = []
        for number, family in enumerate(read_families(path)):
            if number >= self.families:
                self.newcomers += family
            else:
                self.applicants |= {child.id: child for child in family}
            lists += [entry for child in family for entry in self.list_entries(plan, child)]
        ListEntry.objects.bulk_create(lists, batch_size=5000)

    def list_entries(self, plan: SeasonPlan, child: Applicant) -> Iterator[ListEntry]:
        index = blind_index("child", normalise("id", child.claim["child"]["id_number"]))
        where: dict[str, Any] = {"district_id": plan.district, "year": plan.year, "child_index": index}
        for kind in child.lists:
            yield ListEntry(kind=kind, body={}, **where)
        points = child.claim["points"]
        if points:
            matches = points["town"] == points["residence_town"]
            body = {"total": points["total"], "town": points["town"], "matches": matches}
            yield ListEntry(kind="points", body=body, **where)

    # -- families file ----------------------------------------------------------------------------------------------

    def file(self, task: int) -> None:
        """All families file over HTTP, several at a time."""
        by_family: dict[str, list[Applicant]] = {}
        for child in self.applicants.values():
            by_family.setdefault(child.id.rpartition("-")[0], []).append(child)
        rounds = {round_.stage: round_ for round_ in self.rounds("main")}
        local, lock, done = threading.local(), threading.Lock(), [0]

        if self.applicants:
            self.school_of(next(iter(self.applicants.values())))  # filled once, before the threads read it

        def one(family: list[Applicant]) -> None:
            if not hasattr(local, "browser"):
                local.browser = Browser()
            results = file_family(local.browser, family, rounds, self.school_of, self.seed)
            with lock:
                for child, answer in results:
                    (self.filed if "receipt" in answer else self.refused)[child] = (
                        answer.get("receipt") or answer["code"]
                    )
                done[0] += len(family)
                self.tell.advance(task, done[0])

        parallel(one, by_family.values())

    def school_of(self, child: Applicant) -> tuple[str, list[str]]:
        """The school of the child's true zone, and the other schools of the stage, nearest first."""
        if self.season is None:
            raise RuntimeError("the season is prepared first")
        if not self.near:
            for zone in Zone.objects.filter(district=self.season.district_id, year=self.season.year).prefetch_related(
                "schools"
            ):
                school = zone.schools.order_by("code")[0]
                schools = offered_schools(self.season.district_id, self.season.year, zone.stage)
                metres = distances([school.code], schools)
                others = sorted((c for c in metres if c != school.code), key=lambda c: (metres[c], c))
                self.near[zone.stage, zone.name] = (school.code, others)
        return self.near[child.stage, child.truth["zone"]]

    # -- verification and review ------------------------------------------------------------------------------------

    def wait_for_checks(self, task: int) -> None:
        """Until every application has left the workers' hands."""

        def left() -> int:
            return Application.objects.filter(round__season=self.season, state__in=["submitted", "verifying"]).count()

        self.wait("verification", left, lambda n: self.tell.advance(task, len(self.filed) - n))

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

        while queue := patient(self.queue):
            counts[1] += len(queue)
            parallel(one, by_guardian(queue))
            self.wait("corrections", self.unsettled, lambda _left: None)

    def queue(self) -> list[Application]:
        """The cases that wait for a person."""
        waiting = Application.objects.filter(round__season=self.season, state__in=["attention", "returned"])
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
        return Application.objects.filter(round__season=self.season, state__in=["submitted", "verifying"]).count()

    # -- draw, admission, answers -----------------------------------------------------------------------------------

    def each_round(self, step: Callable[[Round], None]) -> None:
        for round_ in self.rounds("main"):
            step(round_)

    def draw(self, round_: Round) -> None:
        """Close the round before its announced end, as two officials may, and hold its ceremony up to the draw."""
        for name in OFFICIALS:
            lottery.round_close_confirm(official=account(name), round_id=round_.pk, token=next_token(name))
        ceremony.hold(round_, self.seed)

    def admit(self, round_: Round) -> None:
        run = lottery.run_compute(official=account("official"), round_id=round_.pk)
        for name in ("official", "official2"):
            lottery.run_publish_confirm(official=account(name), run_id=run.pk, token=next_token(name))

    def certify(self, round_: Round) -> None:
        """The notary certifies what is published; the workers publish a large round."""

        def unpublished() -> int:
            return Draw.objects.filter(round=round_, state="drawn").count()

        self.wait("publication", unpublished, lambda _left: None)
        ceremony.certify(round_)
        now = clock.now()  # what the calendar still announced for this round lies behind it
        Round.objects.filter(pk=round_.pk).update(closes_at=now, results_at=now)

    def wait_for_messages(self, task: int) -> None:
        """Until the outbox is empty."""
        total = Message.objects.count()

        def left() -> int:
            return Message.objects.filter(state__in=["queued", "sending"]).count()

        self.wait("messages", left, lambda n: self.tell.advance(task, total - n, total))

    def answer(self) -> None:
        """Most families accept; in the demonstration some still have to. Then the supplementary round opens."""
        offered = Application.objects.filter(round__season=self.season, state="offered").select_related("guardian")
        rng = Random(self.seed)
        chances = {application: rng.random() for application in offered.order_by("receipt")}
        answering = [application for application, chance in chances.items() if not self.keep or chance >= 0.05]

        def one(applications: list[Application]) -> None:
            for application in applications:
                enrollment.offer_answer(
                    guardian=application.guardian,
                    application_id=application.pk,
                    answer="decline" if chances[application] > 0.995 else "accept",
                )

        parallel(one, by_guardian(answering))
        for round_ in self.rounds("supplementary"):
            enrollment.round_step(official=account("official"), round_id=round_.pk, event="open")

    def assign_classes(self, round_: Round) -> None:
        """The largest schools assign their classes."""
        for school in classes.largest(round_):
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
            file_family(browser, family, rounds, self.school_of, self.seed)

    def draws(self) -> list[Draw]:
        return list(Draw.objects.filter(round__season=self.season).order_by("round__stage"))

    def published_runs(self) -> list[AdmissionRun]:
        return list(AdmissionRun.objects.filter(round__season=self.season, state="published").order_by("round__stage"))


def moved() -> tuple[int, ...]:
    """What changes whenever a worker does anything: the newest step, request, finding and delivery."""
    newest = (model._default_manager.order_by("-pk").values_list("pk", flat=True).first() for model in MARKS)
    return tuple(pk or 0 for pk in newest)


def alive() -> str:
    """Who gave a sign of life when, and what waits in the broker: for whoever reads why nothing moves."""
    try:
        seen = ", ".join(f"{name} {age:.0f} s ago" for name, age in sorted(pulses().items()))
        waiting = ", ".join(f"{lane} {count}" for lane, count in queued().items() if count)
    except RedisError:
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
    browser: Browser, family: list[Applicant], rounds: dict[str, Round], school_of: SchoolOf, seed: int
) -> list[tuple[str, dict[str, Any]]]:
    """One parent signs in and files for each child; (child id, answer) pairs."""
    browser.sign_in(family[0].mobile)
    results = []
    for child in family:
        round_ = rounds[child.stage]
        bound = child.births in {"twins", "triplets"}
        # twins choose alike: the family is the seed, not the child
        rng = Random(f"{seed}:{child.id.rpartition('-')[0] if bound else child.id}")
        school, near = school_of(child)
        picked = typed.choices(school, near, rng, compiled(round_.policy).choices)
        chance = rng.random()
        body = {
            "client_token": str(client_token(seed, child.id, 1)),
            "round": round_.pk,
            "child": typed.child_input(child.claim),
            "answers": typed.form_answers(child.claim, bound=bound),
            "choices": picked,
            "channel": "counter" if chance < COUNTER_SHARE else "app" if chance < 0.5 else "web",
            "prefill": chance > 1 - PREFILL_SHARE,
        }
        results.append((child.id, browser.file(body)))
    return results
