"""What may be asked for how often (pure): a table of rules, and which buckets one request draws from.

A bucket holds ``most`` and drains evenly within ``seconds``: whoever was refused waits for one place, not for an hour.
Who asks is a browser known to the number's account, or a stranger; a stranger is counted by number, by address, abroad
by country. A code that is entered gives its place back where a rule ``returns`` it, and earns its address ``earned``
more for a day or two: twenty thousand families behind one carrier's address grow their own room, and somebody who texts
numbers of others enters no codes and grows none. docs/privacy.md says what each kind of asker can reach.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MINUTE, HOUR, DAY = 60, 3600, 86_400
HOME: Final = "86"  # the country calling code whose messages cost least


@dataclass(frozen=True, slots=True)
class Rule:
    """``most`` within ``seconds`` for each value of ``by`` (number, asker, address, country, account). ``told`` names
    the refusal's words. ``returns``: a code that is entered gives its place back, so the bucket counts those that were
    not. ``earned``: how many more for each number that entered its code there within the last day or two.
    """

    name: str
    by: tuple[str, ...]
    most: int
    seconds: int
    told: str
    returns: bool = False
    earned: int = 0
    abroad: bool = False  # only for numbers outside HOME


# The rules of a kind of text, for whoever is not known to the number.
STRANGER: Final = (
    Rule("number-asker-hour", ("number", "asker"), 3, HOUR, "number", returns=True),
    Rule("number-asker-day", ("number", "asker"), 5, DAY, "number", returns=True),
    Rule("number-day", ("number",), 15, DAY, "number", returns=True),
    Rule("number-all", ("number",), 30, DAY, "number"),
    Rule("address-hour", ("address",), 120, HOUR, "network", returns=True, earned=1),
    Rule("address-day", ("address",), 240, DAY, "network", returns=True, earned=1),
    Rule("abroad-hour", ("address", "abroad"), 6, HOUR, "network", returns=True, earned=1, abroad=True),
    Rule("country-hour", ("country",), 60, HOUR, "country", returns=True, earned=1, abroad=True),
)
# For a browser that signed in to the number's account before: nobody else can use these up.
KNOWN: Final = (
    Rule("device-hour", ("number", "known"), 6, HOUR, "number", returns=True),
    Rule("device-day", ("number", "known"), 15, DAY, "number", returns=True),
    Rule("device-all", ("number", "known"), 30, DAY, "number"),
)
# Texts that one signed-in person makes go to another's number: an invitation, a clerk's code.
SENT: Final = (
    Rule("pause", ("number",), 1, MINUTE, "pause"),
    Rule("number-sender-hour", ("number", "asker"), 3, HOUR, "number"),
    Rule("number-sender-day", ("number", "asker"), 5, DAY, "number"),
    Rule("number-day", ("number",), 10, DAY, "number"),
    Rule("country-hour", ("country",), 60, HOUR, "country", abroad=True),
)
TEXTS: Final[Mapping[str, tuple[Rule, ...]]] = {
    "code": STRANGER,
    "invitation": (*SENT, Rule("sender-day", ("asker",), 12, DAY, "sender")),
    "visit": (*SENT, Rule("sender-day", ("asker",), 120, DAY, "sender")),
}
# Other things that are counted by address alone, and wrong passwords also by the name they were for.
PASSWORDS: Final = (
    Rule("passwords", ("address",), 100, 15 * MINUTE, "network"),
    Rule("passwords-name", ("address", "name"), 10, 15 * MINUTE, "network"),
)
LINKS: Final = (Rule("links", ("address",), 30, 15 * MINUTE, "network"),)  # links of staff that nobody made
PUBLIC_API: Final = (Rule("public-api", ("address",), 120, MINUTE, "network"),)
CALLS: Final = (Rule("calls", ("address",), 60, HOUR, "network"),)
KEPT_FORMS: Final = (
    Rule("device", ("device",), 20, HOUR, "network"),
    Rule("address", ("address",), 60, HOUR, "network"),
)

# Looks at registers before anything is filed: by the account that asks, and by the person who is looked up.
REGISTERS: Final = (
    Rule("account-hour", ("account",), 15, HOUR, "registers"),
    Rule("account-day", ("account",), 30, DAY, "registers"),
    Rule("person-day", ("person",), 20, DAY, "registers"),
)
# Looks at children who turned out not to live with who asked: few slips are made, whoever tries children makes many.
STRANGERS: Final = (Rule("strangers", ("account",), 5, DAY, "registers"),)
# Face checks that are begun: by the account, and by the person whose name and number are sent, whoever sends them.
FACE: Final = (
    Rule("account-hour", ("account",), 5, HOUR, "face"),
    Rule("account-day", ("account",), 10, DAY, "face"),
    Rule("person-day", ("person",), 10, DAY, "face"),
)

# When so many codes of strangers are out without having been entered, beyond half of those entered (CODE_FLOOD, of the
# whole site), texts are being sent for somebody's harm: every address then has a tenth of its room (12 an hour) and a
# quarter of what it earned.
FLOOD_SECONDS: Final = HOUR
FLOOD_SHARE: Final = 10


@dataclass(frozen=True, slots=True)
class Bucket:
    """One counter of a request: its key, the key of what was earned ("" for none), and the rule."""

    key: str
    earned_key: str
    rule: Rule


def buckets(kind: str, rules: Sequence[Rule], facts: Mapping[str, str]) -> list[Bucket]:
    """The counters a request draws from. ``facts`` has a digest for each name in ``by``; a rule of which a value is
    missing or empty does not apply (a signed-in person without a known address, a number at home).
    """
    found = []
    for rule in rules:
        values = [facts.get(name, "") for name in rule.by]
        if not all(values) or (rule.abroad and not facts.get("abroad")):
            continue
        scope = ":".join(values)
        found.append(
            Bucket(
                f"limit:{kind}:{rule.name}:{scope}", f"earned:{kind}:{rule.name}:{scope}" if rule.earned else "", rule
            )
        )
    return found
