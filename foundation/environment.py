"""Where settings come from: the environment, a file named by ``NAME_FILE``, or a folder of secrets. No Django.

A secret made with ``echo`` or ``print`` ends in a line break. Taken as it is, every signature made with it is refused
and every blind index is another one: what comes from a file is stripped, and a control character anywhere is refused.
"""

import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

QUOTES = "\"'"
MOST_BYTES = 64 * 1024  # a secret; larger is the wrong file


class Declared(MutableMapping[str, str]):
    """The environment with its files: ``NAME_FILE`` wins over ``NAME``, which wins over ``SECRETS_DIR/name``.

    Raises ImproperlyConfigured for a file that cannot be read and for a value with control characters.
    """

    def __init__(self, variables: MutableMapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables

    def __getitem__(self, name: str) -> str:
        named = self._variables.get(f"{name}_FILE", "")
        if named:
            return _clean(name, _read(name, Path(named)))
        if name in self._variables:
            return _clean(name, self._variables[name])
        folder = self._variables.get("SECRETS_DIR", "")
        if folder and not name.endswith("_FILE"):
            for path in (Path(folder) / name.lower(), Path(folder) / name):
                if _there(path):
                    return _clean(name, _read(name, path))
        raise KeyError(name)

    def __setitem__(self, name: str, value: str) -> None:
        self._variables[name] = value

    def __delitem__(self, name: str) -> None:
        del self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


def _there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as wrong:
        who = f"user {os.geteuid()}"
        said = f"SECRETS_DIR: {path.parent} cannot be entered by {who} ({wrong.strerror}): give it to who runs this"
        raise ImproperlyConfigured(said) from wrong


def _read(name: str, path: Path) -> str:
    try:
        with path.open("rb") as source:
            raw = source.read(MOST_BYTES + 1)
    except OSError as wrong:
        said = f"{name}: {path} cannot be read by user {os.geteuid()} ({wrong.strerror}): give it to who runs this"
        raise ImproperlyConfigured(said) from wrong
    if len(raw) > MOST_BYTES:
        raise ImproperlyConfigured(f"{name}: {path} is larger than {MOST_BYTES} bytes: is it the right file?")
    try:
        return raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError as wrong:
        raise ImproperlyConfigured(f"{name}: {path} is not UTF-8 text") from wrong


def _clean(name: str, value: str) -> str:
    if not value.isprintable():
        raise ImproperlyConfigured(f"{name} holds a line break or another control character: write it on one line")
    if len(value) > 1 and value[0] == value[-1] and value[0] in QUOTES:
        raise ImproperlyConfigured(f"{name} stands in quotation marks: write it without them")
    if value.startswith("$"):  # django-environ would look for a setting of that name instead
        raise ImproperlyConfigured(f"{name} begins with $: choose a value that does not")
    return value


class Environment(environ.Env):
    """django-environ over ``Declared``."""

    ENVIRON = Declared()  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
