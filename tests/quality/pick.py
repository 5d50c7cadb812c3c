"""Run inside a played demonstration: who could be signed in, and every page each of them can open, as JSON.

Every named address of the family's and the public's rooms is visited; an address whose parameter is not known here
stops the run, so that no new page is forgotten.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import URLPattern, URLResolver, get_resolver, reverse  # noqa: E402
from django_otp import DEVICE_ID_SESSION_KEY  # noqa: E402

from accounts.models import Account, TokenDevice  # noqa: E402
from accounts.session_store import SessionStore  # noqa: E402
from accounts.staff_site import staff_site  # noqa: E402
from tests.quality import places  # noqa: E402

ROOMS = {"enrollment", "helpdesk", "imports", "lottery", "notifications", "verification"}
NO_PAGES = {"api/v1/", "admin/", "i18n/"}
DOCUMENTS = "/documents/"
FAMILY, STAFF = ("/my/", DOCUMENTS), ("/official/", "/assist/", "/witness/", DOCUMENTS)
CLOSED = (*FAMILY, *STAFF, "/admin/")
LISTED = tuple(staff_site._registry)
SHOWN_TO_ALL = ("/admin/", "/admin/enrollment/application/")  # looked at as everybody: what is on them differs
Values = Mapping[str, list[str]]
USES, WAIT_SECONDS = 24, 24 * 60 * 60
TEMPLATES: dict[str, set[str]] = {}  # of each page: what it is made of


def sessions_of(account: Account, device: str = "") -> list[str]:
    """Sessions that wait for their use: one for each look, and one for each page that Lighthouse opens."""
    return [session_of(account, device) for _use in range(USES)]


def session_of(account: Account, device: str = "") -> str:
    store = SessionStore()
    store.set_expiry(WAIT_SECONDS)
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    if device:
        store[DEVICE_ID_SESSION_KEY] = device
    store.save()
    assert store.session_key is not None
    return store.session_key


def patterns(resolver: Any, room: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            if str(one.pattern) in NO_PAGES:
                continue
            yield from patterns(one, one.namespace or room)
        elif one.name and room in ROOMS | {""}:
            yield (f"{room}:{one.name}" if room else one.name), one


def addresses(values: Values) -> Iterator[str]:
    """Every address these values can fill. Raises KeyError for a parameter nobody here knows."""
    for name, pattern in patterns(get_resolver()):
        wanted = list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)
        fixed = pattern.default_args
        names = [key for key in wanted if key not in fixed]
        choices = [values.get(f"{name}.{key}") or values[key] for key in names]
        for chosen in product(*choices):
            try:
                yield reverse(name, kwargs={**dict(zip(names, chosen, strict=True)), **fixed})
            except django.urls.NoReverseMatch:  # a value of another page's parameter of the same name
                continue


def pages(client: Client, values: Values, under: str | tuple[str, ...] = "") -> list[str]:
    """The addresses under these prefixes (none: everybody's) that answer with a page."""
    found = []
    for path in dict.fromkeys(addresses(values)):
        if not path.startswith(under) if under else path.startswith(CLOSED):
            continue
        answer = client.get(path)
        if answer.status_code == 200 and is_page(answer):
            found.append(path)
            made_of(path, answer)
    return found


def made_of(path: str, answer: Any) -> None:
    names = {f"templates/{one.name}" for one in answer.templates if one.name}
    TEMPLATES.setdefault(path, set()).update(names)


def is_page(answer: Any) -> bool:
    """A whole page to look at: no file to save, no part for htmx."""
    if answer.streaming or "attachment" in answer.headers.get("Content-Disposition", ""):
        return False
    return answer.headers["Content-Type"].startswith("text/html") and b"<html" in answer.content


def desk(client: Client) -> list[str]:
    """The staff site as one person meets it: each list, the first row of each, one of every other kind of page.

    Nothing can be added there: no list has a form for it (``accounts.admin_base``).
    """
    lists = [reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in LISTED]
    lists += [f"{path}?desk=all" for path in lists]  # those that open with what waits have a second face
    found = [reverse("admin:index"), reverse("admin:app_list", args=["enrollment"]), reverse("admin:password_change")]
    history = ""
    for path in lists:
        answer = client.get(path)
        if answer.status_code != 200:
            continue
        found.append(path)
        row = re.search(r'href="(/admin/\w+/\w+/[^"/]+)/change/', answer.content.decode())
        if row is not None:
            found.append(f"{row[1]}/change/")
            history = history or f"{row[1]}/history/"
    answers = {path: client.get(path) for path in [*found, *filter(None, [history])]}
    open_ = [path for path, answer in answers.items() if answer.status_code == 200]
    for path in open_:
        made_of(path, answers[path])
    return open_


def main() -> None:
    setup_test_environment()  # answers tell their templates
    world = places.arrange()
    visits: list[tuple[str, str]] = [(path, "") for path in pages(Client(), world.open_values)]
    sessions: dict[str, list[str]] = {}
    seen: set[str] = set()
    desks: list[tuple[str, str]] = []
    tickets = [reverse("lottery:my-ticket", args=[number]) for number in world.open_values["round_id"]]
    for name, account, values in world.people:
        client = Client()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        found = pages(client, {**world.open_values, **values}, (*FAMILY, *tickets))
        # a page that is the same for everybody is looked at once, the first page as everybody
        visits += [(path, name) for path in found if path == "/my/" or path not in seen]
        seen |= set(found)
        sessions[name] = sessions_of(account)
    for name, account in world.staff:
        device = TokenDevice.objects.get(user=account).persistent_id
        sessions[name] = sessions_of(account, device)
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = sessions[name].pop()
        visits += [(path, name) for path in pages(client, world.open_values, STAFF) if path not in seen]
        seen |= {path for path, _who in visits}
        desks += [(path, name) for path in desk(client) if path in SHOWN_TO_ALL or path not in seen]
        seen |= {path for path, _who in desks}
    paths = {"visits": list(dict.fromkeys(visits)), "desks": list(dict.fromkeys(desks))}
    templates = {path: sorted(names) for path, names in TEMPLATES.items()}
    answer = {**paths, "sessions": sessions, "terminal": world.terminal, "templates": templates}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
