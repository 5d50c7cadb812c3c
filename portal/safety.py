"""What production refuses to start with. Pure: settings in, one sentence for each fault out.

Every fault is told at once: whoever sets up a server mends them in one go.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

FEWEST_SECRET = 32  # characters: 128 bits in hexadecimal digits
FEWEST_SECRET_KEY = 50  # what Django's own check asks for
FEWEST_DIFFERENT = 8  # characters that differ: "aaaa", "0123" and the like are no keys
KEY = re.compile(r"[\w-]{1,20}:(?:[0-9a-fA-F]{2}){16,}")


@dataclass(frozen=True, slots=True)
class Given:
    """The settings of a production start, as they were read."""

    debug: bool
    secret_key: str
    field_keys: str
    index_key: str
    agency_secret: str
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    site_url: str
    agency_url: str
    database_url: str
    redis_url: str
    sms_channel: str


def faults(given: Given) -> list[str]:
    """What is unsafe, each with what to do; empty when nothing."""
    return [text for check in CHECKS for text in check(given)]


def _debug(given: Given) -> list[str]:
    return ["DEBUG must be off: its error pages show settings and personal data"] if given.debug else []


def _secrets(given: Given) -> list[str]:
    found = []
    named = {"INDEX_KEY": given.index_key, "AGENCY_SECRET": given.agency_secret}
    for name, value, fewest in [
        ("SECRET_KEY", given.secret_key, FEWEST_SECRET_KEY),
        *((name, value, FEWEST_SECRET) for name, value in named.items()),
    ]:
        if len(value) < fewest:
            found.append(f"{name} has {len(value)} characters, it needs {fewest}: make one with python -m portal.keys")
        elif len(set(value)) < FEWEST_DIFFERENT:
            found.append(f"{name} repeats a few characters: make one with python -m portal.keys")
    materials = [part.partition(":")[2] for part in given.field_keys.split(",")]
    alike: dict[str, str] = {}
    for name, value in [("SECRET_KEY", given.secret_key), *named.items(), *(("FIELD_KEYS", m) for m in materials)]:
        if value and alike.setdefault(value, name) != name:
            found.append(f"{alike[value]} and {name} are the same secret: who learns one must not hold the other")
    return found


def _field_keys(given: Given) -> list[str]:
    found, seen = [], set()
    for part in given.field_keys.split(","):
        name, _, material = part.strip().partition(":")
        if not KEY.fullmatch(part.strip()):
            found.append("FIELD_KEYS is 'id:hex,...' with at least 32 hexadecimal digits a key")
        elif len(set(material)) < FEWEST_DIFFERENT:
            found.append(f"FIELD_KEYS: the key {name!r} repeats a few digits: make one with python -m portal.keys")
        if name in seen:
            found.append(f"FIELD_KEYS: the id {name!r} stands there twice")
        seen.add(name)
    return found


def _hosts(given: Given) -> list[str]:
    found = []
    for host in given.allowed_hosts:
        if "*" in host or host == ".":
            found.append("ALLOWED_HOSTS must name the hosts of the portal: a * lets anybody forge links in messages")
        elif "/" in host or not host.strip("."):
            found.append(f"ALLOWED_HOSTS: {host!r} is no host name (neither https:// nor a path belongs there)")
    return found


def _addresses(given: Given) -> list[str]:
    found = []
    for name, urls in (
        ("SITE_URL", (given.site_url,)),
        ("CSRF_TRUSTED_ORIGINS", given.trusted_origins),
        ("AGENCY_BASE_URL", (given.agency_url,)),
    ):
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme != "https" or not parts.hostname:
                found.append(f"{name}: {url or 'nothing'!r} must be an https:// address")
    host = urlsplit(given.site_url).hostname or ""
    named = (allowed.lower() for allowed in given.allowed_hosts)
    if host and not any(host == one.lstrip(".") or (one.startswith(".") and host.endswith(one)) for one in named):
        found.append(f"SITE_URL names {host}, which is not in ALLOWED_HOSTS: links in messages would be refused")
    return found


def _servers(given: Given) -> list[str]:
    found = []
    if urlsplit(given.database_url).scheme not in {"postgres", "postgresql"}:
        found.append("DATABASE_URL must be a postgres:// address")
    if urlsplit(given.redis_url).scheme not in {"redis", "rediss", "redis+socket"}:
        found.append("REDIS_URL must be a redis://, rediss:// or redis+socket:// address")
    return found


def _channel(given: Given) -> list[str]:
    if given.sms_channel == "console":
        return ["SMS_CHANNEL=console writes sign-in codes in clear into a file: name a carrier (twilio)"]
    return []


CHECKS: tuple[Callable[[Given], list[str]], ...] = (
    _debug,
    _secrets,
    _field_keys,
    _hosts,
    _addresses,
    _servers,
    _channel,
)


def told(problems: list[str]) -> str:
    """The faults as the last lines of a start that did not happen."""
    lines = [f"  - {problem}" for problem in problems]
    return "\n".join(["the portal does not start in production mode:", *lines, "see docs/operations.md, Settings"])


def given_of(values: Mapping[str, object]) -> Given:
    """From the names of a settings module."""
    return Given(
        debug=bool(values["DEBUG"]),
        secret_key=str(values["SECRET_KEY"]),
        field_keys=str(values["FIELD_KEYS"]),
        index_key=str(values["INDEX_KEY"]),
        agency_secret=str(values["AGENCY_SECRET"]),
        allowed_hosts=_texts(values["ALLOWED_HOSTS"]),
        trusted_origins=_texts(values["CSRF_TRUSTED_ORIGINS"]),
        site_url=str(values["SITE_URL"]),
        agency_url=str(values["AGENCY_BASE_URL"]),
        database_url=str(values["DATABASE_URL"]),
        redis_url=str(values["REDIS_URL"]),
        sms_channel=str(values["SMS_CHANNEL"]),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
