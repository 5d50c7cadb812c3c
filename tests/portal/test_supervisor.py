"""The supervisor's words and its handling of wrong ones; the real processes are played by tests/rehearsal."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from portal import supervisor
from portal.embedded import EmbeddedError, given_servers
from portal.static_files import static_stamp


@pytest.mark.parametrize("text", ["", "0", "65536", "80a", "-1", "８０００"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(EmbeddedError, match="PORT="):
        supervisor.port_from(text)


def test_a_busy_port_is_named_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(EmbeddedError, match="PORT=8001"):
            supervisor.refuse_busy_port(taken.getsockname()[1])


@pytest.mark.parametrize("words", [[], ["serve", "--fast"], ["exec"], ["exec", "ls"]])
def test_wrong_words_are_answered_with_usage(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portal.supervisor", *words],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")


def test_a_program_that_dies_is_started_again_with_growing_pauses() -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
        process.wait()
        started.append(process)
        return process

    program = supervisor.Program("failing", start)
    now = 0.0
    program.ensure(now)
    pauses = []
    for _round in range(3):
        program.ensure(now)
        pauses.append(program.again_at - now)
        now = program.again_at
        program.ensure(now)
    assert len(started) == 4
    assert pauses == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_half_of_a_setting_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(variable, raising=False)
    assert not given_servers()
    monkeypatch.setenv(name, "somewhere")
    with pytest.raises(EmbeddedError, match="or neither"):
        given_servers()


def test_static_files_are_collected_again_only_when_something_changed(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    sheet = tmp_path / "static" / "a.css"
    sheet.write_text("a {}")
    (tmp_path / "requirements.txt").write_text("django==1")
    first = static_stamp(tmp_path)
    assert static_stamp(tmp_path) == first
    sheet.write_text("a { }")
    second = static_stamp(tmp_path)
    (tmp_path / "requirements.txt").write_text("django==2")
    third = static_stamp(tmp_path)
    (tmp_path / "static" / "b.css").touch()
    assert len({first, second, third, static_stamp(tmp_path)}) == 4
