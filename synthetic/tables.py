"""The mix of the synthetic city in one place: personas and their shares, births, names, planted errors.

Shares are documented targets in percent of families (records for the errors). They are round figures for a mid-sized
Chinese city, chosen so that every case of the domain occurs in a season of 2,000 families; twins follow the usual rate
of births.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PERSONAS: Final[Mapping[str, float]] = {
    "plain": 55.0,  # home by deed and household at one address in the zone
    "contract": 6.0,  # bought by a filed contract, no deed yet
    "migrant": 13.0,  # rented home, residence permit and insurance
    "points_other_town": 2.0,  # as migrant, points registered in another town
    "grandparents_home": 6.0,  # lives in the grandparents' home and household
    "separated": 4.0,  # parents in two households
    "household_only": 4.0,  # household in the zone, no owned home
    "home_only": 4.0,  # owned home in the zone, household elsewhere
    "neither": 2.0,  # neither home nor household, no permit
    "mortgaged": 2.0,  # the deed lies with the bank
    "military": 1.0,
    "talent": 0.5,
    "overseas": 0.5,  # foreign passport, or Hong Kong, Macao, Taiwan residence permit
}
BIRTHS: Final[Mapping[str, float]] = {"single": 90.68, "twins": 1.3, "triplets": 0.02, "siblings": 8.0}
# single children and twins: how many apply to each stage, of those a city has; siblings take the first two of a city
STAGES: Final[Mapping[str, int]] = {"primary": 3, "junior": 2, "kindergarten": 1}
LATE_BORN: Final = 1.0  # percent of primary children born after the cut-off day
RECORD_ERRORS: Final[Mapping[str, float]] = {"wrong": 4.0, "stale": 3.0, "missing": 3.0}  # percent of agency records
CLAIM_ERRORS: Final = 1.0  # percent of children whose parent mistypes a checked number
LAPSED_PERMITS: Final = 3.0  # percent of permits that truly have lapsed
# percent, of the registers beside the first five
DISABLED: Final = 1.5  # children
SELF_EMPLOYED: Final = 8.0  # families without social insurance here
LEASES_FILED: Final = 60.0  # rented homes
SCHOOLED_HERE: Final = 85.0  # children who went to a kindergarten or school of the district
FURTHER_ERRORS: Final[Mapping[str, float]] = {"wrong": 3.0, "missing": 2.0}  # records
MINORITY_NAMES: Final = 1.5
RARE_NAMES: Final = 0.7

SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘蒋蔡余于杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "单解仇查朴区盖缪"
)
COMPOUND_SURNAMES: Final = ("欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫")
GIVEN: Final = (
    "安柏博晨诚楚川德迪恩帆芳菲枫歌冠涵瀚航昊禾恒泓华嘉健婧景静君俊珂岚乐礼霖凌璐曼茗铭沐宁培佩琪启谦清晴"
    "然荣睿若珊诗书舒思涛恬庭婉唯文曦贤祥晓心欣星雅妍彦阳怡艺奕盈颖悠宇语钰远悦云芸泽哲真正知芷致舟子梓"
)
RARE: Final = "𬱖䶮㛃𰻝𬭎𬬭㙓䲮𫍯𬸚"
MINORITY: Final = (
    ("阿依努尔", "麦麦提", "01"),
    ("迪丽热巴", "阿卜杜拉", "01"),
    ("古丽米热", "艾合买提", "01"),
    ("才仁", "卓玛", "04"),
    ("扎西", "多吉", "04"),
    ("叶尔兰", "努尔兰", "17"),
)
MINORITY_GROUPS: Final = {"01": "维吾尔族", "04": "藏族", "17": "哈萨克族"}
LATIN_GIVEN: Final = ("ANNA", "LUCAS", "EMMA", "NOAH", "MIA", "OLIVER", "SOFIA", "LEO")
LATIN_FAMILY: Final = ("EXAMPLE", "SAMPLE", "SPECIMEN", "MUSTER", "DEMO")
# Real county codes outside the district, where people who moved were registered first;
# 330184 is abolished but stays valid for life.
OUTSIDE_DIVISIONS: Final = (
    "340621",
    "341621",
    "360121",
    "360731",
    "410122",
    "410225",
    "411421",
    "411525",
    "412723",
    "413023",
    "420222",
    "420322",
    "421023",
    "421122",
    "430121",
    "430224",
    "430321",
    "430424",
    "430521",
    "431121",
    "450122",
    "450323",
    "500230",
    "500233",
    "510122",
    "510322",
    "511321",
    "511522",
    "520121",
    "520322",
    "522121",
    "530122",
    "530326",
    "610122",
    "610322",
    "620122",
    "330184",
    "350122",
    "350321",
    "350521",
)
OUTSIDE_PLACES: Final = ("安徽省阜阳市", "河南省周口市", "贵州省毕节市", "四川省达州市", "江西省赣州市", "湖南省邵阳市")
VILLAGES: Final = ("向阳村", "新民村", "大湾村", "石桥村", "红旗村", "双河村")
PROVINCE_INITIALS: Final = {
    "11": "京",
    "12": "津",
    "13": "冀",
    "14": "晋",
    "15": "蒙",
    "21": "辽",
    "22": "吉",
    "23": "黑",
    "31": "沪",
    "32": "苏",
    "33": "浙",
    "34": "皖",
    "35": "闽",
    "36": "赣",
    "37": "鲁",
    "41": "豫",
    "42": "鄂",
    "43": "湘",
    "44": "粤",
    "45": "桂",
    "46": "琼",
    "50": "渝",
    "51": "川",
    "52": "贵",
    "53": "云",
    "54": "藏",
    "61": "陕",
    "62": "甘",
    "63": "青",
    "64": "宁",
    "65": "新",
}

# Percent of the families in a home of their own of which either parent has a second one.
SECOND_HOMES: Final = 8
