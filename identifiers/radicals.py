"""Radicals that stand for a character: copies from PDF files and some fonts hold ⼟ (a radical) where 土 was printed.

Source: EquivalentUnifiedIdeograph.txt of the Unicode Character Database, those of its rows whose radical is also a
character of its own. The Kangxi radicals (U+2F00 to U+2FD5) fold by NFKC.
"""

import unicodedata
from typing import Final

_SUPPLEMENT: Final = (
    "⺀冫⺁厂⺄乙⺆冂⺈刀⺊卜⺌小⺍小⺎兀⺒巳⺓幺⺕彐⺛旡⺜日⺝月⺞歹⺟母⺠民⺥爪⺧牛⺩王⺫目⺬示⺭礻⺮竹⺰纟⺶羊⺷羊⺺肀⺻聿⺼肉⺽臼⻁虎⻃西⻄西⻅见⻆角⻉贝⻊足⻋车⻌辶⻐钅"
    "⻑長⻓长⻔门⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
_TABLE: Final = {ord(_SUPPLEMENT[at]): _SUPPLEMENT[at + 1] for at in range(0, len(_SUPPLEMENT), 2)}
_TABLE.update({code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)})


def characters(raw: str) -> str:
    """The text with characters in place of radicals."""
    return raw if raw.isascii() else raw.translate(_TABLE)
