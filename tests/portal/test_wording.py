"""How sentences follow one another in the two languages."""

import pytest
from django.template import Context, Template
from django.utils import translation

from foundation.wording import joined


@pytest.mark.parametrize(
    ("language", "expected"),
    [("zh-hans", "<b>甲。</b><b>乙。丙</b>丁 戊"), ("en", "<b>甲。</b><b>乙。  \n 丙</b>丁 戊")],
)
def test_in_chinese_no_space_follows_the_end_of_a_sentence(language: str, expected: str) -> None:
    source = "{% load words %}{% sentences %}<b>甲。</b><b>乙。  \n {{ two }}</b>丁 戊{% endsentences %}"
    with translation.override(language):
        assert Template(source).render(Context({"two": "丙"})) == expected
        assert joined("甲。", "乙。") == ("甲。乙。" if language == "zh-hans" else "甲。 乙。")
