"""The fact dictionary: everything a policy may ask about a family, and nothing else.

A fact has a dotted name, a type, words in both languages and the agencies that can prove it. What is not listed here
(or declared by a policy under `local.`) cannot be asked; parents' post and income are never collected (ministry rule),
so no such fact exists. How a fact is read that nobody claimed: see `policy.logic`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from policy.words import Text

FactKind = Literal["date", "number", "share", "flag", "choice", "text"]
Scalar = str | int | float | bool

AGENCIES: Final[Mapping[str, Text]] = {
    "household": Text("公安户籍", "household register (police)"),
    "real_estate": Text("不动产登记", "real estate register"),
    "contract": Text("住建合同备案", "sales contract filing (housing)"),
    "permit": Text("公安居住证", "residence permits (police)"),
    "insurance": Text("人社社保", "social insurance"),
    "rental": Text("住建租赁备案", "rental filing (housing)"),
    "birth": Text("卫健出生医学证明", "birth certificates (health)"),
    "disability": Text("残联", "disability register"),
    "veterans": Text("退役军人与军事部门", "veterans and military offices"),
    "talent": Text("人才办", "talent office"),
    "student_registry": Text("学籍系统", "student registry"),
    "registry": Text("学籍系统", "student registry"),
    "marriage": Text("民政婚姻登记", "marriage and custody (civil affairs)"),
    "business": Text("市场监管营业执照", "business licences (market supervision)"),
    # departments that answered a question about one family (accounts.departments); no policy names them
    "public_security": Text("公安部门答复", "answer of public security"),
    "natural_resources": Text("自然资源部门答复", "answer of natural resources"),
    "housing": Text("住建部门答复", "answer of housing and construction"),
    "human_resources": Text("人社部门答复", "answer of human resources"),
    "health": Text("卫健部门答复", "answer of public health"),
    "civil_affairs": Text("民政部门答复", "answer of civil affairs"),
    "market": Text("市场监管部门答复", "answer of market supervision"),
    "disabled": Text("残联答复", "answer of the disabled persons' federation"),
    "education": Text("教育部门答复", "answer of education"),
}


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One entry of the dictionary.

    `unit` is "" where none applies; a share runs from 0 to 1. `default` is the value when nobody claimed it (None:
    there is none). `always` marks facts every child has, so that silence is a question and not a "no".
    """

    name: str
    kind: FactKind
    label: Text
    agencies: tuple[str, ...] = ()
    unit: str = ""
    choices: Mapping[str, Text] = field(default_factory=dict)
    default: Scalar | None = None
    always: bool = False

    @property
    def subject(self) -> str:
        """The part before the dot: facts of one subject are claimed together. A policy's own facts stand each alone."""
        head, _, _ = self.name.partition(".")
        return self.name if head == "local" else head


_ZONES = {
    "in_zone": Text("在学区内", "in the zone"),
    "in_district": Text("在本区县、不在学区", "in the district, outside the zone"),
    "in_city": Text("在本市、不在本区县", "in the city, outside the district"),
    "elsewhere": Text("在外地", "elsewhere"),
}
_CUSTODY = {
    "both": Text("父母双方", "both parents"),
    "mother": Text("母亲", "the mother"),
    "father": Text("父亲", "the father"),
    "other": Text("其他人", "someone else"),
}
_KIN = {
    "self": Text("本人", "the child"),
    "parent": Text("父母", "a parent"),
    "grandparent": Text("祖父母或外祖父母", "a grandparent"),
    "child": Text("适龄儿童本人", "the child"),
    "other": Text("其他人", "someone else"),
}
_POLICE = ("household",)
_HOMES = ("real_estate", "contract")


def _kin(*names: str) -> dict[str, Text]:
    return {name: _KIN[name] for name in names}


def _choices(**words: tuple[str, str]) -> dict[str, Text]:
    return {name: Text(*pair) for name, pair in words.items()}


def _date(name: str, zh: str, en: str, agencies: tuple[str, ...], *, always: bool = False) -> FactSpec:
    return FactSpec(name, "date", Text(zh, en), agencies, unit="day", always=always)


def _flag(
    name: str, zh: str, en: str, agencies: tuple[str, ...] = (), *, default: bool | None = None, always: bool = False
) -> FactSpec:
    return FactSpec(name, "flag", Text(zh, en), agencies, default=default, always=always)


def _choice(
    name: str,
    zh: str,
    en: str,
    agencies: tuple[str, ...],
    choices: Mapping[str, Text],
    default: str | None = None,
) -> FactSpec:
    return FactSpec(name, "choice", Text(zh, en), agencies, choices=choices, default=default)


def _number(
    name: str,
    zh: str,
    en: str,
    agencies: tuple[str, ...],
    unit: str,
    default: int | None = None,
    kind: FactKind = "number",
) -> FactSpec:
    return FactSpec(name, kind, Text(zh, en), agencies, unit=unit, default=default)


_CHILD = (
    _date("child.birth_date", "儿童出生日期", "child's date of birth", ("household", "birth"), always=True),
    _choice("child.sex", "性别", "sex", _POLICE, _choices(male=("男", "male"), female=("女", "female"))),
    FactSpec("child.ethnic_group", "text", Text("民族", "ethnic group"), _POLICE),
    _choice(
        "child.disability",
        "残疾程度",
        "degree of disability",
        ("disability",),
        _choices(none=("无", "none"), mild=("轻度", "mild"), moderate=("中度", "moderate"), severe=("重度", "severe")),
        default="none",
    ),
)
_HOUSEHOLD = (
    _choice("household.zone_relation", "户籍所在地", "place of the household registration", _POLICE, _ZONES),
    _date("household.registered_on", "户籍迁入日期", "day of the household registration", _POLICE),
    _choice(
        "household.head_relation",
        "户主与儿童的关系",
        "householder's relation to the child",
        _POLICE,
        _kin("parent", "grandparent", "other", "self"),
    ),
    _flag("household.same_as_parent", "与父母一方同户", "same household as a parent", _POLICE),
    _flag("household.same_as_grandparent", "与祖辈同户", "same household as a grandparent", _POLICE),
    _choice(
        "household.type",
        "户别",
        "type of household",
        _POLICE,
        _choices(family=("家庭户", "family household"), collective=("集体户", "collective household")),
        default="family",
    ),
)
_HOME = (
    _choice(
        "home.kind",
        "住房类型",
        "kind of home",
        _HOMES,
        _choices(
            deed=("不动产权证", "owned, with title deed"),
            contract=("已备案购房合同", "bought, contract on file"),
            rented=("租赁住房", "rented"),
            public_rental=("公共租赁住房", "public rental"),
            none=("无", "none"),
        ),
        default="none",
    ),
    _choice("home.zone_relation", "住房所在地", "place of the home", (*_HOMES, "rental"), _ZONES),
    _choice(
        "home.owner_relation",
        "产权人与儿童的关系",
        "owner's relation to the child",
        _HOMES,
        _kin("parent", "child", "grandparent", "other"),
    ),
    _number("home.ownership_share", "家庭产权份额", "family's share of the title", _HOMES, "share", kind="share"),
    _date("home.deed_date", "不动产登记日期", "day the title was registered", ("real_estate",)),
    _date("home.contract_filed_on", "购房合同备案日期", "day the sales contract was filed", ("contract",)),
    _flag("home.mortgaged", "住房有抵押", "home is mortgaged", ("real_estate",), default=False),
    _flag("home.usable", "住房具备入住条件", "home can be lived in", _HOMES, default=True),
    _flag("home.matches_household", "户籍地址与住房地址一致", "household address is the home", ("household", *_HOMES)),
    _flag(
        "home.parents_other_home",
        "父母在本区另有住房",
        "parents own another home in the district",
        ("real_estate",),
        default=False,
    ),
    _date("home.seat_locked_until", "学位锁定截止日", "last day the home's seat is locked", ("student_registry",)),
    _date("home.seat_used_on", "该住房上次使用学位日期", "day the home's seat was last used", ("student_registry",)),
    _flag(
        "home.seat_locked_by_sibling",
        "学位由同父母兄弟姐妹使用",
        "seat used by a sibling",
        ("student_registry", "household"),
        default=False,
    ),
)
_RESIDENCE = (
    _choice("permit.holder", "居住证持有人", "holder of the residence permit", ("permit",), _kin("parent", "child")),
    _flag("permit.valid_on_check_day", "居住证在核验日有效", "residence permit valid on the check day", ("permit",)),
    _date("permit.held_since", "居住证首次签发日期", "day the residence permit was first issued", ("permit",)),
    _choice("permit.zone_relation", "居住证地址", "place of the residence permit", ("permit",), _ZONES),
    _number("insurance.months", "社保累计月数", "months of social insurance", ("insurance",), "months"),
    _number(
        "insurance.continuous_months",
        "社保连续月数",
        "months of social insurance without a gap",
        ("insurance",),
        "months",
    ),
    FactSpec("insurance.city", "text", Text("参保城市", "city of social insurance"), ("insurance",)),
    _flag("insurance.in_city", "在本市参保", "insured in this city", ("insurance",)),
    _flag("application.rented_filed", "租赁合同已备案", "rental contract on file", ("rental",), default=False),
    _choice(
        "work.kind",
        "就业情况",
        "work",
        ("insurance", "business"),
        _choices(employed=("务工", "employed"), self_employed=("经商", "self-employed"), none=("无", "none")),
        default="none",
    ),
    _date("work.since", "本地就业起始日期", "working here since", ("insurance", "business")),
    _date("home.leased_since", "租赁备案日期", "day the lease was filed", ("rental",)),
    _date("business.registered_on", "营业执照登记日期", "day the business was registered", ("business",)),
    _flag("business.in_city", "在本市经商", "business in this city", ("business",)),
)
_OTHER = (
    _number("points.imported_total", "量化积分", "points", ("permit",), "points"),
    FactSpec("points.town", "text", Text("积分所在镇街", "town where the points are registered"), ("permit",)),
    _flag("points.town_matches", "积分镇街与居住镇街一致", "points are in the town of residence", ("permit",)),
    _flag("preferential.military", "军人子女", "child of military personnel", ("veterans",), default=False),
    _flag("preferential.martyr", "烈士或因公牺牲人员子女", "child of a martyr", ("veterans",), default=False),
    _flag("preferential.talent", "高层次人才子女", "child of listed talent", ("talent",), default=False),
    _flag(
        "preferential.rescue",
        "消防救援人员或公安英模子女",
        "child of fire, rescue or police heroes",
        ("veterans",),
        default=False,
    ),
    _flag(
        "sibling.same_school",
        "兄弟姐妹在同校就读",
        "a sibling attends the school",
        ("student_registry",),
        default=False,
    ),
    _flag(
        "parents.separated",
        "父母分户或离异",
        "parents live in separate households",
        (*_POLICE, "marriage"),
        default=False,
    ),
    _flag(
        "study.in_district", "在本区县就读", "attends a school in the district", ("student_registry",), default=False
    ),
    _flag(
        "parents.on_birth_certificate",
        "申报的父母在出生医学证明上",
        "a declared parent is on the birth certificate",
        ("birth",),
    ),
    _choice("parents.custody", "抚养权归属", "custody of the child", ("marriage",), _CUSTODY),
    _flag("study.registered_elsewhere", "已有同学段学籍", "at a school of this stage already", ("registry",)),
    _number("study.years", "在本区县就读年数", "years at schools of the district", ("registry",), "years"),
    _choice(
        "application.stage",
        "学段",
        "stage",
        (),
        _choices(kindergarten=("幼儿园", "kindergarten"), primary=("小学", "primary"), junior=("初中", "junior")),
    ),
    _choice(
        "application.round",
        "批次",
        "round",
        (),
        _choices(main=("主批次", "main"), private=("民办批次", "private"), supplementary=("补报名", "supplementary")),
        default="main",
    ),
)

DICTIONARY: Final[Mapping[str, FactSpec]] = {
    spec.name: spec for spec in (*_CHILD, *_HOUSEHOLD, *_HOME, *_RESIDENCE, *_OTHER)
}


def value_words(spec: FactSpec, value: object) -> Text:
    """Say a fact's value in plain words: a share as a percentage, a flag as yes or no, a choice by its label."""
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if spec.kind == "share" and isinstance(value, int | float):
        percent = f"{value * 100:.6g}%"
        return Text(percent, percent)
    if isinstance(value, str) and value in spec.choices:
        return spec.choices[value]
    plain = f"{value:.6g}" if isinstance(value, float) else str(value)
    if spec.unit == "months":
        return Text(f"{plain}个月", f"{plain} months")
    if spec.unit == "years":
        return Text(f"{plain}年", f"{plain} years")
    return Text(plain, plain)
