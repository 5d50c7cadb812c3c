"""A policy as people read it: every rule in plain words, made from the very data that judges (pure).

Nothing here is written by hand for one district: a scheme that was never seen before reads as well.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from policy.facts import AGENCIES
from policy.forbidden import DIMENSIONS
from policy.logic import Days
from policy.model import AgeRule, All, BigZone, Condition, Exemption, Group, Leaf, OrderRule, PointsRule, Policy
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
    if policy.points.exemption is not None:
        yield _exempted(policy.points, policy.points.exemption)
    for item in policy.points.items:
        size = f"{item.points:g}"
        when = _inline(clause(item.when, days))
        yield Text(f"{item.name.zh}：{size}分（{when.zh}）", f"{item.name.en}: {size} points ({when.en})")


def _inline(line: Clause, *, inner: bool = False) -> Text:
    """A condition in one line: what must all hold is joined by "and", what need not by "or"."""
    if not line.parts:
        return line.text
    parts = [_inline(part, inner=True) for part in line.parts]
    zh, en = ("，并且", ", and ") if line.text is _ALL else ("，或者", ", or ")
    joined = Text(zh.join(part.zh for part in parts), en.join(part.en for part in parts))
    return Text(f"〔{joined.zh}〕", f"[{joined.en}]") if inner else joined


def _exempted(rule: PointsRule, exemption: Exemption) -> Text:
    """Which points go beyond the four dimensions, by whose leave, and until when."""
    beyond = [item.name for item in rule.items if item.dimension not in DIMENSIONS]
    names = beyond or [Text(one, one) for one in exemption.dimensions]
    given, until = day_words(exemption.given), day_words(exemption.until)
    return Text(
        f"超出户籍、居住、从业、房产四类的积分项（{'、'.join(name.zh for name in names)}）经{exemption.document}批准"
        f"（{given.zh}），有效期至{until.zh}。",
        f"Points beyond household, residence, occupation and property ({', '.join(name.en for name in names)}) are "
        f"approved by {exemption.document} of {given.en}, valid until {until.en}.",
    )


def _names(policy: Policy, ids: tuple[str, ...] | frozenset[str]) -> Text:
    found = [group.name for group in policy.groups if group.id in ids]
    return Text("、".join(name.zh for name in found), ", ".join(name.en for name in found))


def _rules(policy: Policy) -> Iterator[Text]:
    """What holds for everybody, in the order a family meets it."""
    yield Text(f"每个孩子最多填报{policy.choices}所学校。", f"Each child can name up to {policy.choices} schools.")
    if policy.choices > 1:
        yield _MECHANISMS[policy.mechanism]
    yield from _drawn(policy)
    yield Text(
        "同一类别的孩子超过学位数时，由电脑随机录取，任何人都可以重新验算。",
        "Where a group has more children than seats, a public draw decides; anyone can recompute it.",
    )
    yield _LAST_SEAT[policy.last_seat]
    yield from _lock(policy)
    if policy.big_zone is not None:
        yield _shared(policy, policy.big_zone)
    yield from _afterwards(policy)
    yield from _false(policy)


def _drawn(policy: Policy) -> Iterator[Text]:
    """The route beside the public schools: how their draw ranks, and that losing it costs nothing elsewhere."""
    own = policy.stages == ("kindergarten",)
    zh, en = (
        ("民办幼儿园", "Private kindergartens")
        if own
        else ("民办学校、随迁子女学校", "Private schools and schools for children of migrant workers")
    )
    public = Text("公办幼儿园", "a public one") if own else Text("公办学校", "a public school")
    yield Text(
        f"{zh}不看类别和学区：报名的孩子超过学位数时，全部由电脑随机录取。",
        f"{en} look at neither group nor zone: where more children apply than there are seats, all of them are drawn.",
    )
    if policy.choices > 1 and policy.mechanism == "parallel":
        yield Text(
            f"没有抽中{zh}的，在{public.zh}的位次不变。",
            f"A child that is not drawn there keeps its rank at {public.en}.",
        )
    elif policy.choices > 1:
        yield Text(
            f"{zh}和{public.zh}分开计算第一志愿：没有抽中{zh}的，在{public.zh}的位次不变。",
            f"First choices are counted apart on both routes: a child that is not drawn there keeps its rank at {public.en}.",  # noqa: E501
        )


def _shared(policy: Policy, rule: BigZone) -> Text:
    share, only = rule.share_percent, _names(policy, frozenset(rule.groups))
    zh = f"大学区内，学校最多拿出{share}%的学位共享：本学区用不完的，先给大学区内其他学区的孩子，再给其他孩子。"
    en = f"In a big zone up to {share} % of a school's seats are shared: what its own zone leaves goes first to children of the other zones, then to others."  # noqa: E501
    return Text(f"{zh}适用于：{only.zh}。", f"{en} This holds for: {only.en}.") if rule.groups else Text(zh, en)


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


def _false(policy: Policy) -> Iterator[Text]:
    if policy.false_declaration.refuse:
        yield Text(
            "虚假填报经书面告知、听取申辩后认定成立的，本次报名不予通过；可以申诉。",
            "A false declaration that is established after notice and hearing ends the application; it can be appealed.",  # noqa: E501
        )
    if policy.false_declaration.take_back:
        yield Text(
            "靠虚假填报取得的学位，认定成立后由两人共同决定收回，理由公开，学位按候补顺序递补。",
            "A place got by an established false declaration is taken back by two people with a public reason, and goes to the waiting list.",  # noqa: E501
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
        if rule is not None and rule.rule is not None:  # the county's own words are no rule that is compiled
            yield Text(f"公告原文：“{rule.rule.zh}”", f"The notice says: “{rule.rule.en}”")


def changes(before: PlainPolicy, after: PlainPolicy) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """The lines that came and the lines that went, in the order of the page."""
    old, new = lines_of(before), lines_of(after)
    added: list[Text] = []
    removed: list[Text] = []
    matcher = difflib.SequenceMatcher(a=[line.zh for line in old], b=[line.zh for line in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            removed += old[a:b]
            added += new[c:d]
    return tuple(added), tuple(removed)


def lines_of(plain: PlainPolicy) -> list[Text]:
    """Every line of a policy, each group's lines under the name of the group."""
    found = list(plain.ages)
    for group in plain.groups:
        under = [*_flat(group.conditions), *group.order, *group.materials]
        found += [Text(f"{group.name.zh}：{line.zh}", f"{group.name.en}: {line.en}") for line in under]
    return [*found, plain.otherwise, *plain.points, *plain.rules]


def _flat(clause: Clause) -> Iterator[Text]:
    yield clause.text
    for part in clause.parts:
        yield from _flat(part)
