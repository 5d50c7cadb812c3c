"""How one exchange speaks, as data: signature, cipher, certificates, batches, pages, tokens, letters, names (pure).

A division's row of the catalogue holds it as JSON. ``parse`` names every mistake; what is not written is as our own
mock agencies speak. An interface of a known shape is therefore configuration: nothing is programmed for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

Signature = Literal["hmac-sha256", "hmac-sm3"]
Cipher = Literal["", "sm4-cbc", "sm4-gcm"]
Charset = Literal["utf-8", "gbk", "gb18030"]
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "signature": ("hmac-sha256", "hmac-sm3"),
    "cipher": ("", "sm4-cbc", "sm4-gcm"),
    "charset": ("utf-8", "gbk", "gb18030"),
    "share": ("fraction", "percent"),
}
MOST_BATCH, MOST_PAGE = 100, 1000


class DialectError(ValueError):
    """A setting that is none; ``name`` is which."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name, self.message = name, message


@dataclass(frozen=True, slots=True)
class Nested:
    """A list of people inside a record: under which name it comes, and the names of its own fields."""

    name: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """``records``, ``source``, ``at``, ``code`` and ``more`` are dotted paths in the answer; "" means there is none."""

    path: str = "/{agency}/query"
    signature: str = "hmac-sha256"
    cipher: str = ""
    charset: str = "utf-8"
    certificate: str = ""  # files of the client's certificate, its key, and the authority that signed the server's
    certificate_key: str = ""
    authority: str = ""
    keys: str = "keys"  # the field of the question that holds the numbers
    constants: Mapping[str, str] = field(default_factory=dict)  # what is sent with every question
    batch: int = 1  # questions in one request
    page_size: int = 0  # records on a page; 0: all at once
    more: str = "more"
    token_path: str = ""  # where a token is fetched; "": none is needed
    records: str = "records"
    source: str = "source"
    at: str = "at"
    code: str = ""  # a code in the body of an answer with HTTP 200
    good: tuple[str, ...] = ("0", "200")
    busy: tuple[str, ...] = ()  # codes for "too many requests"
    expired: tuple[str, ...] = ()  # codes for "this token is no longer valid"
    fields: Mapping[str, str] = field(default_factory=dict)  # ours: theirs
    nested: Mapping[str, Nested] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of one of our fields, theirs: ours
    history: str = ""  # the list of earlier entries inside a record, each one a record that is over
    share: str = "fraction"


def parse(given: Any) -> Dialect:
    """The dialect that is written down. Raises DialectError."""
    if not isinstance(given, Mapping):
        raise DialectError("dialect", "is a table of names and values")
    known = {one.name: one for one in fields(Dialect)}
    made: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise DialectError(str(name), f"is no setting; the settings are {', '.join(sorted(known))}")
        made[name] = _value(name, value)
    found = Dialect(**made)
    if not found.path.startswith("/") or (found.token_path and not found.token_path.startswith("/")):
        raise DialectError("path", "begins with /")
    if bool(found.certificate) != bool(found.certificate_key):
        raise DialectError("certificate", "a certificate and its key are named together")
    return found


def _value(name: str, value: Any) -> Any:
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise DialectError(name, f"one of {', '.join(repr(one) for one in CHOICES[name])}")
        return value
    if name in {"batch", "page_size"}:
        most, least = (MOST_BATCH, 1) if name == "batch" else (MOST_PAGE, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise DialectError(name, f"a number from {least} to {most}")
        return value
    if name in {"good", "busy", "expired"}:
        if not isinstance(value, list):
            raise DialectError(name, "a list of codes")
        return tuple(map(str, value))
    if name == "nested":
        return {key: _nested(f"nested.{key}", one) for key, one in _table(name, value).items()}
    if name == "codes":
        return {key: _texts(f"codes.{key}", one) for key, one in _table(name, value).items()}
    if name in {"fields", "constants"}:
        return _texts(name, value)
    if not isinstance(value, str):
        raise DialectError(name, "a text")
    return value


def _table(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DialectError(name, "a table of names and values")
    return {str(key): one for key, one in value.items()}


def _texts(name: str, value: Any) -> dict[str, str]:
    found = _table(name, value)
    if not all(isinstance(one, str | int) and not isinstance(one, bool) for one in found.values()):
        raise DialectError(name, "a table of names and texts")
    return {key: str(one) for key, one in found.items()}


def _nested(name: str, value: Any) -> Nested:
    found = _table(name, value)
    if set(found) != {"name", "fields"} or not isinstance(found["name"], str):
        raise DialectError(name, "has a name and fields")
    return Nested(found["name"], _texts(f"{name}.fields", found["fields"]))
