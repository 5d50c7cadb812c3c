"""Words that sound translated, or that only an engineer knows, do not come back into the Chinese pages."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from lottery.engine.admission import wording

LINE = re.compile(r'^(?:msgstr(?:\[0\])? )?"(.*)"$', re.MULTILINE)
REFUSED = (
    "作出承诺",  # 封存秘密数
    "盐值",  # 随机码
    "在浏览器中核对摇号",
    "这份文件是真的吗",
    "您的孩子有学位了",
    "下一步由谁办理",
    "没有人被录取",
    "学位已由位次在前的申请人使用",
)


def chinese() -> str:
    """Every Chinese text of the catalogue, and the sentences that explain a placement."""
    folder = Path(settings.BASE_DIR) / "locale" / "fragments"
    texts = [
        re.findall(r'^(?:msgstr(?:\[0\])? )?"(.*)"$', one.read_text(), re.MULTILINE) for one in folder.glob("*.po")
    ]
    said = [one.zh for one in (*wording.OUTCOMES.values(), wording.NOBODY, wording.OWN, wording.LAST)]
    return "\n".join([*(text for found in texts for text in found), *said])


@pytest.mark.parametrize("words", REFUSED)
def test_words_that_sound_translated_stay_away(words: str) -> None:
    assert words not in chinese()


def test_the_catalogue_was_read() -> None:
    assert "录取结果" in chinese()
    assert "未录取，学位已满" in chinese()
