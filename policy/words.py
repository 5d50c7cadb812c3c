"""Words in both languages: every text a family or an official may read exists in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Text:
    """One text in Simplified Chinese and English."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """Return the text for a language tag; anything that is not English reads Chinese, the portal's default."""
        return self.en if lang.lower().startswith("en") else self.zh

    def to_json(self) -> dict[str, str]:
        """Return {"zh", "en"}."""
        return {"zh": self.zh, "en": self.en}

    @staticmethod
    def from_json(obj: Mapping[str, str]) -> Text:
        """Build from a mapping with keys "zh" and "en" (already checked by the schema)."""
        return Text(obj["zh"], obj["en"])


def day_words(day: date) -> Text:
    """A day as families read it: 2026年6月20日, or 20 Jun 2026."""
    return Text(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%b} {day.year}")
