"""Equal values have equal digests, whatever order they were written in; the form is the one of the first release."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.canonical import canonical, digest_of
from lottery.engine.allocation.allocate import placements_digest
from lottery.engine.drawing.transcript import canonical_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_the_form_is_fixed() -> None:
    value = {"学校": "白马湖", "a": [1, None, True], "B": {"y": 2, "x": "é"}}
    assert canonical(value) == '{"B":{"x":"é","y":2},"a":[1,null,true],"学校":"白马湖"}'
    assert digest_of(value) == "b39dd1067da957706160d567fd0fb0f61ed134516d2a319f95435030a2ad6a2c"


@given(st.dictionaries(st.text(), VALUES))
def test_the_order_of_writing_does_not_count(value: dict[str, object]) -> None:
    assert digest_of(dict(reversed(value.items()))) == digest_of(value)


@given(VALUES)
def test_the_engine_of_the_lottery_keeps_the_same_form(value: object) -> None:
    """It has a copy of its own, because a draw announces the digest of the programs that make it."""
    assert canonical_json(value) == canonical(value).encode()


@given(st.dictionaries(st.text(), st.none() | st.text()))
def test_places_are_digested_in_the_same_form_and_with_half_a_pair_too(places: dict[str, str | None]) -> None:
    assert placements_digest(places) == f"sha256:{digest_of(places)}"
    assert placements_digest({**places, "\ud800": None}).startswith("sha256:")
    with pytest.raises(UnicodeEncodeError):
        digest_of({**places, "\ud800": None})


def test_what_json_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical({"when": object()})
