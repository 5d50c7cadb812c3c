"""The sentences of a placement in both languages at once: they are stored with the result and read for years (pure)."""

from collections.abc import Mapping
from typing import Final

from policy.words import Text

OUTCOMES: Final[Mapping[str, Text]] = {
    "placed": Text("已录取", "placed here"),
    "higher choice placed": Text("已被前面的志愿录取", "placed at a school listed higher"),
    "outranked": Text("未录取，学位已满", "not placed: all seats went to applicants ranked before you"),
    "not seated together": Text(
        "未录取，剩余学位不够兄弟姐妹同校", "not placed: the seats left did not suffice for all siblings"
    ),
    "not eligible": Text("不符合条件", "you do not qualify for this school"),
}
OWN: Final = Text("您的位次是第{position}位（{who}）", "your rank is {position} ({who})")
LAST: Final = Text("最后录取的是第{position}位（{who}）", "the last one placed has rank {position} ({who})")
NOBODY: Final = Text("无人录取", "nobody was placed")
SEATS: Final = Text("{applied}人报名，{seats}个学位", "{applied} applied for {seats} seats")
WHO: Final = Text("{group}，{zone}", "{group}, {zone}")
WITH_POINTS: Final = Text("{group}，{points}分，{zone}", "{group}, {points} points, {zone}")
LEVELS: Final = (
    Text("本校学区内", "in the zone of this school"),
    Text("同一大学区", "in the same big zone"),
    Text("本校学区外", "outside the zone of this school"),
)
BY_DRAW: Final = Text("这所学校只按随机号排序", "this school ranks by the draw alone")
BY_SCORE: Final = Text("{score}分", "score {score}")
NTH: Final = Text("第{n}志愿，{who}", "choice {n}, {who}")
SHARED_SEATS: Final = Text("{name}（大学区共享学位）", "{name} (seats shared in the big zone)")
LINE_WITHOUT_RANK: Final = Text("{name}：{outcome}。{seats}；{last}。", "{name}: {outcome}. {seats}; {last}.")
LINE: Final = Text("{name}：{outcome}。{seats}。{own}；{last}。", "{name}: {outcome}. {seats}; {own}; {last}.")
COORDINATED: Final = Text(
    "志愿学校都没有剩余学位，统筹安排到{name}，距第一志愿学校约{metres}米。",
    "No listed school had a seat left. Placed by coordination at {name}, about {metres} m from your first choice.",
)
NO_PLACE: Final = Text(
    "所有可统筹的学校都已满额，教育局将另行安排，您无需操作。",
    "Every school open to coordination is full. The bureau arranges a place; you need do nothing.",
)


def score(hundredths: int) -> str:
    """A score as it was given: it is kept in whole hundredths of a point."""
    return f"{hundredths / 100:g}"


def fill(template: Text, values: Mapping[str, object]) -> Text:
    """Fill in both languages; a value that is itself a Text gives each language its own part."""
    return Text(
        template.zh.format(**{name: one.zh if isinstance(one, Text) else one for name, one in values.items()}),
        template.en.format(**{name: one.en if isinstance(one, Text) else one for name, one in values.items()}),
    )
