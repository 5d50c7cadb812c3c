"""Chinese numerals in addresses, changed to digits only where a word after them shows that they count something."""

import re
from functools import lru_cache

NUMERALS = "〇○零Ｏ一二三四五六七八九两壹贰叁肆伍陆柒捌玖十百千拾佰廿"
_DIGITS = "〇○零Ｏ一二三四五六七八九两壹贰叁肆伍陆柒捌玖"
_NUMERAL = rf"[{NUMERALS}]+"
# 五一路, 三里屯 and 四季花园 keep their numerals: none of these words follows them there
_COUNTED = re.compile(
    rf"(?<![{_DIGITS}十百千])({_NUMERAL})(?=(?:号楼|号房|单元|幢|栋|座|室|层|弄|期|号(?!线)|组(?!团)|队|户|房(?!产|管)|楼(?!梯|道|下|桥)))"
)
# the room may end the address without a word after it: 三幢五〇一; a number may have a part: 8号之一
_TAIL = re.compile(rf"(?<=[幢栋座楼元])({_NUMERAL})$|(?<=号之)({_NUMERAL})")
_BIG = str.maketrans("○Ｏ拾佰", "〇〇十百")


@lru_cache(maxsize=4096)
def to_digits(numeral: str) -> str:
    """``五〇一`` and ``五百零一`` to ``501``; a numeral that counts nothing is given back as it is."""
    import cn2an  # a fifth of a second: only where an address has such a numeral

    try:
        return str(cn2an.cn2an(numeral.translate(_BIG).replace("廿", "二十"), "smart"))
    except (ValueError, KeyError):  # 十二十二 is no number, and cn2an looks for its unit in vain
        return numeral


def counted(text: str) -> str:
    """The text with its counting numerals as digits."""
    if text.isascii():
        return text
    changed = _COUNTED.sub(lambda match: to_digits(match[1]), text)
    return _TAIL.sub(lambda match: to_digits(match[0]), changed)
