"""Families with more than one home: a further certificate of either parent, which is not the home that is claimed."""

from __future__ import annotations

from datetime import date
from random import Random

from synthetic import tables
from synthetic.addresses import draw_home, official
from synthetic.agencies import Held
from synthetic.spec import CitySpec
from synthetic.state import State

FIRST_NUMBER = 5_000_000  # beyond those of the homes that are claimed


def hold(spec: CitySpec, state: State, rng: Random, held: Held) -> None:
    """Write a second home of some families into `held`.

    Only where the home that is claimed is the parents' own and its record is right: what a faultless check answers to
    the claim stays what it was.
    """
    home = state.home
    wrong = any(one.startswith(("real_estate:", "contract:")) for one in held.injected)
    if home is None or home.kind != "deed" or home.owner_relation != "parent" or wrong:
        return
    if rng.random() * 100 >= tables.SECOND_HOMES:
        return
    second = draw_home(rng, spec)
    if second == home.home:
        return
    owner = state.guardians[0] if state.persona == "separated" else rng.choice(state.guardians)
    since = date(spec.year - rng.randint(1, 12), rng.randint(1, 12), rng.randint(1, 28))
    initial = tables.PROVINCE_INITIALS.get(spec.district[:2], "国")
    held.records["real_estate"].append(
        {
            "certificate": f"{initial}（{since.year}）{spec.place}不动产权第{FIRST_NUMBER + state.index:07d}号",
            "unit_number": "",
            "owners": [{"id_number": owner.id_number, "name": owner.name, "share": 1.0}],
            "address": official(spec, second),
            "registered_on": since.isoformat(),
            "mortgaged": False,
            "seized": False,
            "kind": "residential",
            "status": "current",
            "synthetic": True,
        }
    )
