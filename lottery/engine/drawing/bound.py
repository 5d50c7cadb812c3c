"""Whether what a run is about to read is what the roll was frozen with: every leaf made again, then the root (pure).

The leaf of a child binds salt, receipt, group and facts; the root binds all rows in their order. Both were published
before any entropy existed, so that whatever was changed in the stored rows afterwards leads to another leaf or root.
"""

import json
from collections.abc import Mapping
from typing import Any

from lottery.engine.drawing.merkle import leaf_hash, root_of
from lottery.engine.drawing.tickets import HASH_TEXT, roll_row
from lottery.engine.messages import LotteryError


class BoundRoll:
    """Takes the lines of a roll one by one, as they are stored; ``check`` at the end holds them against the root."""

    def __init__(self) -> None:
        self._hashes: list[bytes] = []

    def add(self, *, receipt: str, salt: str, group: str, facts: str, leaf: str, row: str) -> str:
        """The receipt hash of the next line. ``row`` is the stored public row as JSON. Raises LotteryError bound.leaf
        naming the line and what does not fit to the rest.
        """
        number = len(self._hashes) + 1
        if not HASH_TEXT.fullmatch(salt):
            raise LotteryError("bound.leaf", row=number, field="salt")
        made = roll_row(receipt, salt=bytes.fromhex(salt), group=group, facts=facts)
        if made.leaf != leaf:
            raise LotteryError("bound.leaf", row=number, field="leaf")
        # as the database writes it; any other spelling of the same row is read
        if row != f'{{"leaf": "{leaf}", "group": "{group}", "receipt_hash": "{made.receipt_hash}"}}' and _read(row) != {
            "leaf": leaf,
            "group": group,
            "receipt_hash": made.receipt_hash,
        }:
            raise LotteryError("bound.leaf", row=number, field="row")
        self._hashes.append(leaf_hash(made.line().encode()))
        return made.receipt_hash

    def check(self, roll: Mapping[str, Any]) -> None:
        """Hold the lines against ``roll`` of the announcement. Raises LotteryError bound.rows, bound.root."""
        if len(self._hashes) != roll["rows"]:
            raise LotteryError("bound.rows", rows=len(self._hashes), announced=roll["rows"])
        root = root_of(self._hashes).hex()
        if root != roll["root"]:
            raise LotteryError("bound.root", root=root, announced=roll["root"])


def _read(row: str) -> object:
    try:
        return json.loads(row)
    except ValueError:
        return None


def check_same(what: str, stored: object, announced: object) -> None:
    """Raises LotteryError bound.draw naming what is not as it was announced."""
    if stored != announced:
        raise LotteryError("bound.draw", field=what)
