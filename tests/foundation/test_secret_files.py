"""A secret is made once, by whoever comes first, and nobody else can read it."""

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from foundation.secret_files import fresh_key, kept, replace


def test_it_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "field_key"
    first = kept(path)
    assert len(bytes.fromhex(first)) == 32
    assert kept(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert fresh_key() != fresh_key()


def test_a_given_one_is_kept_and_its_line_break_is_not_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "given"
    path.write_text("from the exchange\n")
    assert kept(path) == "from the exchange"


def test_another_takes_its_place_whole_and_as_secret(tmp_path: Path) -> None:
    path = tmp_path / "demo" / "people.json"
    for secret in ("first", "second"):
        replace(path, secret)
        assert kept(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_of_many_who_come_at_once_one_wins(tmp_path: Path) -> None:
    path, numbers = tmp_path / "one", count()
    with ThreadPoolExecutor(16) as at_once:
        found = set(at_once.map(lambda _at: kept(path, lambda: f"secret {next(numbers)}"), range(64)))
    assert len(found) == 1
    assert list(tmp_path.iterdir()) == [path]  # nothing half made is left


def test_a_folder_without_links_takes_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "mounted"
    assert kept(path) == kept(path)
    assert list(tmp_path.iterdir()) == [path]
