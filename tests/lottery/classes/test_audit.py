"""The stand-alone verifier: it agrees with what the portal published, and names the first difference otherwise."""

import gzip
import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from lottery.classes.models import ClassEntry, ClassFile, ClassRun
from lottery.classes.sealed import full_file
from lottery.classes.services import class_plan_late, sibling_wish_set
from lottery.engine.drawing.transcript import canonical_json, digests
from tests.lottery.classes.factories import TEACHERS, Assignment, assignment, enter

pytestmark = pytest.mark.django_db


def audit(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(settings.BASE_DIR) / "lottery" / "class_audit.py"
    return subprocess.run(
        [sys.executable, "-I", str(program), *map(str, arguments)], capture_output=True, text=True, check=False
    )


def files(run: ClassRun, folder: Path) -> tuple[Path, Path]:
    """The two files on disk, as somebody who downloaded them has them."""
    public, full = folder / "classes-public.json", folder / "classes-full.json"
    public.write_bytes(gzip.decompress(ClassFile.objects.get(run=run, name="classes-public.json").body))
    full.write_bytes(canonical_json(full_file(run)))
    return public, full


def with_wishes() -> tuple[Assignment, ClassRun]:
    one = assignment(pupils=23)
    sibling_wish_set(guardian=one.parent, application_id=one.pupils[-1].pk, wish="together")
    teachers = TEACHERS.replace("合成甲,班主任", f"合成甲,班主任,,1,{one.pupils[3].receipt}")
    measures = "\n".join(f"{pupil.receipt},{60 + at}.{at % 10}" for at, pupil in enumerate(one.pupils))
    return one, one.published(teachers=teachers, measures=measures)


def test_everybody_checks_the_public_file_and_the_notary_recomputes_every_class(tmp_path: Path) -> None:
    one, run = with_wishes()
    public, full = files(run, tmp_path)
    found = audit(public)
    assert (found.returncode, found.stderr) == (0, "")
    assert "not checked without the full file" in found.stdout  # a teacher's own child is on the roll
    found = audit(public, "--full", full)
    assert (found.returncode, found.stderr) == (0, "")
    entry = ClassEntry.objects.select_related("application__class_seat").filter(run=run)[5]
    found = audit(public, "--receipt", entry.application.receipt, "--salt", entry.salt)
    assert f"class {entry.application.class_seat.number}" in found.stdout
    assert audit(public, "--receipt", entry.application.receipt, "--salt", "00" * 32).returncode == 1
    assert audit(public, "--announced", "0" * 64).returncode == 1
    assert one.pupils[0].receipt not in public.read_text() + full.read_text()


def test_the_late_draw_is_recomputed_too(tmp_path: Path) -> None:
    one = assignment(pupils=12)
    first = one.published()
    for number in range(30, 35):
        enter(one.round, number)
    run = class_plan_late(staff=one.reviewer, run_id=first.pk)
    run = one.confirm(one.drawn(run), "publish")
    public, full = files(run, tmp_path)
    found = audit(public, "--full", full)
    assert (found.returncode, found.stderr) == (0, "")


def changed(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str) and value:
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    return "1"


def test_any_changed_byte_is_found(tmp_path: Path) -> None:
    run = assignment(pupils=6).published()
    public, full = files(run, tmp_path)
    for path, other in ((public, ["--full", full]), (full, [])):
        content = path.read_bytes()
        for at in random.Random(7).sample(range(len(content)), 12):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            arguments = [public, *other] if path == public else [public, "--full", full]
            found = audit(*arguments)
            assert found.returncode in {1, 2}, (path.name, at)
            assert found.stderr
        path.write_bytes(content)


def test_a_change_with_a_new_digest_is_named_where_it_was_made(tmp_path: Path) -> None:
    run = assignment(pupils=6).published()
    public, full = files(run, tmp_path)
    body = json.loads(public.read_bytes())
    named = {
        ("public_value",): "seed",
        ("balls", 0): "seed",
        ("rows", 2): "root",
        ("announcement", "classes"): "announcement_digest",
        ("totals", 1, "size"): "totals, class 2",
        ("teachers_drawn", "class_teacher", 0): "teachers_drawn, class_teacher",
    }
    for path, where in named.items():
        found = audit(_forged(public, body, path), "--full", full)
        assert found.returncode == 1
        assert where in found.stderr, (path, found.stderr)
    swapped = json.loads(json.dumps(body))
    one, two = [next(name for name, at in body["assignment"].items() if at == number) for number in (1, 2)]
    swapped["assignment"][one], swapped["assignment"][two] = 2, 1
    swapped["assignment_digest"] = _sha(swapped["assignment"])
    found = audit(_written(public, swapped), "--full", full)
    assert found.returncode == 1
    assert "assignment, " in found.stderr


def _sha(value: object) -> str:
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _written(path: Path, body: dict[str, Any]) -> Path:
    """The forged file with digests of its own, as a careful forger would write it."""
    body.pop("digest")
    body["digest"] = digests([canonical_json(body)])
    path.write_bytes(canonical_json(body))
    return path


def _forged(path: Path, body: dict[str, Any], where: tuple[Any, ...]) -> Path:
    forged = json.loads(json.dumps(body))
    spot = forged
    for step in where[:-1]:
        spot = spot[step]
    spot[where[-1]] = changed(spot[where[-1]])
    return _written(path, forged)
