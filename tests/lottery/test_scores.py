"""Admission by preference and score: two people approve a school, its file is bound, and its order decides."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override
from openpyxl import Workbook

from accounts.services import staff_create
from audit.models import Entry
from enrollment.models import Application, ApplicationVersion
from foundation.errors import NotAllowed, Refused
from lottery import services
from lottery.models import Placement, PublicFile, RollEntry, ScoreFile, ScoreSchool
from lottery.services.scores import ScoresRefused
from schools.models import School
from tests.factories import PASSWORD
from tests.lottery.factories import Ceremony, ceremony, staff, token
from tests.lottery.test_draw_services import audit, saved
from tests.threads import at_once

pytestmark = pytest.mark.django_db
ART = "WL01"
DOCUMENT = "常教发〔2026〕12号"


def table(rows: Iterable[tuple[object, object]], heading: tuple[str, str] = ("报名号", "分数")) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([heading, *rows])
    return written.getvalue().encode()


def approve(one: Ceremony, school: str = ART) -> ScoreSchool:
    services.score_school_propose(
        official=one.officials[0], round_id=one.round.pk, school_code=school, document=DOCUMENT
    )
    return services.score_school_approve(official=one.officials[1], round_id=one.round.pk, school_code=school)


def load(one: Ceremony, content: bytes, school: str = ART) -> ScoreFile:
    return services.scores_import(staff=one.officials[0], round_id=one.round.pk, school_code=school, content=content)


def listed(one: Ceremony) -> list[Application]:
    return list(Application.objects.filter(round=one.round).order_by("receipt"))


def everybody(one: Ceremony) -> bytes:
    """Scores from 60.00 upwards in steps of a quarter, by receipt."""
    return table((child.receipt, f"{60 + at / 4}") for at, child in enumerate(listed(one)))


def test_scores_decide_at_the_approved_school_from_the_file_to_the_published_run(tmp_path: Path) -> None:
    one = ceremony(pupils=16, seats=5)
    approve(one)
    content = everybody(one)
    kept = load(one, content)
    draw = one.drawn()
    assert draw.commitment["score_files"] == {ART: hashlib.sha256(content).hexdigest()} == {ART: kept.sha256}
    assert draw.commitment["score_counts"] == {ART: 16}
    run = services.run_compute(official=one.officials[0], round_id=one.round.pk)
    for official in one.officials[:2]:
        run = services.run_publish_confirm(official=official, run_id=run.pk, token=token(official))
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
    load(one, table((child.receipt, 80) for child in listed(one) if child != absent))
    one.drawn()
    run = services.run_compute(official=one.officials[0], round_id=one.round.pk)
    for official in one.officials[:2]:
        run = services.run_publish_confirm(official=official, run_id=run.pk, token=token(official))
    placement = Placement.objects.get(application=absent)
    lines = {line["school"]: line["outcome"] for line in placement.explanation["choices"]}
    assert lines[ART] == "not eligible"
    assert placement.school_code == "WL02"


def test_nothing_public_holds_a_score_or_a_receipt_and_the_rows_are_encrypted() -> None:
    one = ceremony(pupils=6)
    approve(one)
    load(one, table([(listed(one)[0].receipt, "87.65"), *((child.receipt, 60) for child in listed(one)[1:])]))
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
        load(one, everybody(one))
    assert refused.value.code == "ordinary"
    services.score_school_propose(official=one.officials[0], round_id=one.round.pk, school_code=ART, document=DOCUMENT)
    with pytest.raises(Refused) as refused:  # one person is not enough
        load(one, everybody(one))
    assert refused.value.code == "ordinary"
    assert not ScoreFile.objects.exists()


def test_a_school_is_approved_by_two_different_people() -> None:
    one = ceremony(pupils=3)
    propose = partial(services.score_school_propose, official=one.officials[0], round_id=one.round.pk, school_code=ART)
    with pytest.raises(Refused) as refused:
        propose(document="  ")
    assert refused.value.field == "document"
    propose(document=DOCUMENT)
    with pytest.raises(Refused) as refused:
        services.score_school_approve(official=one.officials[0], round_id=one.round.pk, school_code=ART)
    assert refused.value.code == "same_person"
    assert services.score_school_approve(official=one.officials[2], round_id=one.round.pk, school_code=ART).approved_at
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
    load(one, everybody(one))
    one.freeze()
    with pytest.raises(Refused) as refused:
        load(one, table([(listed(one)[0].receipt, 100)]))
    assert refused.value.code == "frozen"
    for statement in ("DELETE FROM lottery_scorefile", "UPDATE lottery_scorefile SET count = 1 + count"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_new_file_is_a_new_version_and_the_newest_counts() -> None:
    one = ceremony(pupils=4)
    approve(one)
    first = load(one, everybody(one))
    assert load(one, everybody(one)) == first
    second = load(one, table((child.receipt, 70) for child in listed(one)))
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
    load(one, everybody(one))
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
            services.scores_import(staff=account, round_id=one.round.pk, school_code=ART, content=everybody(one))
    made = services.scores_import(staff=one.reviewer, round_id=one.round.pk, school_code=ART, content=everybody(one))
    assert made.number == 1
    for account in (one.reviewer, foreign, *one.witnesses):
        with pytest.raises(NotAllowed):
            services.score_school_approve(official=account, round_id=one.round.pk, school_code=ART)
    for round_id, school in ((0, ART), (one.round.pk, "NOWHERE")):
        with pytest.raises(Refused):
            services.scores_import(staff=one.officials[0], round_id=round_id, school_code=school, content=b"")


def test_every_wrong_line_is_named_with_its_column_and_nothing_is_taken() -> None:
    one = ceremony(pupils=4)
    approve(one)
    known = listed(one)[0].receipt
    content = table([(known, "80"), (known, "81"), ("XX-0000", 70), (listed(one)[1].receipt, "viele"), ("", 3)])
    with override("en"), pytest.raises(ScoresRefused) as refused:
        load(one, content)
    assert [problem[:7] for problem in refused.value.problems] == ["Line 3,", "Line 4,", "Line 5,", "Line 6,"]
    assert all("报名号" in problem or "分数" in problem for problem in refused.value.problems)
    assert not ScoreFile.objects.exists()


def test_a_receipt_of_another_round_is_unknown() -> None:
    one = ceremony(pupils=3)
    approve(one)
    with pytest.raises(ScoresRefused) as refused:
        load(one, table([("26-AAAA-BBBB-CC", 80)]))
    assert refused.value.code == "scores.receipt"


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
    from_book = load(one, workbook([("姓名", "报名号", "成绩"), *rows]))
    text = table([(receipt, f"{87.1 + at:.2f}") for at, receipt in enumerate(receipts)]).decode().encode("gb18030")
    from_text = load(one, text)
    assert from_book.rows == from_text.rows == {receipt: 8710 + 100 * at for at, receipt in enumerate(receipts)}
    assert from_book.sha256 != from_text.sha256


def bomb() -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 70_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xff\xff\xff\xff", "encoding"),
        (b"PK\x03\x04 not a workbook", "damaged"),
        (bomb(), "unpacks"),
        (table([]), "scores.empty"),
        (table([], heading=("报名号", "报名号")), "scores.heading"),
        (b"\x00" * 2_000_001, "size"),
    ],
)
def test_a_hostile_file_is_refused_by_name(content: bytes, code: str) -> None:
    one = ceremony(pupils=3)
    approve(one)
    with pytest.raises(Refused) as refused:
        load(one, content)
    assert refused.value.code == code
    assert not ScoreFile.objects.exists()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("-1", "scores.range"),
        ("1000.01", "scores.range"),
        ("1e3", "scores.number"),
        ("80.123", "scores.number"),
        ("NaN", "scores.number"),
        ("=1+1", "scores.number"),
        ("", "scores.missing"),
    ],
)
def test_a_score_that_is_none_is_refused(typed: str, code: str) -> None:
    one = ceremony(pupils=3)
    approve(one)
    with pytest.raises(ScoresRefused) as refused:
        load(one, table([(listed(one)[0].receipt, typed)]))
    assert refused.value.code == code


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_become_two_versions() -> None:
    one = ceremony(pupils=4)
    approve(one)
    files = [table((child.receipt, points) for child in listed(one)) for points in (70, 80)]
    found = at_once([partial(load, one, content) for content in files])
    assert all(isinstance(made, ScoreFile) for made in found), found
    assert list(ScoreFile.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_is_one_version() -> None:
    one = ceremony(pupils=4)
    approve(one)
    at_once([partial(load, one, everybody(one))] * 2)
    assert ScoreFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_import_at_the_moment_of_the_freeze_is_bound_or_refused() -> None:
    one = ceremony(pupils=4)
    approve(one)
    first = load(one, everybody(one))
    later = table((child.receipt, 99) for child in listed(one))
    made, draw = at_once([partial(load, one, later), one.freeze])
    announced = one.round.draw.commitment["score_files"][ART]
    if isinstance(made, ScoreFile):
        assert announced == made.sha256
    else:
        assert isinstance(made, Refused)
        assert (made.code, announced) == ("frozen", first.sha256)
    assert not isinstance(draw, Refused)
