"""Codes are made of what is not misread, and read whatever way they were typed."""

import pytest

from foundation.codes import CLEAR, PLAIN, digits, letters, read


def test_codes_have_their_length_and_alphabet() -> None:
    assert all(len(digits()) == 6 and digits().isdigit() for _at in range(200))
    assert len(digits(4)) == 4
    assert set("".join(letters(8) for _at in range(500))) == set(CLEAR)
    assert set(letters(500, PLAIN)) <= set(PLAIN)
    assert not set(PLAIN) & set("OIL")
    assert len({letters(10) for _at in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("typed", "meant"), [("7k3m-9qxd", "7K3M9QXD"), ("o0 Il-1", "00111"), ("a\0b", "AB"), ("", "")]
)
def test_case_spaces_strokes_and_look_alikes_do_not_matter(typed: str, meant: str) -> None:
    assert read(typed) == meant
