"""The drawings: one sprite, light, in the colour of the words; every name that is asked for is there."""

import re
from pathlib import Path

from enrollment.public.ways import ALL, APPLY, DATES, FRONT, HELP, MINE, RESULTS, SCHOOLS
from enrollment.public.words.guides import GUIDES

ROOT = Path(__file__).resolve().parents[3]
SPRITE = (ROOT / "static" / "img" / "drawings.svg").read_text("utf-8")
DRAWN = dict(re.findall(r'<symbol id="([\w-]+)"(.*?)</symbol>', SPRITE, re.DOTALL))
MOST_BYTES = 3_000


def asked_for() -> set[str]:
    """The names that templates and tables give."""
    found = {f"i-{way.icon}" for way in (APPLY, MINE, SCHOOLS, DATES, RESULTS, FRONT, HELP)}
    found |= {f"i-{way.icon}" for _title, ways in ALL for way in ways}
    found |= {page.drawing for page in GUIDES if page.drawing}
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        found |= set(re.findall(r'components/drawing.html" with name="([\w-]+)"[^|]', text))
        found |= set(re.findall(r'components/empty.html" with drawing="([\w-]+)"', text))
    return found


def test_every_drawing_that_is_asked_for_is_there() -> None:
    assert asked_for() <= set(DRAWN)


def test_a_drawing_is_light_and_takes_the_colour_of_the_words() -> None:
    for name, body in DRAWN.items():
        assert len(body) < MOST_BYTES, name
        assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', body)) <= {"none", "currentColor"}, name


def test_every_situation_has_a_drawing_of_its_own() -> None:
    drawings = [page.drawing for page in GUIDES[1:]]
    assert all(drawings)
    assert len(set(drawings)) == len(drawings)
