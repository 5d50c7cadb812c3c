"""Approving schools for admission by preference and score, and keeping their scores (tables: ``kinds``).

An ordinary school of compulsory education never ranks by score (义务教育法第十二条: 免试入学). Only a public school
that two people of the bureau approved, by the number of its document, for one year and stage may import scores.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from audit.services import record
from enrollment.seasons.models import Round
from enrollment.seasons.services.rounds import round_for
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from lottery.refusals import one_line
from lottery.scores.facts import score_schools
from lottery.scores.models import ScoreFile, ScoreSchool
from lottery.scores.states import BEFORE_THE_ROLL
from schools.models import School

MOST_DOCUMENT = 80


def _lock_approvals(school: School, round_: Round) -> None:
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


def _check_before_the_roll(round_: Round) -> None:
    if round_.state not in BEFORE_THE_ROLL:
        text = _("The roll is frozen and the digest of the scores is public. Scores cannot be changed any more.")
        raise Refused(text, code="frozen", field="file")


@transaction.atomic
def score_school_propose(*, official: Account, round_id: int, school_code: str, document: str) -> ScoreSchool:
    """Propose a school for admission by score in the year and stage of a round. Raises NotAllowed, Refused."""
    round_ = round_for(official, round_id, Ability.SEASON_EDIT)
    school = _school(round_, school_code)
    _check_before_the_roll(round_)
    if school.is_drawn:
        text = _("A private school never ranks by score: more applicants than seats are drawn (中发〔2019〕26号).")
        raise Refused(text, code="private", field="school")
    number = one_line(document, "document", MOST_DOCUMENT)
    _lock_approvals(school, round_)
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
    round_ = round_for(official, round_id, Ability.SEASON_EDIT)
    school = _school(round_, school_code)
    _check_before_the_roll(round_)
    _lock_approvals(school, round_)
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


def check_import(round_: Round, school_code: str) -> School:
    """The school, if its scores may come in now, or go. Raises NotAllowed, Refused.

    Takes the lock of the round: scores are in before the roll is frozen or refused, and two tables follow each other.
    """
    Round.objects.select_for_update().get(pk=round_.pk)
    round_.refresh_from_db(fields=["state"])
    school = _school(round_, school_code)
    if school.pk not in score_schools(round_):
        text = _(
            "This school admits without examination, as every ordinary school of compulsory education does. "
            "Scores are taken only of schools that two people approved by a document of the bureau."
        )
        raise Refused(text, code="ordinary", field="school")
    _check_before_the_roll(round_)
    return school


def scores_put(
    *, round_: Round, school_code: str, rows: Mapping[str, int], seal: Mapping[str, object], by: Account
) -> ScoreFile:
    """A new version of a school's scores, from a table that two people took; ``seal`` are the digests of its file."""
    school = check_import(round_, school_code)
    newest = ScoreFile.objects.filter(round=round_, school=school).order_by("-number").first()
    made = ScoreFile.objects.create(
        round=round_,
        school=school,
        number=newest.number + 1 if newest else 1,
        sha256=str(seal.get("sha256") or ""),
        sm3=str(seal.get("sm3") or ""),
        rows=dict(rows),
        count=len(rows),
        uploaded_by=by,
        uploaded_at=clock.now(),
    )
    _note(by, round_, "import", school, sha256=made.sha256, count=made.count, version=made.number)
    return made


def scores_back(*, round_: Round, school_code: str, rows: Mapping[str, int], by: Account) -> ScoreFile:
    """What stood before a table becomes the newest version again, with the digests of its file; maybe nothing."""
    seal: dict[str, object] = {}
    if rows:
        older = ScoreFile.objects.filter(round=round_, school=school_code).order_by("-number")
        same = next(file for file in older if file.rows == rows)
        seal = {"sha256": same.sha256, "sm3": same.sm3}
    return scores_put(round_=round_, school_code=school_code, rows=rows, seal=seal, by=by)
