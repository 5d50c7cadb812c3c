"""The Chinese catalogue: complete, with the same placeholders, and without the words that carriers block."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

from notifications.templates import TEMPLATES
from portal import catalogue

PERCENT = re.compile(r"%(?:\((\w+)\))?[#0\- +]*(?:\d+)?(?:\.\d+)?([sdif])")
BRACES = re.compile(r"\{(\w+)\}")
HAN = re.compile(r"[\u4e00-\u9fff]")
NAMES_OF_THINGS = {"%(zone)s · %(school)s", "%(register)s, %(day)s", "%(name)s: %(percent)s %%"}  # no word of their own


@pytest.fixture(scope="module")
def merged() -> Catalog:
    return catalogue.merged()


def texts(message: Message) -> list[tuple[str, str]]:
    """The pairs (English, Chinese) of a message; Chinese has one form where English has two."""
    english = message.id if isinstance(message.id, tuple | list) else (message.id,)
    chinese = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return [(english[min(at, len(english) - 1)], text or "") for at, text in enumerate(chinese)]


def placeholders(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    return sorted(PERCENT.findall(text)), sorted(BRACES.findall(text))


def test_no_text_is_without_chinese(merged: Catalog) -> None:
    assert catalogue.missing(merged) == []


def test_a_text_without_chinese_is_reported() -> None:
    one = Catalog(locale="zh_Hans")
    one.add("Never translated")
    one.add("Translated", "已翻译")
    assert catalogue.missing(one) == ["Never translated"]


def test_nothing_is_fuzzy(merged: Catalog) -> None:
    assert [message.id for message in merged if message.id and message.fuzzy] == []


def test_both_languages_have_the_same_placeholders(merged: Catalog) -> None:
    pairs = [pair for message in merged if message.id for pair in texts(message) if pair[1]]
    assert len(pairs) > 300
    assert [pair for pair in pairs if placeholders(pair[0]) != placeholders(pair[1])] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [("%(count)d files", "个文件"), ("{most} schools", "{least} 所学校"), ("%(a)s", "%(a)d"), ("{a} and {a}", "{a}")],
)
def test_a_lost_or_changed_placeholder_is_noticed(english: str, chinese: str) -> None:
    assert placeholders(english) != placeholders(chinese)


def test_every_translation_has_a_chinese_word(merged: Catalog) -> None:
    words = [pair for message in merged if message.id for pair in texts(message) if re.search("[a-z]{3}", pair[0])]
    without = [english for english, chinese in words if chinese and not HAN.search(chinese)]
    assert [text for text in without if text not in NAMES_OF_THINGS] == []


def test_messages_to_phones_have_no_word_that_carriers_block(merged: Catalog) -> None:
    """Carriers in mainland China drop messages with lottery wording or links."""
    for template in TEMPLATES.values():
        with translation.override("en"):
            message = merged.get(str(template))
        assert message is not None
        assert not re.search("抽签|摇号|抽奖|中签|https?:", str(message.string)), message.string


def test_plurals_and_trimmed_blocks_of_templates_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/page.html").write_text(
        "{% load i18n %}{% translate 'Two words' context 'greeting' %}"
        "{% blocktranslate trimmed with name=who %}\n  Dear\n  {{ name }}\n{% endblocktranslate %}"
        "{% blocktranslate count n=n %}one child{% plural %}{{ n }} children{% endblocktranslate %}"
    )
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    found = catalogue.found()
    assert found.get("Two words", "greeting") is not None
    assert found.get("Dear %(name)s") is not None
    assert ("one child", "%(n)s children") in {message.id for message in found}


def test_the_catalogue_in_the_repository_is_the_merged_one(merged: Catalog) -> None:
    """``manage.py messages`` was run after the last change of a text."""
    with (Path(settings.BASE_DIR) / catalogue.PO).open("rb") as source:
        stored = read_po(source, locale="zh_Hans")
    want = {(message.context, message.id): message.string for message in merged if message.id}
    have = {(message.context, message.id): message.string for message in stored if message.id}
    assert {key for key, text in want.items() if text and have.get(key) != text} == set()
