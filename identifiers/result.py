"""What a check answers: one frozen value, the same for every kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from identifiers.messages import say

Role = Literal["child", "guardian"]
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know although the value is accepted."""

    code: str
    params: Mapping[str, str]
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer for one value: ``value`` is the normal form to store and compare, ``raw`` what was typed.

    ``code`` is ``"ok"`` or a stable reason; ``message`` is that reason in English, filled with ``params``. ``kind``
    is the kind that was found, which for ``id`` is the document itself. ``facts`` are what the value says (strings;
    dates as YYYY-MM-DD): for an ID ``birth_date``, ``sex`` (``male``/``female``), ``division`` (six digits) and
    ``document``.
    """

    ok: bool
    kind: str
    raw: str
    value: str
    code: str
    message: str
    params: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    warnings: tuple[Notice, ...] = ()
    facts: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Context:
    """What the caller knows besides the value: whose it is, the day it is judged on, the document a name belongs to,
    and what a character of a name looks like that cannot be typed: None where nobody asks for it beside the name.
    """

    role: Role | None = None
    today: date | None = None
    document: str | None = None
    described: str | None = None


def notice(code: str, **params: str) -> Notice:
    """A warning with its sentence."""
    return Notice(code, MappingProxyType(params), say(code, params))


def accept(
    kind: str, raw: str, value: str, *, facts: Mapping[str, str] = NOTHING, warnings: tuple[Notice, ...] = ()
) -> Checked:
    """An accepted value; the message carries the warnings so that a caller printing one line loses none."""
    message = " ".join(warning.message for warning in warnings)
    return Checked(
        True, kind, raw, value, "ok", message, warnings=warnings, facts=MappingProxyType(dict(sorted(facts.items())))
    )


def refuse(kind: str, raw: str, value: str, code: str, **params: str) -> Checked:
    """A refused value with its reason."""
    return Checked(False, kind, raw, value, code, say(code, params), MappingProxyType(params))
