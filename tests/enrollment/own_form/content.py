"""A form of a district with something of everything."""

from typing import Any

from enrollment.seasons.rules.own_form import Content

CHOICE: dict[str, Any] = {
    "name": "",
    "page": "home",
    "kind": "choice",
    "label": {"zh": "孩子怎样上学？", "en": "How will the child come to school?"},
    "help": {},
    "purpose": {"zh": "安排校车。", "en": "To plan the school bus."},
    "basis": {"zh": "《校车安全管理条例》第三条", "en": "School Bus Regulations, article 3"},
    "options": [
        {"value": "bus", "zh": "坐校车", "en": "By school bus"},
        {"value": "foot", "zh": "步行", "en": "On foot"},
    ],
    "required": True,
    "shared": True,
}
NUMBER: dict[str, Any] = {
    **CHOICE,
    "page": "guardian",
    "kind": "whole",
    "label": {"zh": "家中有几个孩子在读小学？", "en": "How many of your children are at primary school?"},
    "options": [],
    "required": False,
    "shared": False,
}


def content(*extra: dict[str, Any], **texts: dict[str, str]) -> Content:
    return {"off": ["helper_name"], "extra": [dict(one) for one in extra or (CHOICE, NUMBER)], "texts": texts}


INTRO = {"zh": "欢迎报名（示例）", "en": "Welcome (example)"}
THANKS = {"zh": "谢谢，我们九月见（示例）。", "en": "Thank you, see you in September (example)."}
