"""What an official, a notary or a witness needs next."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from enrollment.models import Application, ApplicationState, Round
from foundation.errors import NotAllowed
from lottery.models import AdmissionRun, Confirmation, Draw, Nonce
from lottery.selectors.rounds import Promise, SchoolRow, promises, school_rows
from lottery.services.common import announcement_digest
from lottery.services.drawing import ceremony_digest

WORKING_ABILITIES = ("round.run", "round.confirm", "round.witness")


def official_rounds(account: Account) -> list[Round]:
    """The rounds in which the account has something to do, newest first."""
    rounds = Round.objects.select_related("season__district", "draw").order_by("-season__year", "stage", "kind")
    mine = scope(account)
    reached: dict[int, Round] = {}
    for ability in WORKING_ABILITIES:
        for one in mine.rows(rounds, ability, district="season__district__code"):
            reached.setdefault(one.pk, one)
    return sorted(reached.values(), key=lambda one: (-one.season.year, one.stage, one.kind))


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
    schools: tuple[SchoolRow, ...]
    promises: tuple[Promise, ...]
    may_run: bool
    may_confirm: bool
    may_witness: bool


def official_page(account: Account, round_id: int, language: str) -> OfficialPage:
    """Raises NotAllowed outside the account's scope."""
    round_ = Round.objects.select_related("season__district", "policy").filter(pk=round_id).first()
    mine = scope(account)
    may = {
        ability: round_ is not None and mine.may(ability, district=round_.season.district_id)
        for ability in WORKING_ABILITIES
    }
    if round_ is None or not any(may.values()):
        raise NotAllowed(_("There is no such round in your care."))
    draw = Draw.objects.filter(round=round_).first()
    run = AdmissionRun.objects.filter(round=round_).exclude(state=AdmissionRun.State.DISCARDED).order_by("-id").first()
    nonces = tuple(Nonce.objects.filter(draw=draw).select_related("witness").order_by("committed_at")) if draw else ()
    subject = run.digest if run else ceremony_digest(draw) if draw else ""
    confirmations = Confirmation.objects.filter(round=round_, step="publish" if run else "draw", subject=subject)
    counts = _counts(round_)
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
        schools=school_rows(run.result, language) if run else (),
        promises=promises(run.result) if run else (),
        may_run=may["round.run"],
        may_confirm=may["round.confirm"],
        may_witness=may["round.witness"],
    )


def _counts(round_: Round) -> tuple[tuple[str, int], ...]:
    found = dict(Application.objects.filter(round=round_).values_list("state").annotate(Count("pk")))
    return tuple((str(label), found[state]) for state, label in ApplicationState.choices if state in found)
