"""Whether a cell of a bureau's zone table names one place, and if not, which sentence tells the bureau what to write.

A notice describes a zone by its borders, by parts of roads and by several roads in one sentence. The reader of
addresses finds *a* road in most of that; a rule made from it would give the whole road to the zone. So a road counts
as read only where nothing but its division is left of the cell.
"""

import re
from dataclasses import dataclass, field

from identifiers.address import Address, parse
from schools.matching.model import RuleKind

_WAYS = "路|街|道|巷|线|桥|堤"
_LINES = f"{_WAYS}|河|江|湖|渠|港|山|铁路"
# How a published notice describes a border (棋盘山路以东, 沿江路以北; 东至人民路; 人民路至建设路; 沿人民路).
# 沿江路 is the name of a road, 东至路 too, and 大道至诚 that of an estate.
BORDER = re.compile(
    r"以[东南西北内外里]|[东南西北][至到](?![路街县镇]|大道)|[东南西北]侧|之间|围合|合围|围成|交汇|交界|沿线|两侧|两厢|一线$"
    r"|(?:路|街|道|巷|线|河|江|桥)(?:至|到|[-~～—]+)[\u4e00-\u9fff]+(?:路|街|道|巷|线|河|江|桥|止)"
    r"|(?:^|[，,、；;])沿(?![江河湖海港山溪滨][\u4e00-\u9fff]?(?:路|街|大道|巷))"
    r"|为(?:边|分)?界|毗邻|接壤|环绕|(?<=.)(?:周边|附近|一带)$|[东南西北]面?[:：为是]"
    rf"|(?:{_LINES})(?:[左右东南西北内外里](?:边|面|岸|手边?)|[向往朝][东南西北左右])(?:$|[，,、；;])"
)
# 西起桃花源路, 东临人民路, 北靠沅江: a side, how it meets the line, and the line. With one character some of these
# verbs make a name (东临江路 is the eastern 临江路, 西连云路 the western 连云路), so they ask for two. No part is
# longer than a name, so that a long text takes no longer than its length explains.
SIDE = re.compile(
    r"(?:^|[，,、；;\s区县市镇乡路街巷])[东南西北]{1,2}面?"
    rf"(?:(?:起|抵|止|濒|毗|以|由|自|从)[于自至近]?(?!凤(?:路|街|巷))[\u4e00-\u9fff]{{1,12}}?(?:{_LINES})"
    rf"|(?:临|靠|接|邻|连|达|界|依|挨|距)[于着近壤]?[\u4e00-\u9fff]{{2,12}}?(?:{_WAYS})"
    r"|(?:临|靠|接|邻|连|达|界|依|挨|距)[于着近壤]?[\u4e00-\u9fff]{1,12}?(?:河|江|湖|渠|港|山|铁路)"
    rf"|(?<=面)[\u4e00-\u9fff]{{2,12}}?(?:{_WAYS}))(?:$|[，,、；;])"
)
_LIST = re.compile(r"[，,、；;]")
_AND = re.compile(rf"(?:{_LINES})[与及跟]|[\u4e00-\u9fff]{{2}}与[\u4e00-\u9fff]{{2}}")
_LINKS = frozenset("与和及跟同")
_NUMBERS = re.compile(
    r"[0-9０-９]+\s*号?\s*(?:至|到|[-~～—])\s*[0-9０-９]+|[0-9]+号(?!路|街|大街|大道|巷|线|公路)|[单双奇偶](?:号|数)(?!路|街|大道|巷)|门牌"
)
# What is a road to everybody and to no reader of addresses: 318国道 is one only before a house number.
_ROADLIKE = re.compile(r"(?:国道|省道|县道|乡道|村道|高速|快速|堤)$")
_PART = re.compile(r"^(?P<road>.+?)(?P<part>[东南西北中上下前后]段|[0-9一二三四五六七八九十]+段|延伸段|延长线)$")


@dataclass(frozen=True, slots=True)
class Unnamed:
    """Why a cell names no single place: the code of the sentence, and what the sentence speaks of."""

    code: str
    params: dict[str, str] = field(default_factory=dict)


def unnamed(kind: RuleKind, name: str, *, numbered: bool) -> Unnamed | None:
    """None for the name of one place. ``numbered`` says whether the row gives house numbers of it."""
    if BORDER.search(name) or SIDE.search(name):
        return Unnamed("border", {"value": name})
    if _LIST.search(name):
        return Unnamed("several_names", {"value": name})
    return _road(name, parse(name), numbered=numbered) if kind == "road" else None


def _road(name: str, read: Address, *, numbered: bool) -> Unnamed | None:
    if _NUMBERS.search(name):
        return Unnamed("numbers_in_name", {"value": name})
    if _AND.search(name):
        return Unnamed("several_names", {"value": name})
    left = read.village + read.estate + read.building + read.unit + read.room
    part = _PART.match(read.road + left)
    if part is not None and (left or not numbered):
        # 天府大道北段 is the name of a street with numbers of its own; a part in a notice is not
        return Unnamed("part_of_road" if left else "part_or_name", {"value": name, "road": part["road"]})
    if not read.road:
        return None if _ROADLIKE.search(left) else Unnamed("no_road", {"value": name})
    if not left:
        return None
    if left[0] in _LINKS:
        return Unnamed("several_names", {"value": name})
    return Unnamed("more_than_road", {"value": name, "road": read.road})
