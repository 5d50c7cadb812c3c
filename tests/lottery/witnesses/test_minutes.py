"""The minutes as a document: the same bytes for the same facts, whatever people wrote in their notes."""

from dataclasses import replace
from datetime import datetime

import pytest

from foundation.clock import SHANGHAI
from lottery.ceremony.states import DRAW
from lottery.engine import minutes
from lottery.witnesses.states import SIGNED

MARKUP = '#panic("x") $x^2$ @ref <label> \\ "quoted" ```raw``` *bold* // end /* [ ] { } \u202e \x00\x07 𠀀𪚥 😀 '
HOSTILE = MARKUP + "长" * 90 + "W" * 300
AT = "2027-07-20 09:30:00"
NOTARY, INSPECTOR = "合成公证员（notary-1）", "合成纪检员（witness-1）"
OBJECTION = minutes.Signature(
    "frozen", INSPECTOR, "inspector", "object", AT, "cd" * 32, "屏幕看不清", "已更换", "official-1"
)
SIGNATURES = (
    *(minutes.Signature(step, NOTARY, "notary", "sign", AT, "cd" * 32, "", "", "") for step in SIGNED),
    OBJECTION,
)


def example() -> minutes.Minutes:
    at = AT
    people = (
        minutes.Person("notary-1", "合成公证员", "notary"),
        minutes.Person("witness-1", "合成纪检员", "inspector"),
        minutes.Person("official-1", "合成职员", "official"),
    )
    events = [step.event for step in DRAW.steps if step.event not in {"use_fallback", "correct_value"}]
    return minutes.Minutes(
        district="武陵区",
        year=2027,
        stage="primary",
        kind="main",
        rehearsal=True,
        synthetic=True,
        number="（2027）湘常证字第1号",
        note="全程见证，程序合规。",
        certified_at=datetime(2027, 7, 25, 10, 0, tzinfo=SHANGHAI),
        place="常德市武陵区教育局一楼大厅",
        starts_at=at,
        deadlines=(at, at, at),
        method="ticket",
        sibling_rule="expand",
        mechanism="parallel",
        notary="合成公证员（notary-1）",
        people=people,
        steps=tuple(minutes.Step(event, at, "official-1", "") for event in events),
        confirmations=(
            minutes.Step("draw", at, "official-1", "ab" * 32),
            minutes.Step("draw", at, "notary-1", "ab" * 32),
        ),
        parts=(minutes.Part("notary-1", "0f" * 32, "3c" * 32), minutes.Part("witness-1", "1e" * 32, "")),
        public_source="上证综合指数收盘值 / SSE Composite Index, closing value",
        public_value="3245.67",
        fallback="下一个交易日的收盘值 / that of the next trading day",
        fallback_reason="",
        signatures=SIGNATURES,
        counts=(
            ("pupils", 2150),
            ("groups", 2098),
            ("sibling_groups", 51),
            ("seats", 2200),
            ("extra", 3),
            ("by_choice", 2061),
        ),
        schools=tuple(minutes.SchoolLine(f"WL{n:02}", "滨湖路小学", 270, n % 2, 268) for n in range(1, 9)),
        digests=(("announcement", "12" * 32), ("root", "34" * 32), ("seed", "56" * 32), ("run", "sha256:" + "78" * 32)),
        programs=(("audit.py", "9a" * 32), ("draw.py", "bc" * 32)),
        url="https://enrol.example/results/7/",
    )


def test_the_same_facts_give_the_same_bytes() -> None:
    made = minutes.pdf(example())
    assert made.startswith(b"%PDF-")
    assert minutes.pdf(example()) == made
    assert minutes.pdf(replace(example(), place="另一处")) != made


def test_what_people_wrote_never_becomes_source() -> None:
    """A note that is typst source is set as text: it stops nothing, and nothing of the document is lost to it."""
    plain = example()
    hostile = replace(
        plain,
        note=HOSTILE,
        place=HOSTILE,
        number=HOSTILE[:60],
        public_value=HOSTILE[:150],
        people=(replace(plain.people[0], name=HOSTILE), *plain.people[1:]),
        signatures=tuple(replace(one, note=HOSTILE, reply=HOSTILE, reply_by=HOSTILE[:20]) for one in plain.signatures),
        url="https://enrol.example/results/7/?q=%22#x",
    )
    assert minutes.pdf(hostile).startswith(b"%PDF-")


def test_a_digest_is_copied_from_the_page_as_it_is() -> None:
    for value in ("ab" * 32, "sha256:" + "ab" * 32):
        assert minutes.breakable(value) == value
    assert minutes.BREAK in minutes.breakable("AB" * 32)


@pytest.mark.parametrize("text", ["x" * 29, "https://" + "y" * 100, "中" * 60])
def test_a_long_run_of_characters_may_break_and_loses_nothing(text: str) -> None:
    broken = minutes.breakable(text)
    assert broken.replace(minutes.BREAK, "") == text
    assert max(map(len, broken.split(minutes.BREAK))) <= minutes.LONGEST_WORD


def test_every_word_the_document_needs_is_known_to_it() -> None:
    """A state, duty or decision without its two words would stand in the minutes as a code."""
    from lottery.ceremony.states import DUTIES
    from lottery.engine.drawing.methods import METHODS

    source = minutes.SOURCE.read_text()
    for code in {step.event for step in DRAW.steps} | set(SIGNED) | set(DUTIES) | set(METHODS):
        assert f"{code}: (" in source, code
