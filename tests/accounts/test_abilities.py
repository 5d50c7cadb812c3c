"""Every word that is asked for is one of the catalogue: a mistyped one would close a page to everybody."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

from accounts.abilities import EVERY_ROLE, OF_ROLE, UNASKED, Ability, opens
from accounts.admin_base import ScopedAdmin
from accounts.models import Role
from accounts.scopes import Reach, Scope
from accounts.staff_site import staff_site
from tests import factories

ROOMS: Final = (
    "accounts",
    "audit",
    "enrollment",
    "helpdesk",
    "imports",
    "lottery",
    "notifications",
    "portal",
    "schools",
    "verification",
)
WORD: Final = re.compile(r"[a-z]+\.[a-z_]+")
# who is given an ability as an argument
ASKING: Final = {"may", "any", "rows", "round_for", "locked_round", "draw_for", "refuse_unless_helper"}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _asked(tree: ast.Module) -> Iterator[str]:
    """Strings such as "round.run" that are handed to who asks, or kept under a name with "ability" in it."""
    places: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in ASKING:
            places += node.args
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any("abilit" in _name(target).lower() for target in targets):
                places.append(node.value)
    for place in places:
        for node in ast.walk(place):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.fullmatch(node.value):
                yield node.value


def test_every_ability_asked_for_is_in_the_catalogue() -> None:
    words: set[str] = set()
    for room in ROOMS:
        for path in sorted((Path(settings.BASE_DIR) / room).rglob("*.py")):
            words |= set(_asked(ast.parse(path.read_text(encoding="utf-8"))))
    assert words - set(Ability) == set()


def test_the_look_finds_a_mistyped_word() -> None:
    assert list(_asked(ast.parse('scope(a).may("round.rnu", district="4307")'))) == ["round.rnu"]
    assert list(_asked(ast.parse('ABILITIES: Final = ("round.rnu", "round.run")'))) == ["round.rnu", "round.run"]


def test_every_role_has_a_row_and_every_ability_a_role() -> None:
    assert set(OF_ROLE) == set(Role.Name.values)
    assert EVERY_ROLE.union(*OF_ROLE.values()) == set(Ability)


@pytest.mark.django_db
def test_a_word_that_is_none_is_an_error_and_not_a_no() -> None:
    official = factories.staff("official")
    mine = Scope(official, (("official", Reach("430702", "")),))
    with pytest.raises(ValueError, match=r"round\.rnu"):
        mine.may("round.rnu", district="430702")  # type: ignore[arg-type] # mistyped on purpose


def test_every_page_of_the_staff_site_asks_for_a_known_ability() -> None:
    pages = [page for page in staff_site._registry.values() if isinstance(page, ScopedAdmin)]
    assert pages
    assert [type(page).__name__ for page in pages if page.ability not in set(Ability)] == []


def _named(tree: ast.Module) -> set[str]:
    """The members of Ability a file mentions."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Ability"
    }


def test_what_opens_nothing_is_known() -> None:
    """A role of which every ability is one that no page and no service asks for is not offered (``opens``)."""
    words = {"accounts/abilities.py", "accounts/people/words.py"}
    asked: set[str] = set()
    for room in ROOMS:
        for path in sorted((Path(settings.BASE_DIR) / room).rglob("*.py")):
            if str(path.relative_to(settings.BASE_DIR)) not in words:
                asked |= _named(ast.parse(path.read_text(encoding="utf-8")))
    assert {one for one in Ability if one.name not in asked} == UNASKED
    assert {name for name in OF_ROLE if not opens(name)} == set()
