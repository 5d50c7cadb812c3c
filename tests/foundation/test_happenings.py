"""What lower rooms and subjects set off: reactions run at once, once each, and a failing one undoes its caller."""

from importlib import import_module
from pathlib import Path

import pytest

from foundation.happenings import Happening

ROOT = Path(__file__).resolve().parent.parent.parent
DECLARED = sorted(
    path for way in ("*", "*/*") for path in ROOT.glob(f"{way}/happenings.py") if path.parts[-2] != "foundation"
)


def test_reactions_run_in_the_order_they_were_named_and_once() -> None:
    told: list[str] = []
    ended: Happening[str] = Happening()

    def first(what: str) -> None:
        told.append(f"first {what}")

    def second(what: str) -> None:
        told.append(f"second {what}")

    for react in (first, second, first):
        assert ended.reaction(react) is react
    ended.happen("day")
    assert told == ["first day", "second day"]


def test_what_a_reaction_raises_reaches_whoever_let_it_happen() -> None:
    ended: Happening[None] = Happening()

    @ended.reaction
    def refuse(_what: None) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        ended.happen(None)


@pytest.mark.parametrize("path", DECLARED, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_happening_has_its_line_and_somebody_who_reacts(path: Path) -> None:
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = {name: one for name, one in vars(module).items() if isinstance(one, Happening)}
    assert found
    table = (ROOT / "docs/architecture.md").read_text("utf-8")
    for name, happening in found.items():
        assert f"| `{name}`" in table, name
        assert happening.reactions, name
