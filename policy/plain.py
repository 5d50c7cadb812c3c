"""A policy as people read it: every rule in plain words, made from the very data that judges (pure).

Nothing here is written by hand for one district: a scheme that was never seen before reads as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from policy.facts import AGENCIES
from policy.logic import Days
from policy.model import AgeRule, All, Condition, Group, Leaf, OrderRule, Policy
from policy.trace import required_words
from policy.words import Text, day_words


@dataclass(frozen=True, slots=True)
class Clause:
    """One line, with the lines under it; ``text`` of a leaf says what is compared with what."""

    text: Text
    parts: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class PlainGroup:
    """One admission group: in which turn, who belongs to it, who comes first inside it, what proves it."""

    tier: int
    name: Text
    rule: Text
    conditions: Clause
    order: tuple[Text, ...]
    agencies: tuple[Text, ...]
    materials: tuple[Text, ...]
    offline: bool


@dataclass(frozen=True, slots=True)
class PlainPolicy:
    """The whole scheme: ages, groups in their order, and what holds for everybody."""

    ages: tuple[Text, ...]
    groups: tuple[PlainGroup, ...]
    otherwise: Text
    points: tuple[Text, ...]
    rules: tuple[Text, ...]


_ALL: Final = Text("以下各项都符合：", "All of these:")
_ANY: Final = Text("以下任何一项符合即可：", "At least one of these:")
_STAGES: Final[Mapping[str, Text]] = {
    "kindergarten": Text("幼儿园", "Kindergarten"),
    "primary": Text("小学", "Primary school"),
    "junior": Text("初中", "Junior high school"),
}
_ORDERS: Final[Mapping[tuple[str, bool], Text]] = {
    ("date", False): Text("{0}早的在前", "{0}: the earlier first"),
    ("date", True): Text("{0}晚的在前", "{0}: the later first"),
    ("number", False): Text("{0}少的在前", "{0}: the lower first"),
    ("number", True): Text("{0}多的在前", "{0}: the higher first"),
}
_MECHANISMS: Final[Mapping[str, Text]] = {
    "parallel": Text(
        "平行志愿：写在后面的志愿不会影响前面的志愿，按自己真实的喜好填写就好。",
        "Parallel choices: a later choice never spoils an earlier one. Name schools in the order you really want them.",
    ),
    "sequential": Text(
        "志愿优先：每所学校先录取把它填为第一志愿的孩子，再看第二志愿。第一志愿没录取上，第二志愿的学校可能已经满了，请慎重填写第一志愿。",
        "First choice first: every school takes the children who named it first before it looks at second choices. If the first choice is full, the second may be full already: choose the first with care.",  # noqa: E501
    ),
}
_LAST_SEAT: Final[Mapping[str, Text]] = {
    "expand": Text(
        "最后一个学位遇到同签的双胞胎（多胞胎）时，增加学位，一起录取。",
        "Twins bound to one lot at the last seat: seats are added and both are admitted.",
    ),
    "skip": Text(
        "最后一个学位遇到同签的双胞胎（多胞胎）时，跳过他们，录取后面能坐下的孩子。",
        "Twins bound to one lot at the last seat: they are passed over for the next child who fits.",
    ),
    "stop": Text(
        "最后一个学位遇到同签的双胞胎（多胞胎）时，录取到此为止。",
        "Twins bound to one lot at the last seat: the list ends before them.",
    ),
    "split": Text(
        "最后一个学位遇到同签的双胞胎（多胞胎）时，按签录取能坐下的孩子。",
        "Twins bound to one lot at the last seat: those who fit are admitted.",
    ),
}
_COORDINATION: Final[Mapping[str, Text]] = {
    "same_education_group": Text("同一教育集团的学校", "schools of the same education group"),
    "nearby": Text("近的学校", "nearer schools"),
    "same_town": Text("同一街道（乡镇）的学校", "schools of the same town"),
    "seats_left": Text("剩余学位多的学校", "schools with more seats left"),
}


def described(policy: Policy) -> PlainPolicy:
    """The policy in words of both languages; dates are worked out for its main round."""
    days = Days(policy.cutoff, policy.entry)
    return PlainPolicy(
        ages=tuple(_age(rule) for rule in policy.ages),
        groups=tuple(_group(group, days) for group in policy.groups),
        otherwise=policy.otherwise_text,
        points=tuple(_points(policy, days)),
        rules=tuple(_rules(policy)),
    )


def _age(rule: AgeRule) -> Text:
    stage, cutoff = _STAGES[rule.stage], day_words(rule.cutoff)
    zh = f"{stage.zh}：到{cutoff.zh}年满{rule.min_years}周岁"
    en = f"{stage.en}: {rule.min_years} years old by {cutoff.en}"
    if rule.max_years is not None:
        zh, en = f"{zh}、未满{rule.max_years}周岁", f"{en}, not yet {rule.max_years}"
    if rule.stretch_until is not None:
        until = day_words(rule.stretch_until)
        zh += f"；补报名时，到{until.zh}年满{rule.min_years}周岁的孩子也可以报名"
        en += f"; in the supplementary round also children who are {rule.min_years} by {until.en}"
    return Text(f"{zh}。", f"{en}.")


def _group(group: Group, days: Days) -> PlainGroup:
    return PlainGroup(
        tier=group.tier,
        name=group.name,
        rule=group.rule,
        conditions=clause(group.when, days),
        order=tuple(_order(rule) for rule in group.order),
        agencies=tuple(AGENCIES[name] for name in group.agencies),
        materials=tuple(material.name for material in group.materials),
        offline=group.offline,
    )


def clause(condition: Condition, days: Days) -> Clause:
    """A condition as lines: "all of these" and "at least one of these" with what is under them."""
    if isinstance(condition, Leaf):
        label, wanted = condition.spec.label, required_words(condition, days)
        return Clause(Text(f"{label.zh}：{wanted.zh}", f"{label.en}: {wanted.en}"))
    head = _ALL if isinstance(condition, All) else _ANY
    built = [clause(part, days) for part in condition.parts]
    # "all of these" inside "all of these" says nothing more
    parts = tuple(line for part in built for line in (part.parts if part.text is head else (part,)))
    return parts[0] if len(parts) == 1 else Clause(head, parts)


def _order(rule: OrderRule) -> Text:
    if rule.by == "ticket":
        return Text("仍相同的，由电脑随机录取的签号决定", "what is still equal is decided by the lot")
    if rule.by == "points":
        return Text("积分高的在前", "more points first")
    if rule.spec is None:
        return Text("", "")
    if rule.by == "rank":
        named = [rule.spec.choices.get(str(value), Text(str(value), str(value))) for value in rule.values]
        zh, en = "、".join(word.zh for word in named), ", ".join(word.en for word in named)
        return Text(f"{rule.spec.label.zh}，依次为：{zh}", f"{rule.spec.label.en}, in this order: {en}")
    pattern, label = _ORDERS[(rule.by, rule.descending)], rule.spec.label
    if rule.fallback is not None:
        zh, en = (
            f"{label.zh}（没有的看{rule.fallback.label.zh}）",
            f"{label.en} (without one, {rule.fallback.label.en})",
        )
        label = Text(zh, en)
    return Text(pattern.zh.format(label.zh), pattern.en.format(label.en))


def _points(policy: Policy, days: Days) -> Iterator[Text]:
    if policy.points is None:
        return
    if policy.points.mode == "imported":
        yield Text("积分以镇（街道）积分管理部门的结果为准。", "Points are those of the town's points office.")
    for item in policy.points.items:
        size = f"{item.points:g}"
        when = clause(item.when, days)
        if when.parts:
            yield Text(f"{item.name.zh}：{size}分", f"{item.name.en}: {size} points")
        else:
            yield Text(f"{item.name.zh}：{size}分（{when.text.zh}）", f"{item.name.en}: {size} points ({when.text.en})")


def _names(policy: Policy, ids: tuple[str, ...] | frozenset[str]) -> Text:
    found = [group.name for group in policy.groups if group.id in ids]
    return Text("、".join(name.zh for name in found), ", ".join(name.en for name in found))


def _rules(policy: Policy) -> Iterator[Text]:
    """What holds for everybody, in the order a family meets it."""
    yield Text(f"每个孩子最多填报{policy.choices}所学校。", f"Each child can name up to {policy.choices} schools.")
    if policy.choices > 1:
        yield _MECHANISMS[policy.mechanism]
    yield Text(
        "同一类别的孩子超过学位数时，由电脑随机录取，任何人都可以重新验算。",
        "Where a group has more children than seats, a public draw decides; anyone can recompute it.",
    )
    yield _LAST_SEAT[policy.last_seat]
    if policy.follow_elder:
        yield Text(
            "哥哥姐姐在读的学校，弟弟妹妹优先（长幼随学）。",
            "A younger child comes first at the school of its elder sibling.",
        )
    yield from _lock(policy)
    if policy.big_zone is not None:
        share = policy.big_zone.share_percent
        yield Text(
            f"大学区内，学校最多拿出{share}%的学位，本学区用不完的，由大学区内其他学区的孩子选填。",
            f"In a big zone up to {share} % of a school's seats are shared: what its own zone leaves may be chosen by children of the others.",  # noqa: E501
        )
    yield from _afterwards(policy)


def _lock(policy: Policy) -> Iterator[Text]:
    lock = policy.seat_lock
    if lock is None:
        return
    zh = "、".join(f"{_STAGES[stage].zh}{years}年" for stage, years in lock.years.items())
    en = ", ".join(f"{_STAGES[stage].en.lower()} {years} years" for stage, years in lock.years.items())
    groups = _names(policy, lock.groups)
    exempt = Text("同一父母的兄弟姐妹除外", "siblings of the same parents are exempt") if lock.sibling_exempt else None
    yield Text(
        f"同一套住房在规定年限内只安排一个学位（{zh}），适用于：{groups.zh}{f'；{exempt.zh}' if exempt else ''}。",
        f"One home gives one seat in the set years ({en}), for: {groups.en}{f'; {exempt.en}' if exempt else ''}.",
    )


def _afterwards(policy: Policy) -> Iterator[Text]:
    if policy.coordination is not None:
        order = [_COORDINATION[name] for name in policy.coordination.order]
        zh, en = "，再".join(word.zh for word in order), ", then ".join(word.en for word in order)
        yield Text(
            f"志愿都没有录取上的，由教育局统筹安排，依次优先：{zh}。",
            f"A child without a place by choice is placed by coordination, preferring {en}.",
        )
    for rule in (policy.coordination, policy.supplementary):
        if rule is not None and rule.rule is not None:
            yield rule.rule
