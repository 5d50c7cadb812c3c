"""The schemes that come with the portal: real published rules, written as policies."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "schemes"


def scheme_names() -> tuple[str, ...]:
    """Return the names of the shipped schemes."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def scheme_text(name: str) -> str:
    """Return the YAML text of a shipped scheme. Raises KeyError when there is none of that name."""
    if name not in scheme_names():
        raise KeyError(name)
    return (_FOLDER / f"{name}.yaml").read_text("utf-8")
