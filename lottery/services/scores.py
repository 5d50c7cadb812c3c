"""Approving schools for admission by preference and score, and importing their scores (R69).

An ordinary school of compulsory education never ranks by score (义务教育法第十二条: 免试入学). Only a public school
that two people of the bureau approved, by the number of its document, for one year and stage may import scores.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.models import Application, Round
from enrollment.services.rounds import round_for
from enrollment.services.submission import normal_receipt
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from foundation.tables import read_table
from foundation.wording import say
from lottery.engine.messages import MESSAGES
from lottery.engine.transcript import digests
from lottery.models import Draw, ScoreFile, ScoreSchool
from lottery.score_lists import MOST_LINES, Row, read_scores
from lottery.services.common import one_line
from lottery.services.score_facts import score_schools
from lottery.services.wishes import DRAWN_KINDS
from schools.models import School

MOST_UPLOAD = 2_000_000
MOST_DOCUMENT = 80


class ScoresRefused(Refused):
    """A file that was not taken, with everything that is wrong in it."""

    def __init__(self, problems: tuple[str, ...], *, code: str) -> None:
        super().__init__(problems[0], code=code, field="file")
        self.problems = problems


def _approvals(school: School, round_: Round) -> None:
    """Take the approvals of one school, year and stage one after the other."""
    lock(f"score school {school.pk}/{round_.season.year}/{round_.stage}")


def _school(round_: Round, code: str) -> School:
    school = School.objects.filter(pk=code, district_id=round_.season.district_id).first()
    if school is None:
        raise NotAllowed(_("There is no such school in your care."))
    return school


def _note(actor: Account, round_: Round, action: str, school: School, **details: object) -> None:
    record(
        actor=actor,
        action=f"scores.{action}",
        object_type="round",
        object_id=round_.pk,
        district=round_.season.district_id,
        details={"school": school.pk, **details},
    )


def _before_the_roll(round_: Round) -> None:
    if Draw.objects.filter(round=round_).exists() or round_.state not in {"planned", "open", "closed"}:
        text = _("The roll is frozen and the digest of the scores is public. Scores cannot be changed any more.")
        raise Refused(text, code="frozen", field="file")


@transaction.atomic
def score_school_propose(*, official: Account, round_id: int, school_code: str, document: str) -> ScoreSchool:
    """Propose a school for admission by score in the year and stage of a round. Raises NotAllowed, Refused."""
    round_ = round_for(official, round_id, "season.edit")
    school = _school(round_, school_code)
    _before_the_roll(round_)
    if school.kind in DRAWN_KINDS:
        text = _("A private school never ranks by score: more applicants than seats are drawn (中发〔2019〕26号).")
        raise Refused(text, code="private", field="school")
    number = one_line(document, "document", MOST_DOCUMENT)
    _approvals(school, round_)
    row = {"school": school, "year": round_.season.year, "stage": round_.stage}
    found = ScoreSchool.objects.filter(**row).first() or ScoreSchool(**row)
    if found.approved_at:
        raise Refused(_("This school is approved already."), code="approved", field="school")
    found.document, found.proposed_by, found.proposed_at = number, official, clock.now()
    found.save()
    _note(official, round_, "propose", school, document=number)
    return found


@transaction.atomic
def score_school_approve(*, official: Account, round_id: int, school_code: str) -> ScoreSchool:
    """Approve a proposed school; never the person who proposed it. Raises NotAllowed, Refused."""
    round_ = round_for(official, round_id, "season.edit")
    school = _school(round_, school_code)
    _before_the_roll(round_)
    _approvals(school, round_)
    found = ScoreSchool.objects.filter(school=school, year=round_.season.year, stage=round_.stage).first()
    if found is None:
        raise Refused(_("Nobody has proposed this school yet."), code="missing", field="school")
    if found.approved_at:
        return found
    if found.proposed_by_id == official.pk:
        text = _("You have proposed this school. A second, different person must approve it.")
        raise Refused(text, code="same_person", field="school")
    found.approved_by, found.approved_at = official, clock.now()
    found.save(update_fields=["approved_by", "approved_at"])
    _note(official, round_, "approve", school, document=found.document)
    return found


def scores_import(*, staff: Account, round_id: int, school_code: str, content: bytes) -> ScoreFile:
    """Import a school's scores as a new version; the same file again is the version it was.

    Raises NotAllowed, Refused (an ordinary school, a frozen roll, no readable table), ScoresRefused naming every wrong
    line. Who may not import reads no file for us, and no lock is held while one is read.
    """
    with transaction.atomic():
        _importing(staff, round_id, school_code)
    if len(content) > MOST_UPLOAD:
        raise Refused(_("This file is too large: at most 2 MB, please."), code="size", field="file")
    return _import(staff, round_id, school_code, content, read_table(content, rows=MOST_LINES + 1))


def _importing(staff: Account, round_id: int, school_code: str) -> tuple[Round, School]:
    """The round, locked, and the school, if scores may be imported now. Raises NotAllowed, Refused."""
    # the round's lock: an import comes wholly before the freeze of the roll or is refused, and two imports queue up
    round_ = Round.objects.select_for_update(of=("self",)).select_related("season").filter(pk=round_id).first()
    district = round_.season.district_id if round_ else ""
    if round_ is None or not scope(staff).may("application.review", district=district, school=school_code):
        raise NotAllowed(_("There is no such round in your care."))
    school = _school(round_, school_code)
    if school.pk not in score_schools(round_):
        text = _(
            "This school admits without examination, as every ordinary school of compulsory education does. "
            "Scores are taken only of schools that two people approved by a document of the bureau."
        )
        raise Refused(text, code="ordinary", field="school")
    _before_the_roll(round_)
    return round_, school


@transaction.atomic
def _import(staff: Account, round_id: int, school_code: str, content: bytes, table: list[Row]) -> ScoreFile:
    round_, school = _importing(staff, round_id, school_code)
    seal = digests([content])
    sha256 = str(seal["sha256"])
    newest = ScoreFile.objects.filter(round=round_, school=school).order_by("-number").first()
    if newest is not None and newest.sha256 == sha256:
        return newest
    rows = _read(round_, table)
    made = ScoreFile.objects.create(
        round=round_,
        school=school,
        number=newest.number + 1 if newest else 1,
        sha256=sha256,
        sm3=seal.get("sm3") or "",
        rows=rows,
        count=len(rows),
        uploaded_by=staff,
        uploaded_at=clock.now(),
    )
    _note(staff, round_, "import", school, sha256=made.sha256, count=made.count, version=made.number)
    return made


def _read(round_: Round, table: list[Row]) -> dict[str, int]:
    known = set(Application.objects.filter(round=round_).values_list("receipt", flat=True))
    read = read_scores(table, known=known, normal=normal_receipt)
    if read.errors:
        problems = tuple(say(MESSAGES[error.code], error.params) for error in read.errors)
        raise ScoresRefused(problems, code=read.errors[0].code)
    return read.rows
