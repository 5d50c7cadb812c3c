"""A report as a rehearsal leaves it, small and without a fault."""

from typing import Any, Final

from synthetic.unusual import KINDS

REPORT: Final[dict[str, Any]] = {
    "synthetic": True,
    "families": 40,
    "seed": 2026,
    "children": 45,
    "city": "sha256:" + "a" * 64,
    "states": {"accepted": 40, "declined": 1, "waiting": 2, "not_eligible": 1},
    "refused_at_filing": {"second_document": 1},
    "rates": {"without_person": 0.72, "checks_done": 1.0, "verification": 0.93, "online": 1.0},
    "rules": [
        {"stage": "primary", "group": "class_1", "children": 30, "asked": 6, "choice": 25, "coordination": 3},
        {"stage": "primary", "group": "", "children": 1, "asked": 1, "choice": 0, "coordination": 0},
        {"stage": "junior", "group": "class_1", "children": 13, "asked": 0, "choice": 13, "coordination": 0},
    ],
    "places": [
        {"school": "P01", "stage": "primary", "seats": 25, "first": 29, "placed": 25},
        {"school": "P02", "stage": "primary", "seats": 9, "first": 2, "placed": 3},
        {"school": "J01", "stage": "junior", "seats": 20, "first": 13, "placed": 13},
    ],
    "judging": {
        "judged": 44,
        "by_kind": {"household:missing": 3, "claim:permit": 1, "no error planted": 40},
        "wrong_approvals": {"household:missing": 0, "claim:permit": 0, "no error planted": 0},
        "needless_questions": {},
        "needless_share": 0.0,
    },
    "kinds": {name: {"differs": kind.differs, "children": 1, "wrong": []} for name, kind in KINDS.items()},
    "messages": {"received": 44, "offered": 41, "failed": 0},
    "admission": [
        {"stage": "junior", "digest": "sha256:" + "b" * 64, "certificate": {"valid": True}},
        {"stage": "primary", "digest": "sha256:" + "c" * 64, "certificate": {"valid": True}},
    ],
    "seconds": {"season": 4.4, "city": 2.2, "filing": 7.7, "total": 14.3},
    "replay": "sha256:" + "d" * 64,
    "names": {
        "groups": {"class_1": {"zh": "第一类 有房有户", "en": "Class one: home and household"}},
        "schools": {"P01": "启明街道小学", "J01": "启明街道中学"},
    },
}
