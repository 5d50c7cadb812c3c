"""The public file of an admission run: the stand-alone verifier plays it again, to the last place and digest."""

import contextlib
import io
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings

from lottery import audit
from lottery.admission_file import admission_text
from lottery.entries import Inputs
from lottery.placing import place
from lottery.province import place_columns
from tests.lottery.test_province import runs

Json = dict[str, Any]
CODES = ("A", "B", "C", "D", "P")
CRITERIA = ("same_education_group", "nearby", "seats_left", "same_town")


def text_of(inputs: Inputs) -> str:
    """The public file, with the run digest of the reference."""
    return "".join(admission_text(place_columns(inputs), place(inputs).digest))


def checked(text: str, folder: Path) -> tuple[int, str]:
    """Exit code and words of the verifier."""
    path = folder / "admission.json"
    path.write_text(text, encoding="utf-8")
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = audit.main(["admission", str(path)])
    return code, said.getvalue()


@given(inputs=runs())
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_run_is_verified_from_its_public_file(inputs: Inputs, tmp_path: Path) -> None:
    code, said = checked(text_of(inputs), tmp_path)
    assert (code, said[:9]) == (0, "verified:"), said
    assert place(inputs).digest in said
