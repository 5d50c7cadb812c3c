"""What the national student registry (学籍) asks beyond the application: questions, validation, columns (pure data).

Compulsory fields, names instead of codes in option fields and 12-digit division codes follow the registry's import
template; the order of columns differs by province, so it stands in COLUMNS and nowhere else.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

import identifiers
from enrollment.forms.questions import N_, Field, FieldError, Option, validate
from schools.matching import divisions
from schools.matching.former import former_code, former_name

ABROAD: Final = "境外"


SAME_NAMES: Final = 60  # counties that share a name, at most


LONGEST_PLACE: Final = 30  # characters of an address within which its county is named


PAGES: Final = ("child", "home", "guardian")


TITLES: Final = {
    "child": N_("About the child"),
    "home": N_("Home and post"),
    "guardian": N_("The other guardian"),
}


# GB/T 3304: 56 ethnic groups and naturalised foreigners; the registry takes the names
ETHNIC: Final = (
    "汉族",
    "蒙古族",
    "回族",
    "藏族",
    "维吾尔族",
    "苗族",
    "彝族",
    "壮族",
    "布依族",
    "朝鲜族",
    "满族",
    "侗族",
    "瑶族",
    "白族",
    "土家族",
    "哈尼族",
    "哈萨克族",
    "傣族",
    "黎族",
    "傈僳族",
    "佤族",
    "畲族",
    "高山族",
    "拉祜族",
    "水族",
    "东乡族",
    "纳西族",
    "景颇族",
    "柯尔克孜族",
    "土族",
    "达斡尔族",
    "仫佬族",
    "羌族",
    "布朗族",
    "撒拉族",
    "毛南族",
    "仡佬族",
    "锡伯族",
    "阿昌族",
    "普米族",
    "塔吉克族",
    "怒族",
    "乌孜别克族",
    "俄罗斯族",
    "鄂温克族",
    "德昂族",
    "保安族",
    "裕固族",
    "京族",
    "塔塔尔族",
    "独龙族",
    "鄂伦春族",
    "赫哲族",
    "门巴族",
    "珞巴族",
    "基诺族",
    "穿青人",  # printed on identity cards although no group of the 56
    "革家人",
    "其他",
    "外国血统",
)


def _options(*pairs: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in pairs)


YES_NO: Final = _options(("是", N_("Yes")), ("否", N_("No")))


_SECOND: Final = {"second_is": ("是",)}


_PLACE_HELP: Final = N_("From the province down to the county, for example 湖南省常德市武陵区. Abroad: 境外.")


FIELDS: Final[tuple[Field, ...]] = (
    Field("birthplace", "child", N_("Place of birth"), "place", help=_PLACE_HELP),
    Field("native_place", "child", N_("Native place of the family (籍贯)"), "place", help=_PLACE_HELP),
    Field("ethnic", "child", N_("Ethnic group"), "ethnic", help=N_("For example 汉族, 回族, 土家族.")),
    Field(
        "nationality",
        "child",
        N_("Nationality"),
        "choice",
        options=_options(("中国", N_("China")), ("其他", N_("Another country"))),
    ),
    Field(
        "overseas",
        "child",
        N_("Is the child from Hong Kong, Macao, Taiwan or abroad?"),
        "choice",
        options=_options(
            ("否", N_("No")),
            ("香港同胞", N_("From Hong Kong")),
            ("澳门同胞", N_("From Macao")),
            ("台湾同胞", N_("From Taiwan")),
            ("外籍", N_("Foreign national")),
        ),
    ),
    Field(
        "health",
        "child",
        N_("Health"),
        "choice",
        help=N_("It never decides about a place; it helps the school to look after the child."),
        options=_options(
            ("健康或良好", N_("Good")),
            ("一般或较弱", N_("Fair or delicate")),
            ("有慢性病", N_("A chronic illness")),
            ("残疾", N_("A disability")),
        ),
    ),
    Field("only_child", "child", N_("Is this your only child?"), "choice", options=YES_NO),
    Field("preschool", "child", N_("Did the child go to a kindergarten?"), "choice", options=YES_NO),
    Field(
        "left_behind",
        "child",
        N_("Do the parents work away from home for more than half a year?"),
        "choice",
        options=_options(
            ("非留守儿童", N_("No, or only for a short time")),
            ("单亲留守儿童", N_("One of them")),
            ("双亲留守儿童", N_("Both of them")),
        ),
    ),
    Field("household_place", "home", N_("Place of the household register"), "place", help=_PLACE_HELP),
    Field(
        "household_type",
        "home",
        N_("Kind of household register"),
        "choice",
        options=_options(("农业户口", N_("Rural")), ("非农业户口", N_("Urban, or one for all residents"))),
    ),
    Field("home_address", "home", N_("Where the child lives"), "address"),
    Field("post_address", "home", N_("Address for letters"), "address"),
    Field("postcode", "home", N_("Postcode"), "postcode", help=N_("Six digits, for example 415000.")),
    Field(
        "boarding",
        "home",
        N_("Will the child live at the school?"),
        "choice",
        options=_options(("走读", N_("No, at home")), ("住校", N_("Yes, it boards"))),
    ),
    Field("second_is", "guardian", N_("Is there a second guardian?"), "choice", options=YES_NO),
    Field("second_name", "guardian", N_("Name of the other guardian"), "name", when=_SECOND),
    Field(
        "second_relation",
        "guardian",
        N_("The other guardian is the child's"),
        "choice",
        options=_options(
            ("父亲", N_("Father")),
            ("母亲", N_("Mother")),
            ("祖父母或外祖父母", N_("Grandparent")),
            ("其他", N_("Other legal guardian")),
        ),
        when=_SECOND,
    ),
    Field("second_id", "guardian", N_("ID number of the other guardian"), "id", when=_SECOND),
    Field("second_phone", "guardian", N_("Mobile number of the other guardian"), "mobile", when=_SECOND),
)


BY_NAME: Final = {field.name: field for field in FIELDS}


# what brothers and sisters share, so that it is offered for the next child
SHARED: Final = (
    "native_place",
    "ethnic",
    "nationality",
    "overseas",
    "left_behind",
    "household_place",
    "household_type",
    "home_address",
    "post_address",
    "postcode",
    "second_is",
    "second_name",
    "second_relation",
    "second_id",
    "second_phone",
)


@lru_cache(maxsize=1024)
def place_code(name: str) -> str:
    """The 12-digit code of a county, city or province by its full name, also one it bore once; ABROAD as it is; "" when
    there is none.
    """
    plain = "".join(name.split())
    if plain == ABROAD:
        return ABROAD
    for start in range(len(plain)):
        for found in divisions.search(plain[start:], limit=SAME_NAMES):
            if found.level != "town" and divisions.full_name(found.code) == plain:
                return found.code.ljust(12, "0")
    return former_code(plain).ljust(12, "0") if former_code(plain) else ""


def place_of_number(number: str) -> str:
    """The place an ID number was first given in: usually the place of birth, so it is offered; "" when unknown."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return ""
    return divisions.full_name(number[:6]) or former_name(number[:6])


def place_of_address(address: str) -> str:
    """The county at the beginning of an address, "" when it does not begin with one."""
    plain = "".join(address.split())
    ends = [at + 1 for at, char in enumerate(plain[:LONGEST_PLACE]) if char in "区县市旗"]
    known = [plain[:end] for end in ends if place_code(plain[:end])]
    return known[-1] if known else ""


NUMBER_OF_NAME: Final = {"second_name": "second_id"}


def document_of(field: Field, answers: Mapping[str, str], today: date) -> str:
    """The kind of document that a name stands on: that of the number given with it, if there is one yet."""
    number = str(answers.get(NUMBER_OF_NAME.get(field.name, ""), ""))
    return identifiers.check("id", number, role="guardian", today=today).kind if number else "passport"


def student_registry_valid(
    field: Field, raw: str, today: date, *, document: str = "passport"
) -> tuple[str, FieldError | None]:
    """The normalised answer of one question, and what is wrong with it. Latin letters are right on some documents."""
    value = " ".join(raw.split())
    if not value or field.kind not in {"place", "postcode", "ethnic"}:
        return validate(field, value, today, document=document if field.kind == "name" else "")
    if field.kind == "ethnic":
        named = value if value in ETHNIC else f"{value}族"
        wrong = FieldError(field.name, "ethnic", N_("Please write the group as in the household register: 汉族."))
        return (named, None) if named in ETHNIC else (value, wrong)
    if field.kind == "place":
        plain = "".join(value.split())
        wrong = FieldError(field.name, "place", N_("Please write the place in full, for example 湖南省常德市武陵区."))
        return plain, None if place_code(plain) else wrong
    wrong = FieldError(field.name, "postcode", N_("A postcode has six digits, for example 415000."))
    return value, None if re.fullmatch(r"[0-9]{6}", value) else wrong


DOCUMENTS: Final = {  # identifiers' kinds in the registry's words
    "resident_id": "居民身份证",
    "travel_permit": "港澳居民来往内地通行证",
    "passport": "护照",
    "foreign_permanent_resident": "外国人永久居留身份证",
}


GRADES: Final = {"kindergarten": "幼儿园小班", "primary": "小学一年级", "junior": "初中一年级"}


RELATIONS: Final = {"mother": "母亲", "father": "父亲", "grandparent": "祖父母或外祖父母", "other": "其他"}


# header of the template and the name of the value; the second guardian may be empty, all others are compulsory
COLUMNS: Final = (
    ("学生姓名", "name"),
    ("性别", "sex"),
    ("出生日期", "birth_date"),
    ("出生地行政区划码", "birthplace_code"),
    ("籍贯", "native_place"),
    ("民族", "ethnic"),
    ("国籍/地区", "nationality"),
    ("身份证件类型", "document"),
    ("身份证件号", "id_number"),
    ("港澳台侨外", "overseas"),
    ("健康状况", "health"),
    ("户口所在地行政区划码", "household_code"),
    ("户口性质", "household_type"),
    ("年级", "grade"),
    ("入学年月", "entry_month"),
    ("入学方式", "entry_mode"),
    ("就读方式", "boarding"),
    ("户口地址", "household_address"),
    ("现住址", "home_address"),
    ("通信地址", "post_address"),
    ("联系电话", "phone"),
    ("邮政编码", "postcode"),
    ("是否独生子女", "only_child"),
    ("是否受过学前教育", "preschool"),
    ("是否留守儿童", "left_behind"),
    ("成员1姓名", "guardian_name"),
    ("成员1关系", "guardian_relation"),
    ("成员1证件号", "guardian_id"),
    ("成员1电话", "phone"),
    ("成员2姓名", "second_name"),
    ("成员2关系", "second_relation"),
    ("成员2证件号", "second_id"),
    ("成员2电话", "second_phone"),
    ("报名回执号", "receipt"),
)


MAY_BE_EMPTY: Final = frozenset({"second_name", "second_relation", "second_id", "second_phone"})
