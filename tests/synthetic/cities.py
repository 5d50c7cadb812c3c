"""One small city on real division codes for the tests; its estates and towns are made up."""

from __future__ import annotations

from typing import Any

from synthetic import CitySpec

SPEC: dict[str, Any] = {
    "seed": 7,
    "families": 3000,
    "year": 2025,
    "district": "430702",
    "place": "武陵区",
    "city": "常德市",
    "towns": ["甲镇", "乙镇", "丙镇"],
    "estates": [
        {"name": "测试家园", "road": "测试路", "number": 12, "zone_id": "z1", "zone_school": "s1", "town": "甲镇"},
        {"name": "样例小区", "road": "样例大道", "number": 88, "zone_id": "z2", "zone_school": "s2", "town": "乙镇"},
        {"name": "示范花苑", "road": "示范大道", "number": 301, "zone_id": "z1", "zone_school": "s1", "town": "丙镇"},
    ],
}


def city(**changes: Any) -> CitySpec:
    """Return the test city with some fields changed."""
    return CitySpec.from_json({**SPEC, **changes})
