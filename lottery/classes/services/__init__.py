"""The writes of a class assignment: the plan, the families' wishes, the ceremony."""

from lottery.classes.services.assigning import class_commit, class_confirm, class_nonces_enter, class_value_enter
from lottery.classes.services.planning import (
    Prepared,
    class_plan,
    class_plan_late,
    class_prepare,
    class_prepare_begin,
    sibling_wish_set,
)

__all__ = [
    "Prepared",
    "class_commit",
    "class_confirm",
    "class_nonces_enter",
    "class_plan",
    "class_plan_late",
    "class_prepare",
    "class_prepare_begin",
    "class_value_enter",
    "sibling_wish_set",
]
