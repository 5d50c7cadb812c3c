"""The ceremony of a class assignment on the real database: in order, by the right people, seen by nobody early."""

import gzip
import json

import pytest

from lottery.models import ClassFile, ClassSeat, ClassTeacher
from notifications.models import Message
from tests.lottery.class_factories import assignment

pytestmark = pytest.mark.django_db


def test_the_whole_way_gives_every_pupil_one_class_and_one_message() -> None:
    one = assignment()
    run = one.published()
    seats = list(ClassSeat.objects.filter(run=run))
    assert sorted(seat.application_id for seat in seats) == sorted(pupil.pk for pupil in one.pupils)
    sizes = [sum(seat.number == number for seat in seats) for number in (1, 2, 3)]
    assert max(sizes) - min(sizes) <= 1
    assert set(Message.objects.values_list("template", flat=True)) == {"class_result"}
    assert Message.objects.count() == len(one.pupils)
    teachers = ClassTeacher.objects.filter(run=run)
    assert teachers.filter(subject="").count() == 3
    assert teachers.filter(subject="数学").count() == 3
    public = json.loads(gzip.decompress(ClassFile.objects.get(run=run, name="classes-public.json").body))
    assert sum(row["size"] for row in public["totals"]) == 20
