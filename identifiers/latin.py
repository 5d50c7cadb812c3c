"""Chinese names of places and schools in Latin letters, as English pages read them.

What kind of place or school it is becomes its English word, the rest pinyin without tones, joined to one word
(GB/T 16159): 七里桥街道示例小学 is "Qiliqiao Subdistrict Shili Primary School". A school that calls itself otherwise
states its name.
"""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from identifiers.numerals import to_digits

_HAN: Final = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]")
_NUMBER: Final = re.compile(
    "第?([一二三四五六七八九十]{1,3})(?=中学|小学|初级|初中|高级|幼儿园|实验|中$|小$|幼$|完全|附属)"
)
_ORDINAL: Final = re.compile("第([一二三四五六七八九十]{1,3})")
_SHORT: Final = {"中": "Middle School", "小": "Primary School", "幼": "Kindergarten"}  # 一中, 二小
_WORDS: Final = {
    "幼儿园": "Kindergarten",
    "小学": "Primary School",
    "完全小学": "Primary School",
    "中心小学": "Central Primary School",
    "希望小学": "Hope Primary School",
    "附属小学": "Affiliated Primary School",
    "附属中学": "Affiliated Middle School",
    "附小": "Affiliated Primary School",
    "附中": "Affiliated Middle School",
    "初级中学": "Junior High School",
    "初中": "Junior High School",
    "高级中学": "Senior High School",
    "高中": "Senior High School",
    "中学": "Middle School",
    "学校": "School",
    "九年一贯制": "Nine-Year",
    "九年制": "Nine-Year",
    "十二年一贯制": "Twelve-Year",
    "特殊教育": "Special Education",
    "外国语": "Foreign Language",
    "双语": "Bilingual",
    "实验": "Experimental",
    "民族": "Ethnic",
    "寄宿制": "Boarding",
    "校区": "Campus",
    "分校": "Branch School",
    "师范大学": "Normal University",
    "大学": "University",
    "学院": "College",
    "教育集团": "Education Group",
    "教育局": "Education Bureau",
    "学区": "School Zone",
    "大学区": "Big Zone",
    "招生服务点": "Enrolment Service Point",
    "服务点": "Service Point",
    "街道": "Subdistrict",
    "社区": "Community",
    "小区": "Estate",
    "新区": "New District",
    "开发区": "Development Zone",
    "自治区": "Autonomous Region",
    "自治州": "Autonomous Prefecture",
    "自治县": "Autonomous County",
    "大道": "Avenue",
    "胡同": "Hutong",
}
_ENDINGS: Final = {  # only after a name of two characters or more: 东区 is Dongqu, and 市府街 begins with no city
    "省": "Province",
    "市": "City",
    "区": "District",
    "县": "County",
    "镇": "Town",
    "乡": "Township",
    "村": "Village",
    "路": "Road",
    "街": "Street",
    "巷": "Lane",
}
_LONGEST: Final = max(map(len, _WORDS))
_PLACES: Final = {  # places that are not read as their characters are
    "番禺": ("pan", "yu"),
    "六安": ("lu", "an"),
    "六合": ("lu", "he"),
    "蚌埠": ("beng", "bu"),
    "荥阳": ("xing", "yang"),
    "铅山": ("yan", "shan"),
    "东阿": ("dong", "e"),
    "乐清": ("yue", "qing"),
    "丽水": ("li", "shui"),
    "台州": ("tai", "zhou"),
    "尉犁": ("yu", "li"),
    "莘县": ("shen", "xian"),
    "景德镇": ("jing", "de", "zhen"),
}
_USUAL: Final = {  # in names of places; elsewhere they are read otherwise first
    "长": "chang",
    "重": "chong",
    "朝": "chao",
    "乐": "le",
    "厦": "xia",
    "柏": "bai",
    "都": "du",
    "行": "xing",
    "大": "da",
    "藏": "zang",
    "和": "he",
    "台": "tai",
    "石": "shi",
    "泊": "bo",
    "盛": "sheng",
    "调": "diao",
    "会": "hui",
    "参": "shen",
    "校": "xiao",
    "中": "zhong",
    "明": "ming",
    "济": "ji",
    "折": "zhe",
    "谷": "gu",
    "汤": "tang",
    "曲": "qu",
    "宿": "su",
    "牟": "mu",
    "渑": "mian",
    "涡": "guo",
    "郫": "pi",
    "夹": "jia",
}


def has_han(text: str) -> bool:
    """Whether a text holds a Chinese character."""
    return _HAN.search(text) is not None


@lru_cache(maxsize=4096)
def latin(name: str) -> str:
    """A Chinese name in Latin letters; what is not Chinese in it stays."""
    said = " ".join(_pieces(name))
    said = said.replace("School School Zone", "School Zone").replace("Middle Affiliated", "Affiliated")
    return re.sub(r"\s+([,)])", r"\1", re.sub(r"\(\s+", "(", said)).strip()


def _pieces(name: str) -> Iterator[str]:
    """Words in order: kinds in English, what lies between them as one word of pinyin each."""
    run, at = "", 0
    for word, end in _kinds(name):
        start = at
        at = end
        if not word:
            run += name[start:end]
            continue
        yield from _spoken(run)
        run = ""
        yield word
    yield from _spoken(run)


def _kinds(name: str) -> Iterator[tuple[str, int]]:
    """The name piece by piece: (English word, where it ends), or ("", the next character's end) for pinyin."""
    at, since = 0, 0  # since: characters of pinyin that stand before
    while at < len(name):
        word, end = _kind_at(name, at, since)
        yield word, end
        since = 0 if word and name[at:end] not in _PLACES else since + end - at
        at = end


def _kind_at(name: str, at: int, since: int) -> tuple[str, int]:
    place = next((one for one in _PLACES if name.startswith(one, at)), "")
    if place:
        return _joined(_PLACES[place]), at + len(place)
    numbered = _NUMBER.match(name, at) or _ORDINAL.match(name, at)
    if numbered:
        short = _SHORT.get(name[numbered.end() :], "")
        words = f"No. {to_digits(numbered[1])}"
        return (f"{words} {short}", len(name)) if short else (words, numbered.end())
    for length in range(min(_LONGEST, len(name) - at), 1, -1):
        if name[at : at + length] in _WORDS:
            return _WORDS[name[at : at + length]], at + length
    if since > 1 and name[at] in _ENDINGS:
        return _ENDINGS[name[at]], at + 1
    return "", at + 1


def _spoken(run: str) -> Iterator[str]:
    """Chinese characters that follow one another as one word; the rest as it stands, brackets in their Western form."""
    for part in re.findall(f"{_HAN.pattern}+|[^\u3007\u3400-\u4dbf\u4e00-\u9fff]+", run):
        if has_han(part):
            yield _joined([_reading(one) for one in part])
        else:
            plain = part.replace("（", "(").replace("）", ")").replace("、", ", ").replace("·", " ").strip()
            if plain:
                yield plain


def _joined(sounds: list[str] | tuple[str, ...]) -> str:
    """Syllables as one word: an apostrophe before a vowel within it, ü as it is written."""
    word = "".join(f"'{one}" if at and one[0] in "aoe" else one for at, one in enumerate(sounds))
    return word[:1].upper() + word[1:]


def _reading(character: str) -> str:
    if character in _USUAL:
        return _USUAL[character]
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # only characters are read: 40 MB less
    from pypinyin import Style, lazy_pinyin  # not at the top: only English pages need the tables

    return str(lazy_pinyin(character, style=Style.NORMAL, v_to_u=True)[0])
