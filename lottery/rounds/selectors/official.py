"""What an official, a notary or a witness needs next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.seasons.models import Application, ApplicationState, Round
from enrollment.seasons.selectors import no_round_in_care
from foundation import clock
from lottery.admission.models import AdmissionRun
from lottery.ceremony.digests import announcement_digest, ceremony_digest
from lottery.ceremony.models import CeremonyPlan, Confirmation, Draw, Nonce
from lottery.ceremony.people import is_notary, witnesses_of
from lottery.ceremony.selectors import duty_name
from lottery.ceremony.services.planning import FALLBACK, PUBLIC_VALUE
from lottery.ceremony.states import DUTIES, FinalStep
from lottery.engine.drawing.methods import DEFAULT, METHODS
from lottery.roll.selectors import Closing, closing_of
from lottery.rounds.selectors.public import Promise, SchoolRow, promises, school_rows
from lottery.witnesses.models import StepSign
from lottery.witnesses.selectors import LOOKING_ABILITIES, WORKING_ABILITIES, objections_of

TIMES = ("starts_at", "commit_by", "reveal_by", "value_by")
TYPED = (*TIMES, "place", "public_value", "fallback", "method")


def official_rounds(account: Account) -> list[Round]:
    """The rounds in which the account has something to do or to supervise, newest first."""
    rounds = Round.objects.select_related("season__district", "draw").order_by("-season__year", "stage", "kind")
    mine = scope(account)
    reached: dict[int, Round] = {}
    for ability in LOOKING_ABILITIES:
        for one in mine.rows(rounds, ability, district="season__district__code"):
            reached.setdefault(one.pk, one)
    return sorted(reached.values(), key=lambda one: (-one.season.year, one.stage, one.kind))


def only_looks_on(account: Account, round_id: int) -> bool:
    """Whether the account supervises this round and has no part in it."""
    district = Round.objects.filter(pk=round_id).values_list("season__district_id", flat=True).first()
    mine = scope(account)
    if district is None or any(mine.may(ability, district=district) for ability in WORKING_ABILITIES):
        return False
    return mine.may(Ability.AUDIT_VIEW, district=district)


@dataclass(frozen=True, slots=True)
class Appointed:
    """Somebody who may be named in the plan, with the duty chosen so far, and the duties to choose from."""

    name: str
    duty: str
    duties: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanForm:
    """The plan as its form shows it before the roll is frozen; times as 2027-07-20T09:30 in Beijing time, or empty."""

    kept: bool
    place: str
    starts_at: str
    commit_by: str
    reveal_by: str
    value_by: str
    public_value: str
    fallback: str
    method: str
    methods: tuple[tuple[str, str], ...]
    appointed: tuple[Appointed, ...]

    def typed(self, given: Mapping[str, str]) -> "PlanForm":
        """The form with what was typed into it, after a refusal."""
        words = {name: given.get(name, "") for name in TYPED}
        appointed = tuple(replace(one, duty=given.get(f"duty-{one.name}", "")) for one in self.appointed)
        return replace(self, **words, appointed=appointed)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """One round as an official, a notary or a witness sees it: what may be done now, and by whom."""

    round: Round
    draw: Draw | None
    run: AdmissionRun | None
    counts: tuple[tuple[str, int], ...]
    total: int
    digest: str
    nonces: tuple[Nonce, ...]
    own: Nonce | None
    named: bool
    confirmations: tuple[Confirmation, ...]
    plan: CeremonyPlan | None
    form: PlanForm | None
    objections: tuple[StepSign, ...]
    schools: tuple[SchoolRow, ...]
    promises: tuple[Promise, ...]
    may_run: bool
    may_confirm: bool
    may_witness: bool
    closing: Closing | None

    @property
    def working(self) -> bool:
        """Whether a worker has the newest run in hand: computing, publishing, or telling the families."""
        run = self.run
        return run is not None and (
            run.state in AdmissionRun.WORKING or (run.state == AdmissionRun.State.PUBLISHED and run.told_at is None)
        )


def official_page(account: Account, round_id: int, language: str) -> OfficialPage:
    """Raises NotAllowed outside the account's scope."""
    round_ = Round.objects.select_related("season__district", "policy").filter(pk=round_id).first()
    mine = scope(account)
    may = {
        ability: round_ is not None and mine.may(ability, district=round_.season.district_id)
        for ability in WORKING_ABILITIES
    }
    if round_ is None or not any(may.values()):
        raise no_round_in_care()
    draw = Draw.objects.filter(round=round_).first()
    run = AdmissionRun.objects.filter(round=round_).exclude(state=AdmissionRun.State.DISCARDED).order_by("-id").first()
    nonces = tuple(Nonce.objects.filter(draw=draw).select_related("witness").order_by("committed_at")) if draw else ()
    subject = run.digest if run else ceremony_digest(draw) if draw else ""
    confirmations = Confirmation.objects.filter(
        round=round_, step=FinalStep.PUBLISH if run else FinalStep.DRAW, subject=subject
    )
    counts = _counts(round_)
    plan = CeremonyPlan.objects.filter(round=round_).first()
    return OfficialPage(
        round=round_,
        draw=draw,
        run=run,
        counts=counts,
        total=sum(count for _label, count in counts),
        digest=announcement_digest(draw) if draw else "",
        nonces=nonces,
        own=next((one for one in nonces if one.witness_id == account.pk), None),
        named=draw is not None and account.username in draw.commitment["entropy"]["witnesses"],
        confirmations=tuple(confirmations.select_related("official").order_by("at")),
        plan=plan,
        form=plan_form(round_, plan) if draw is None and may[Ability.ROUND_RUN] else None,
        objections=objections_of(draw),
        schools=school_rows(run.result, language) if run and run.result else (),
        promises=promises(run.result) if run and run.result else (),
        may_run=may[Ability.ROUND_RUN],
        may_confirm=may[Ability.ROUND_CONFIRM],
        may_witness=may[Ability.ROUND_WITNESS],
        closing=closing_of(round_) if draw is None and may[Ability.ROUND_RUN] else None,
    )


def plan_form(round_: Round, plan: CeremonyPlan | None) -> PlanForm:
    """What the form of the plan starts with: the plan made before, or the usual texts."""
    named = {one["name"]: one["duty"] for one in plan.witnesses} if plan else {}
    names = {"ticket": _("Tickets (HMAC)"), "ring": _("Ring with an interval"), "descending": _("Random numbers")}
    return PlanForm(
        kept=plan is not None,
        place=plan.place if plan else "",
        public_value=plan.public_value if plan else PUBLIC_VALUE,
        fallback=plan.fallback if plan else FALLBACK,
        method=plan.method if plan else DEFAULT,
        methods=tuple((code, names.get(code, code)) for code in METHODS),
        appointed=tuple(_appointed(name, named, round_, new=plan is None) for name in witnesses_of(round_)),
        **{name: _typed_time(getattr(plan, name, None)) for name in TIMES},
    )


def _typed_time(at: datetime | None) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%dT%H:%M") if at else ""


def _appointed(name: str, named: dict[str, str], round_: Round, *, new: bool) -> Appointed:
    notary = is_notary(Account.objects.get(username=name), round_.season.district_id)
    duties = tuple((code, duty_name(code)) for code in DUTIES if notary or code != "notary")
    usual = ("notary" if notary else "witness") if new else ""
    return Appointed(name, named.get(name, usual), duties)


def _counts(round_: Round) -> tuple[tuple[str, int], ...]:
    found = dict(Application.objects.filter(round=round_).values_list("state").annotate(Count("pk")))
    return tuple((str(label), found[state]) for state, label in ApplicationState.choices if state in found)
