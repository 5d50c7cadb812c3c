"""What a form posted: keys of rows, and what is none."""

from uuid import UUID

import pytest

from foundation import posted
from foundation.errors import Refused

ONE, OTHER = "0006324f-77fc-54db-a472-e9fbf57b14f7", "a937129e-3d0a-4914-8770-ce743870e2b0"


@pytest.mark.parametrize("text", ["", "x", "1", ONE[:-1], f"{ONE}0", "' OR 1=1", "\0", "６"])
def test_what_is_no_key_is_the_one_no_row_has(text: str) -> None:
    assert posted.key(text) == UUID(int=0)
    assert posted.keys([ONE, text, OTHER]) == [UUID(ONE), UUID(OTHER)]


def test_a_damaged_form_is_refused_and_the_button_is_pressed_again() -> None:
    assert posted.sent_key("12345678-1234-5678-1234-567812345678") == UUID("12345678123456781234567812345678")
    for text in ("", "x", "1234"):
        with pytest.raises(Refused) as refused:
            posted.sent_key(text)
        assert refused.value.code == "token"


def test_a_key_is_itself() -> None:
    assert posted.key(ONE) == UUID(ONE)
    assert posted.keys([]) == []
