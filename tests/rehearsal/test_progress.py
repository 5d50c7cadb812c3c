"""The file that says how far a rehearsal is, for whoever started it."""

import json
import threading
from io import StringIO
from pathlib import Path
from typing import Any

from rehearsal.progress import Lines, Noted


def noted(path: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return body


def test_phases_are_noted_as_they_begin_go_on_and_end(tmp_path: Path) -> None:
    path, stream = tmp_path / "progress.json", StringIO()
    tell = Noted(path, Lines(stream))
    first = tell.begin("season", None)
    assert noted(path)["phases"] == [{"name": "season", "total": None, "done": 0, "seconds": None}]
    tell.end(first)
    second = tell.begin("filing", 80)
    tell.say("waiting for the servers")
    assert noted(path)["said"] == "waiting for the servers"
    tell.written = 0.0  # as half a second later
    tell.advance(second, 20)
    season, filing = noted(path)["phases"]
    assert season["seconds"] >= 0
    assert filing == {"name": "filing", "total": 80, "done": 20, "seconds": None}
    tell.end(second)
    tell.close()
    assert noted(path)["said"] == ""
    assert "filing: 80" in stream.getvalue()


def test_a_reader_never_meets_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    tell = Noted(path, Lines(StringIO()))
    tell.begin("filing", 5_000)
    over, wrong = threading.Event(), []

    def read() -> None:
        while not over.is_set():
            try:
                noted(path)
            except ValueError as half:
                wrong.append(half)

    reader = threading.Thread(target=read)
    reader.start()
    for count in range(300):
        tell.say("x" * count * 20)
    over.set()
    reader.join()
    assert wrong == []
