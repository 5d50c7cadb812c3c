"""Admission by preference and score: two people approve a school, its file is bound, and its order decides."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from openpyxl import Workbook

from accounts.models import Account
from accounts.services import staff_create
from audit.models import Entry
from enrollment.seasons.models import Application, ApplicationVersion
from foundation.errors import NotAllowed, Refusal, Refused
from imports.models import Import
from imports.services import import_take, import_upload, imports_go_on
from lottery.admission.models import Placement
from lottery.admission.selectors import explanation
from lottery.admission.services import run_compute
from lottery.ceremony.models import PublicFile, RollEntry
from lottery.scores.facts import score_files
from lottery.scores.models import ScoreFile, ScoreSchool
from lottery.scores.services import score_school_approve, score_school_propose
from schools.models import School
from tests.factories import PASSWORD
from tests.lottery.ceremony.test_draw import audit, saved
from tests.lottery.factories import Ceremony, ceremony, staff, token
from tests.tables import brought, checked, taken, undone
from tests.threads import at_once

pytestmark = pytest.mark.django_db
ART = "WL01"
DOCUMENT = "常教发〔2026〕12号"


def table(rows: Iterable[tuple[object, object]], heading: tuple[str, str] = ("报名号", "分数")) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([heading, *rows])
    return written.getvalue().encode()


def approve(one: Ceremony, school: str = ART) -> ScoreSchool:
    score_school_propose(official=one.officials[0], round_id=one.round.pk, school_code=school, document=DOCUMENT)
    return score_school_approve(official=one.officials[1], round_id=one.round.pk, school_code=school)


def place(one: Ceremony, school: str = ART) -> str:
    return f"{one.round.pk}:{school}"


def scored(one: Ceremony, content: bytes, school: str = ART) -> ScoreFile:
    brought("scores", place(one, school), content, by=one.officials[0], other=one.officials[1])
    return ScoreFile.objects.filter(round=one.round, school=school).latest("number")


def looked_at(one: Ceremony, content: bytes) -> Import:
    """What a worker finds in a table; nothing of it is stored."""
    return checked("scores", place(one), content, by=one.officials[0])


def listed(one: Ceremony) -> list[Application]:
    return list(Application.objects.filter(round=one.round).order_by("receipt"))


def everybody(one: Ceremony) -> bytes:
    """Scores from 60.00 upwards in steps of a quarter, by receipt."""
    return table((child.receipt, f"{60 + at / 4}") for at, child in enumerate(listed(one)))


def test_scores_decide_at_the_approved_school_from_the_file_to_the_published_run(tmp_path: Path) -> None:
    one = ceremony(pupils=16, seats=5)
    approve(one)
    content = everybody(one)
    kept = scored(one, content)
    draw = one.drawn()
    assert draw.commitment["score_files"] == {ART: hashlib.sha256(content).hexdigest()} == {ART: kept.sha256}
    assert draw.commitment["score_counts"] == {ART: 16}
    one.publish(run_compute(official=one.officials[0], round_id=one.round.pk))
    twins = set(Application.objects.filter(sibling_key="twins").values_list("pk", flat=True))
    own = {RollEntry.objects.get(application=child).application_id: kept.rows[child.receipt] for child in listed(one)}
    wanted = set(ApplicationVersion.objects.filter(choices__0=ART).values_list("application_id", flat=True)) - twins
    placed = set(Placement.objects.filter(school_code=ART).values_list("application_id", flat=True)) & wanted
    assert placed, "somebody who put the school first holds a seat there"
    assert min(own[pk] for pk in placed) > max(own[pk] for pk in wanted - placed)
    found = audit("admission", saved(one.round.pk, "admission.json", tmp_path))
    assert (found.returncode, found.stderr) == (0, "")


def test_a_child_without_a_score_does_not_stand_there_and_loses_nothing_elsewhere() -> None:
    one = ceremony(pupils=8, seats=8)
    approve(one)
    absent = next(child for child in listed(one) if not child.sibling_key)
    scored(one, table((child.receipt, 80) for child in listed(one) if child != absent))
    one.drawn()
    one.publish(run_compute(official=one.officials[0], round_id=one.round.pk))
    placement = Placement.objects.get(application=absent)
    lines = {line["school"]: line["outcome"] for line in explanation(placement)["choices"]}
    assert lines[ART] == "not eligible"
    assert placement.school_code == "WL02"


def test_nothing_public_holds_a_score_or_a_receipt_and_the_rows_are_encrypted() -> None:
    one = ceremony(pupils=6)
    approve(one)
    scored(one, table([(listed(one)[0].receipt, "87.65"), *((child.receipt, 60) for child in listed(one)[1:])]))
    one.freeze()
    for file in PublicFile.objects.all():
        body = gzip.decompress(bytes(file.body)).decode()
        assert "8765" not in body
        assert listed(one)[0].receipt not in body
    with connection.cursor() as cursor:
        cursor.execute("SELECT rows FROM lottery_scorefile")
        assert "8765" not in cursor.fetchone()[0]
    for entry in Entry.objects.filter(action__startswith="scores."):
        assert "8765" not in json.dumps(entry.details)


def test_an_ordinary_school_can_never_import_scores() -> None:
    one = ceremony(pupils=4)
    with pytest.raises(Refused) as refused:
        scored(one, everybody(one))
    assert refused.value.code == "ordinary"
    score_school_propose(official=one.officials[0], round_id=one.round.pk, school_code=ART, document=DOCUMENT)
    with pytest.raises(Refused) as refused:  # one person is not enough
        scored(one, everybody(one))
    assert refused.value.code == "ordinary"
    assert not ScoreFile.objects.exists()


def test_a_school_is_approved_by_two_different_people() -> None:
    one = ceremony(pupils=3)
    propose = partial(score_school_propose, official=one.officials[0], round_id=one.round.pk, school_code=ART)
    with pytest.raises(Refused) as refused:
        propose(document="  ")
    assert refused.value.field == "document"
    propose(document=DOCUMENT)
    with pytest.raises(Refused) as refused:
        score_school_approve(official=one.officials[0], round_id=one.round.pk, school_code=ART)
    assert refused.value.code == "same_person"
    assert score_school_approve(official=one.officials[2], round_id=one.round.pk, school_code=ART).approved_at
    with pytest.raises(Refused) as refused:
        propose(document="另一份文件")
    assert refused.value.code == "approved"
    row = ScoreSchool.objects.get()
    row.approved_by = row.proposed_by
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_private_school_is_drawn_and_never_approved() -> None:
    one = ceremony(pupils=3)
    School.objects.filter(pk=ART).update(kind=School.Kind.PRIVATE)
    with pytest.raises(Refused) as refused:
        approve(one)
    assert refused.value.code == "private"


def test_nothing_can_be_imported_after_the_freeze_and_no_version_ever_changes() -> None:
    one = ceremony(pupils=4)
    approve(one)
    scored(one, everybody(one))
    one.freeze()
    with pytest.raises(Refused) as refused:
        scored(one, table([(listed(one)[0].receipt, 100)]))
    assert refused.value.code == "frozen"
    for statement in ("DELETE FROM lottery_scorefile", "UPDATE lottery_scorefile SET count = 1 + count"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_new_file_is_a_new_version_and_the_newest_counts() -> None:
    one = ceremony(pupils=4)
    approve(one)
    first = scored(one, everybody(one))
    assert looked_at(one, everybody(one)).counts["same"] == 4
    second = scored(one, table((child.receipt, 70) for child in listed(one)))
    assert (first.number, second.number, ScoreFile.objects.count()) == (1, 2, 2)
    assert one.freeze().commitment["score_files"] == {ART: second.sha256}


def test_the_roll_is_not_frozen_while_scores_are_missing() -> None:
    one = ceremony(pupils=4)
    approve(one)
    with pytest.raises(Refused) as refused:
        one.freeze()
    assert refused.value.code == "scores"
    one.round.refresh_from_db()
    assert one.round.state == "closed"
    scored(one, everybody(one))
    assert one.freeze().roll_count == 4


def test_an_approved_school_that_nobody_lists_needs_no_scores() -> None:
    one = ceremony(pupils=4)
    approve(one, "WL03")
    assert one.freeze().commitment["score_files"] == {}


def test_who_may_import_and_approve() -> None:
    one = ceremony(pupils=3)
    approve(one)
    stranger = staff("reviewer-2", "reviewer", "WL02")
    foreign, _device = staff_create(
        username="foreign-1", password=PASSWORD, name="合成职员", roles=[("official", "430703", "")]
    )
    for account in (stranger, foreign, *one.witnesses, one.officials[2]):
        with pytest.raises(NotAllowed):
            import_upload(official=account, kind="scores", place=place(one), content=everybody(one), file_name="a.csv")
    made = checked("scores", place(one), everybody(one), by=one.reviewer)
    with pytest.raises(NotAllowed):
        import_take(official=stranger, import_id=made.pk)
    assert taken(made, by=one.officials[0]).state == "applied"
    for account in (one.reviewer, foreign, *one.witnesses):
        with pytest.raises(NotAllowed):
            score_school_approve(official=account, round_id=one.round.pk, school_code=ART)
    for round_id, school in ((0, ART), (one.round.pk, "NOWHERE")):
        with pytest.raises(Refusal):
            import_upload(
                official=one.officials[0], kind="scores", place=f"{round_id}:{school}", content=b"x", file_name="a.csv"
            )


def test_every_wrong_line_is_named_with_its_column_and_nothing_is_taken() -> None:
    one = ceremony(pupils=4)
    approve(one)
    known = listed(one)[0].receipt
    content = table([(known, "80"), (known, "81"), ("XX-0000", 70), (listed(one)[1].receipt, "viele"), ("", 3)])
    made = looked_at(one, content)
    assert (made.state, made.counts["wrong"]) == ("wrong", 4)
    assert [row["line"] for row in made.report["wrong"]] == [3, 4, 5, 6]
    assert [row["words"].partition("：")[0] for row in made.report["wrong"][1:]] == ["报名号", "分数", "报名号"]
    assert not ScoreFile.objects.exists()


def test_a_receipt_of_another_round_is_unknown() -> None:
    one = ceremony(pupils=3)
    approve(one)
    made = looked_at(one, table([("26-AAAA-BBBB-CC", 80)]))
    assert "26-AAAA-BBBB-CC" in made.report["wrong"][0]["words"]


def workbook(rows: Iterable[tuple[str | float, ...]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_with_other_columns_and_a_plain_text_give_the_same_scores() -> None:
    one = ceremony(pupils=3)
    approve(one)
    receipts = [child.receipt for child in listed(one)]
    rows = [("合成姓名", receipt.lower(), 87.1 + at) for at, receipt in enumerate(receipts)]
    from_book = scored(one, workbook([("姓名", "报名号", "成绩"), *rows]))
    text = table([(receipt, f"{87.1 + at:.2f}") for at, receipt in enumerate(receipts)]).decode().encode("gb18030")
    assert from_book.rows == {receipt: 8710 + 100 * at for at, receipt in enumerate(receipts)}
    from_text = looked_at(one, text)
    assert (from_text.counts["same"], from_text.counts["changed"]) == (3, 0)
    assert from_book.sha256 != from_text.sha256


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-1", "from 0 to 1000"),
        ("1000.01", "from 0 to 1000"),
        ("1e3", "at most two decimals"),
        ("80.123", "at most two decimals"),
        ("NaN", "at most two decimals"),
        ("=1+1", "at most two decimals"),
        ("", "empty"),
    ],
)
def test_a_score_that_is_none_is_refused(typed: str, words: str) -> None:
    one = ceremony(pupils=3)
    approve(one)
    Account.objects.filter(pk=one.officials[0].pk).update(language="en")
    made = looked_at(one, table([(listed(one)[0].receipt, typed)]))
    assert words in made.report["wrong"][0]["words"]


def test_undoing_brings_the_version_before_back_or_none() -> None:
    one = ceremony(pupils=4)
    approve(one)
    first, second = (table((child.receipt, points) for child in listed(one)) for points in (70, 80))
    made = [
        brought("scores", place(one), content, by=one.officials[0], other=one.officials[1])
        for content in (first, second)
    ]
    undone(made[1], by=one.officials[0], other=one.officials[1])
    assert score_files(one.round)[ART].sha256 == hashlib.sha256(first).hexdigest()
    undone(made[0], by=one.officials[1], other=one.officials[0])
    assert score_files(one.round) == {}
    assert ScoreFile.objects.count() == 4
    with pytest.raises(Refused) as refused:
        one.freeze()
    assert refused.value.code == "scores"


@pytest.mark.django_db(transaction=True)
def test_two_tables_prepared_at_once_are_not_both_taken() -> None:
    one = ceremony(pupils=4)
    approve(one)
    files = [table((child.receipt, points) for child in listed(one)) for points in (70, 80)]
    made = [looked_at(one, content) for content in files]
    for each in made:
        import_take(official=one.officials[1], import_id=each.pk, token=token(one.officials[1]))
    at_once([imports_go_on] * 2)
    imports_go_on()
    assert sorted(Import.objects.values_list("state", flat=True)) == ["applied", "stale"]
    assert ScoreFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_is_one_table() -> None:
    one = ceremony(pupils=4)
    approve(one)
    at_once([partial(looked_at, one, everybody(one))] * 2)
    assert Import.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_import_at_the_moment_of_the_freeze_is_bound_or_refused() -> None:
    one = ceremony(pupils=4)
    approve(one)
    first = scored(one, everybody(one))
    later = looked_at(one, table((child.receipt, 99) for child in listed(one)))
    import_take(official=one.officials[1], import_id=later.pk, token=token(one.officials[1]))
    _worked, draw = at_once([imports_go_on, one.freeze])
    imports_go_on()
    later.refresh_from_db()
    announced = one.round.draw.commitment["score_files"][ART]
    assert (later.state, announced) in {("applied", later.sha256), ("stale", first.sha256)}
    assert not isinstance(draw, Refused)
