"""How long a person needs for a page: what is read and what is pressed.

The seconds of a hand are those of the keystroke-level model (Card, Moran and Newell, "The keystroke-level model for
user performance time with interactive systems", Communications of the ACM 23, 1980); reading is silent reading of
Chinese, 255 characters a minute (Trauzettel-Klosinski and Dietz, "Standardized assessment of reading performance: the
new international reading speed texts IReST", Investigative Ophthalmology & Visual Science 53, 2012). Each page is read
wholly, as far as it is visible: a page that folds what agrees is read sooner than one that shows everything.
"""

from typing import Final

from playwright.sync_api import Page

KEY: Final = 0.28  # seconds a key, of somebody who types without being a typist
POINT: Final = 1.1  # to bring the pointer to a place
CLICK: Final = 0.2
HAND: Final = 0.4  # from the keys to the mouse, or back
THINK: Final = 1.35  # before each act
CHARACTER: Final = 60 / 255  # to read one

# a character counts as one, a word or a number in Latin letters as two
VISIBLE = """() => {
  const seen = [];
  const walk = document.createTreeWalker(document.querySelector('main'), 4);
  while (walk.nextNode()) {
    const { data, parentElement } = walk.currentNode;
    const aside = parentElement.closest('select, nav, script, style, textarea');
    if (!aside && parentElement.checkVisibility()) seen.push(data);
  }
  for (const one of document.querySelectorAll('textarea')) if (one.checkVisibility()) seen.push(one.value);
  const all = seen.join(' ');
  return (all.match(/\\p{Script=Han}/gu) || []).length + 2 * (all.match(/[A-Za-z0-9.:*-]+/g) || []).length;
}"""


class Hand:
    """A person before a page: adds up the seconds of what is read and pressed. What the machine takes is no test's."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seconds, self.characters, self.pressed = 0.0, 0, 0

    def read(self) -> None:
        """Everything that is visible."""
        many = int(self.page.evaluate(VISIBLE))
        self.characters += many
        self.seconds += many * CHARACTER

    def key(self, key: str, *, leads: bool = False) -> None:
        """One key; ``leads``: to another page."""
        self.pressed += 1
        self.seconds += THINK + KEY
        if leads:
            with self.page.expect_navigation():
                self.page.keyboard.press(key)
        else:
            self.page.keyboard.press(key)

    def click(self, selector: str) -> None:
        """The hand to the mouse, the pointer to a place, a click that leads to another page."""
        self.pressed += 1
        self.seconds += THINK + HAND + POINT + CLICK
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def an_hour(self, cases: int, *, machine: float) -> float:
        """Cases an hour at this pace, where the machine takes so many seconds a case."""
        return 3600 / (self.seconds / cases + machine)
