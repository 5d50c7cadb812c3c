"""Codes are made of what is not misread, and read whatever way they were typed."""

import pytest

from foundation.codes import CLEAR, PLAIN, TRIES, digits, letters, read, same, wrong


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


@pytest.mark.parametrize(
    ("typed", "among", "meant"),
    [
        (" 7k3m-9qxd。", CLEAR, "7K3M9QXD"),
        (" 26-7k3o\n", f"{PLAIN}-", "26-7K30"),
        ("012 345\u3000", "0123456789", "012345"),
    ],
)
def test_nothing_counts_beside_the_alphabet(typed: str, among: str, meant: str) -> None:
    assert read(typed, among) == meant


def test_no_code_is_never_the_right_one() -> None:
    assert same("123456", "123456")
    assert not same("123456", "123457")
    assert not same("", "")
    assert not same("验证码", "123456")


def test_the_last_wrong_code_is_the_end() -> None:
    assert [wrong(before).left for before in range(TRIES)] == [4, 3, 2, 1, 0]
    assert [wrong(before).over for before in range(TRIES + 1)] == [False] * (TRIES - 1) + [True, True]
