"""Encryption at rest and keyed indexes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from foundation.crypto import CryptoError, blind_index, decrypt, encrypt

OLD, NEW = "k1:" + "11" * 32, "k2:" + "22" * 32


@given(st.text())
def test_every_text_comes_back_and_no_two_ciphertexts_are_equal(text: str) -> None:
    first, second = encrypt(text), encrypt(text)
    assert decrypt(first) == decrypt(second) == text
    assert first != second
    assert first.isascii()


@given(st.data())
def test_one_flipped_bit_is_noticed(data: st.DataObject) -> None:
    name, _, body = encrypt("430702201905040013").partition(".")
    raw = bytearray(base64.b64decode(body))
    at = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[at // 8] ^= 1 << at % 8
    with pytest.raises(CryptoError):
        decrypt(f"{name}.{base64.b64encode(raw).decode()}")


def test_after_a_rotation_old_values_are_read_and_new_ones_use_the_new_key(settings: Settings) -> None:
    settings.FIELD_KEYS = OLD
    before = encrypt("合成小明")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    assert decrypt(before) == "合成小明"
    assert encrypt("合成小明").startswith("k2.")
    settings.FIELD_KEYS = NEW
    with pytest.raises(CryptoError, match="k1"):
        decrypt(before)


def test_a_value_moved_under_another_key_name_is_refused(settings: Settings) -> None:
    settings.FIELD_KEYS = f"{OLD},k2:{'11' * 32}"
    with pytest.raises(CryptoError):
        decrypt(encrypt("x").replace("k1.", "k2.", 1))


@pytest.mark.parametrize("keys", ["", "k1", "k1:abcd", ":" + "11" * 32])
def test_keys_that_are_none_are_refused(settings: Settings, keys: str) -> None:
    settings.FIELD_KEYS = keys
    with pytest.raises(CryptoError):
        encrypt("x")


def test_an_index_finds_equal_values_of_one_purpose_only(settings: Settings) -> None:
    assert blind_index("child", "1") == blind_index("child", "1")
    assert len({blind_index(purpose, value) for purpose in ("child", "person") for value in ("1", "2")}) == 4
    assert blind_index("ab", "c") != blind_index("a", "bc")
    known = blind_index("child", "1")
    settings.INDEX_KEY = "another key"
    assert blind_index("child", "1") != known
