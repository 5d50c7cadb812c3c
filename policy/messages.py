"""Every sentence the engine says, in English and in Chinese, with named placeholders.

`ISSUES` go to the official who writes a policy, `STEPS` explain a decision to the family. `MESSAGES` is the whole list
as the catalogue reads it; the Chinese texts live here too, because a trace must be readable without a running portal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policy.words import Text

ISSUES: Final[Mapping[str, Text]] = {
    "yaml_syntax": Text("YAML 语法错误：{detail}。", "This is not valid YAML: {detail}."),
    "not_mapping": Text("政策文件须由“键: 值”组成。", "A policy is a list of keys and values; start with `policy: 1`."),
    "too_large": Text(
        "文件过大：{what}超过{limit}，请精简，或把重复的条件写成 definitions。",
        "This is too large: more than {limit} {what}. Shorten it, or write repeated conditions as definitions.",
    ),
    "duplicate_key": Text("“{key}”写了两次，请删去一处。", "`{key}` is written twice; remove one."),
    "alias": Text("不能使用锚点或别名，请把内容写全。", "Anchors and aliases are not allowed; write the content out."),
    "missing_key": Text("缺少“{key}”，请补上。", "`{key}` is missing; add it."),
    "unknown_key": Text("不认识“{key}”，此处可用：{known}。", "`{key}` is not known here; use one of {known}."),
    "unknown_key_near": Text("不认识“{key}”，是否为“{near}”？", "`{key}` is not known here; did you mean `{near}`?"),
    "wrong_type": Text("此处须为 {expected}。", "This must be {expected}."),
    "not_allowed": Text("“{value}”不可用，可选：{allowed}。", "`{value}` is not allowed; choose one of {allowed}."),
    "out_of_range": Text("{value} 超出范围：{limit}。", "{value} is out of range: {limit}."),
    "bad_format": Text("“{value}”格式不对：{detail}。", "`{value}` has the wrong form: {detail}."),
    "too_many_materials": Text(
        "材料最多五类，现有 {count} 类，请删减或合并。",
        "A group may ask for at most five kinds of material; this one asks for {count}. Remove or merge some.",
    ),
    "too_many": Text("最多 {limit} 项，现有 {count} 项。", "At most {limit} entries are allowed; there are {count}."),
    "too_few": Text("至少需要 {limit} 项。", "At least {limit} entry is needed."),
    "follow_elder": Text(
        "“长幼随学”不能只写一个开关：抽签顺序对每所志愿学校都相同，不会只在哥哥姐姐的学校优先。"
        "请写明排在哪里：作为某一类别的条件，或在类别内排序（rank），使用 sibling.same_school。",
        "A switch cannot say where a younger child comes: the order of admission is one for all the schools a "
        "child names, not one for the school of its elder sibling. Write it as a condition of a group or as an "
        "order (rank) by `sibling.same_school`, or take the key out.",
    ),
    "schema": Text("此处不符合规定：{detail}。", "This does not fit the form of a policy: {detail}."),
    "bad_date": Text(
        "“{value}”不是日期，请写 2024-08-31、cutoff 或 36 months before cutoff。",
        "`{value}` is no date; write 2024-08-31, cutoff, or 36 months before cutoff.",
    ),
    "unknown_fact": Text(
        "没有名为“{fact}”的事实，请查阅 docs/policy.md 的事实字典。",
        "There is no fact `{fact}`; see the fact dictionary in docs/policy.md.",
    ),
    "unknown_fact_near": Text(
        "没有名为“{fact}”的事实，是否为“{near}”？", "There is no fact `{fact}`; did you mean `{near}`?"
    ),
    "condition_form": Text(
        "条件须为 all、any、not、use，或 fact 加一个比较（{operators}）。",
        "A condition is all, any, not, use, or fact with exactly one comparison ({operators}).",
    ),
    "empty_condition": Text("“{key}”下至少写一个条件。", "`{key}` needs at least one condition."),
    "operator_type": Text(
        "“{fact}”不能用 {operator} 比较，可用 {allowed}。", "`{fact}` cannot be compared by {operator}; use {allowed}."
    ),
    "operand": Text(
        "“{value}”与“{fact}”的类型不符，应为 {expected}。", "`{value}` does not fit `{fact}`; write {expected}."
    ),
    "unknown_definition": Text(
        "没有名为“{name}”的定义。", "There is no definition `{name}`; add it under definitions."
    ),
    "definition_cycle": Text("定义“{name}”引用了自己。", "The definition `{name}` uses itself."),
    "duplicate_id": Text("编号“{id}”重复。", "The id `{id}` is used twice; ids must differ."),
    "abolished_proof": Text(
        "“{name}”属于已取消的证明（{proof}），不得要求。",
        "`{name}` is an abolished proof ({proof}) and must not be asked for; remove it.",
    ),
    "never_asked": Text(
        "“{name}”涉及{proof}，任何时候都不得采集。",
        "`{name}` asks for {proof}, which is never collected; remove it.",
    ),
    "dimension": Text(
        "赋分只能用户籍类型、居住情况、从业情况、房产类型；“{dimension}”须有注明日期、有效期和文号的批准。",
        "Points may only use household_type, residence, occupation and property_type; `{dimension}` needs an exemption "
        "with a date, a last day (until) and a document number.",
    ),
    "exemption_over": Text(
        "积分例外的批准到{until}为止，早于这一年的入学日（{entry}），不能再用；请取得新的批准，或删去超出四类范围的积分项。",
        "The exemption of the points ends on {until}, before the children enter school ({entry}); get it renewed, or "
        "take the points out that need it.",
    ),
    "ticket_last": Text("随机号（ticket）须写在排序的最后。", "`ticket` must come last in the order list, once."),
    "no_points": Text(
        "排序使用了积分，但政策没有 points。", "The order uses points, but the policy has no `points` section."
    ),
    "tier_order": Text(
        "梯次不能早于前一类别（{previous}）。",
        "Tiers must not fall from one group to the next; the group before has {previous}.",
    ),
    "tier_same_order": Text(
        "同一梯次的类别须使用相同排序。",
        "Groups of one tier are compared with each other, so they need the same order list.",
    ),
    "unknown_group": Text("没有编号为“{id}”的类别。", "There is no group `{id}`."),
    "unknown_stage": Text("政策的学段中没有“{stage}”。", "`{stage}` is not among the stages of this policy."),
    "date_order": Text("{later} 不得早于 {earlier}。", "{later} must not be before {earlier}."),
    "empty_range": Text(
        "从 {low} 到 {high} 之间没有任何值，请把小的写在前面。",
        "Nothing lies between {low} and {high}; write the smaller end first.",
    ),
    "group_of_everybody": Text(
        "类别“{id}”的条件对每个家庭都成立，后面的“{next}”等类别永远轮不到；请改条件或把它放到最后。",
        "Every family meets the condition of `{id}`, so `{next}` and what follows is never reached; change the "
        "condition or move the group to the end.",
    ),
    "group_unreachable": Text(
        "符合类别“{id}”条件的家庭都已归入前面的类别，这一类永远轮不到；请改条件或调整顺序。",
        "Every family that meets the condition of `{id}` belongs to a group before it; change the condition or the "
        "order.",
    ),
    "group_of_nobody": Text(
        "类别“{id}”的条件自相矛盾，没有家庭能符合。",
        "The condition of `{id}` contradicts itself: no family can meet it.",
    ),
    "local_name": Text(
        "自定义事实须以 local. 开头。", "A fact of your own must be named local.something, like local.island."
    ),
}

STEPS: Final[Mapping[str, Text]] = {
    "age_met": Text(
        "{birth_date}出生，到{cutoff}已满{years}周岁，符合年龄要求。",
        "Born on {birth_date}: at least {years} years old by {cutoff}, as the age rule asks.",
    ),
    "age_too_young": Text(
        "{birth_date}出生，到{cutoff}未满{years}周岁，不符合年龄要求。",
        "Born on {birth_date}: not yet {years} years old by {cutoff}, so the age rule is not met.",
    ),
    "age_too_old": Text(
        "{birth_date}出生，到{cutoff}已满{years}周岁，超过年龄上限。",
        "Born on {birth_date}: already {years} years old by {cutoff}, above the upper age.",
    ),
    "age_later_round": Text(
        "{birth_date}出生，到{cutoff}未满{years}周岁；如有剩余学位，{until}前出生的可在后续批次报名。",
        "Born on {birth_date}: not yet {years} by {cutoff}. "
        "Children born by {until} may apply in a later round if seats remain.",
    ),
    "age_stretched": Text(
        "{birth_date}出生，在放宽范围（{until}）内，仅在有剩余学位时录取。",
        "Born on {birth_date}: within the extended range up to {until}, admitted only while seats remain.",
    ),
    "age_unknown": Text(
        "出生日期尚未核实，由工作人员确认后再判断年龄。",
        "The date of birth is not confirmed yet; a person will check it before the age rule is applied.",
    ),
    "age_free": Text("{stage}没有年龄限制。", "There is no age rule for {stage}."),
    "stage_closed": Text("本政策不适用于{stage}。", "This policy does not cover {stage}."),
    "condition": Text(
        "{label}：{value}（来源：{source}{at}）；要求：{required}。{outcome}",
        "{label}: {value} (source: {source}{at}); the rule asks: {required}. {outcome}",
    ),
    "condition_default": Text(
        "{label}：未申报，按“{value}”处理；要求：{required}。{outcome}",
        "{label}: nothing declared, read as {value}; the rule asks: {required}. {outcome}",
    ),
    "condition_not_claimed": Text(
        "{label}：未申报；要求：{required}。{outcome}", "{label}: not claimed; the rule asks: {required}. {outcome}"
    ),
    "condition_question": Text(
        "{label}：{source}未能确认（{status}）；要求：{required}。由工作人员核实，不影响报名。",
        "{label}: {source} could not confirm this ({status}); the rule asks: {required}. "
        "A person will check it; nothing is refused.",
    ),
    "condition_missing": Text(
        "{label}：未填写；要求：{required}。由工作人员询问，不影响报名。",
        "{label}: not stated; the rule asks: {required}. A person will ask; nothing is refused.",
    ),
    "condition_refuted": Text(
        "{label}：申报为{value}，但与{source}的记录不一致{at}；要求：{required}。不符合",
        "{label}: declared as {value}, but the record of {source} differs{at}; the rule asks: {required}. Not met.",
    ),
    "condition_compared": Text(
        "{label}：以{source}核对的结果为准{at}；要求：{required}。{outcome}",
        "{label}: as compared with {source}{at}; the rule asks: {required}. {outcome}",
    ),
    "condition_differs": Text(
        "{label}：您填写的内容与{source}的记录不一致{at}；要求：{required}。不符合",
        "{label}: what was stated and the record of {source} differ{at}; the rule asks: {required}. Not met.",
    ),
    "group_met": Text("类别“{group}”：条件全部符合。", "Group “{group}”: all conditions are met."),
    "group_provisional": Text(
        "暂列类别“{group}”：有信息待核实，核实前不降低类别。",
        "Provisionally group “{group}”: something is still to be confirmed; until then the child is not moved lower.",
    ),
    "group_not_met": Text("类别“{group}”：条件不符合。", "Group “{group}”: the conditions are not met."),
    "seat_free": Text("该住房学位未被锁定。", "The seat of this home is not locked."),
    "seat_sibling": Text(
        "该住房学位由同父母兄弟姐妹使用，不受锁定限制。",
        "The seat of this home is used by a sibling, so the lock does not apply.",
    ),
    "seat_locked": Text(
        "该住房学位锁定至{until}，不能用于类别“{group}”。",
        "The seat of this home is locked until {until} and cannot be used for group “{group}”.",
    ),
    "seat_question": Text(
        "该住房学位是否锁定尚未确认，由工作人员核实。",
        "Whether the seat of this home is locked is not confirmed; a person will check it.",
    ),
    "points_item": Text("积分项“{item}”：{points}分。", "Points for “{item}”: {points}."),
    "points_imported": Text("积分{points}分（来源：{source}{at}）。", "Points: {points} (source: {source}{at})."),
    "points_question": Text(
        "积分项“{item}”尚未确认，暂不计分，由工作人员核实。",
        "“{item}” is not confirmed; it counts nothing for now and a person will check it.",
    ),
    "order_part": Text("同类排序：{label}，{value}。", "Order within the group: {label}, {value}."),
    "order_compared": Text(
        "同类排序：{label}，以{source}的记录为准。", "Order within the group: {label}, by the record of {source}."
    ),
    "order_question": Text(
        "排序所需的“{label}”尚未确认，由工作人员核实。",
        "“{label}”, needed for the order, is not confirmed; a person will check it.",
    ),
    "otherwise_person": Text(
        "不属于上述任何类别，由工作人员联系您：{text}", "None of the groups fits; a person will contact you: {text}"
    ),
    "otherwise_not_eligible": Text("不属于上述任何类别：{text}", "None of the groups fits: {text}"),
    "fact_ignored": Text("本政策不使用“{fact}”。", "This policy does not know “{fact}”; it was not used."),
}

OUTCOMES: Final[Mapping[str, Text]] = {
    "true": Text("符合", "Met."),
    "false": Text("不符合", "Not met."),
    "unknown": Text("待核实", "To be confirmed."),
}

STATUS_WORDS: Final[Mapping[str, Text]] = {
    "not_found": Text("没有查到记录", "no record found"),
    "unavailable": Text("暂时无法查询", "no answer"),
    "mismatch": Text("记录不一致", "the record differs"),
    "declared": Text("内容不完整", "incomplete"),
    "verified": Text("内容不完整", "incomplete"),
}

MESSAGES: Final[Mapping[str, str]] = {code: text.en for code, text in {**ISSUES, **STEPS}.items()}
