"""The frozen roll of a class assignment, and what follows from it: recomputed at every step, stored at none."""

import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from enrollment.seasons.models import Application, ApplicationVersion
from foundation.errors import Refused
from lottery.classes.models import ClassEntry, ClassRun, ClassSeat, SiblingWish
from lottery.classes.pupils import pupils_of, starters
from lottery.engine.classes import ClassPupil, Wish
from lottery.engine.classes.transcript import Entropy, class_row, facts_salt, facts_text
from lottery.engine.drawing.tickets import RollRow, receipt_hash

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """One pupil about to be put on the roll."""

    application: Application
    salt: str
    pseudonym: str
    facts: str
    row: RollRow


def run_key(run: ClassRun) -> str:
    """The run's name in every database."""
    return f"{run.school.district_id}/{run.season.year}/{run.stage}/{run.school_id}/{run.number}"


def members_of(run: ClassRun) -> list[Member]:
    """Every child who accepted a place and has no class, with salted facts. Raises Refused for a missing measure."""
    applications = list(
        pupils_of(run.school_id, run.season_id, run.stage).select_related("child").select_for_update(of=("self",))
    )
    _check_measures(run, applications)
    salts = _salts(run, applications)
    pseudonyms = {one.pk: receipt_hash(one.receipt, bytes.fromhex(salts[one.pk])) for one in applications}
    bonds = _bonds(run, pseudonyms)
    members = []
    for one in applications:
        joint, wish, near, away = bonds.get(one.pk, (None, "together", None, ()))
        born = one.child.birth_date
        pupil = ClassPupil(
            id=pseudonyms[one.pk],
            gender=one.child.sex,
            measure=run.measures.get(one.receipt, 0),
            group=joint,
            wish=wish,
            month=max(
                0, (run.season.year * 12 + 9) - (born.year * 12 + born.month)
            ),  # age in whole months in September of the year
            kind=one.group_code,
        )
        facts = facts_text(pupil, near, away)
        row = class_row(one.receipt, bytes.fromhex(salts[one.pk]), facts)
        members.append(Member(one, salts[one.pk], pseudonyms[one.pk], facts, row))
    return members


def _check_measures(run: ClassRun, applications: Sequence[Application]) -> None:
    known = {one.receipt for one in applications}
    if missing := sorted(known - set(run.measures)) if run.measures else []:
        text = _("These pupils have no measure: %(receipts)s. Give all pupils one, or none.")
        raise Refused(text % {"receipts": ", ".join(missing[:3])}, code="measures", field="measures")
    if unknown := sorted(set(run.measures) - known):
        text = _("These receipt numbers are not on the roll of this school: %(receipts)s.")
        raise Refused(text % {"receipts": ", ".join(unknown[:3])}, code="measures", field="measures")


def _salts(run: ClassRun, applications: Sequence[Application]) -> dict[object, str]:
    """A family's salt for this run: from the secret token of its first submission, so that it can be made again."""
    tokens = ApplicationVersion.objects.filter(application__in=applications, number=1)
    label = f"class salt{run_key(run)}".encode()
    return {
        pk: hmac.digest(token.bytes, label, "sha256").hex()
        for pk, token in tokens.values_list("application_id", "client_token")
    }


def _families(run: ClassRun) -> dict[object, list[Application]]:
    """Children of one family at this school and stage, the placed ones included, where the family has a wish."""
    everybody = starters(run.school_id, run.season_id, run.stage).filter(guardian__in=_wishes(run))
    families: dict[object, list[Application]] = {}
    for one in everybody:
        families.setdefault(one.guardian_id, []).append(one)
    return {key: members for key, members in families.items() if len(members) > 1}


def _wishes(run: ClassRun) -> dict[int, str]:
    wishes = SiblingWish.objects.filter(school=run.school_id, season=run.season_id, stage=run.stage)
    return dict(wishes.values_list("guardian_id", "wish"))


def _bonds(
    run: ClassRun, pseudonyms: Mapping[Any, str]
) -> dict[object, tuple[str | None, Wish, int | None, tuple[int, ...]]]:
    """Per child its siblings' public group name, the wish, and the classes of siblings placed before."""
    wishes: dict[int, Any] = dict(_wishes(run))
    placed = dict(_earlier(run).values_list("application_id", "number"))
    found: dict[object, tuple[str | None, Wish, int | None, tuple[int, ...]]] = {}
    for guardian, members in _families(run).items():
        wish: Wish = wishes[guardian]  # type: ignore[index]
        new = [one for one in members if one.pk in pseudonyms]
        classes = sorted({placed[one.pk] - 1 for one in members if one.pk in placed})
        name = min((pseudonyms[one.pk] for one in new), default=None)
        for one in new:
            together = wish == "together"
            near = classes[0] if together and classes else None
            found[one.pk] = (name if len(new) > 1 else None, wish, near, () if together else tuple(classes))
    return found


def _earlier(run: ClassRun) -> QuerySet[ClassSeat]:
    return ClassSeat.objects.filter(run__school=run.school_id, run__season=run.season_id, run__stage=run.stage)


def start_of(run: ClassRun) -> tuple[dict[str, int], ...] | None:
    """Who is in the classes already, as counts by gender, class by class; None for a main run."""
    if not run.number:
        return None
    counts: list[Counter[str]] = [Counter() for _ in range(run.classes)]
    for number, gender in _earlier(run).values_list("number", "application__child__sex"):
        counts[number - 1][gender] += 1
    return tuple(dict(sorted(one.items())) for one in counts)


def rows_of(run: ClassRun) -> list[RollRow]:
    """The public rows of a frozen roll, in its order."""
    rows = ClassEntry.objects.filter(run=run).order_by("position").values_list("pseudonym", "leaf")
    return [RollRow(pseudonym, pseudonym, leaf) for pseudonym, leaf in rows]


def pupils_json(run: ClassRun) -> dict[str, tuple[str, str]]:
    """(salt of the facts, facts) by pseudonym."""
    rows = ClassEntry.objects.filter(run=run).values_list("pseudonym", "salt", "facts")
    return {name: (facts_salt(bytes.fromhex(salt)).hex(), facts) for name, salt, facts in rows}


def entropy_of(run: ClassRun) -> Entropy:
    """What came in so far."""
    nonces = tuple(None if one is None else one.encode() for one in run.nonces)
    return Entropy(nonces, tuple(run.balls), run.public_value)
