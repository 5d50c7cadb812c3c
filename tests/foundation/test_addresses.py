"""Nothing personal is sent where somebody on the way could read it; a developer's own machine is the exception."""

import pytest
from pytest_django import Settings

from foundation.addresses import enciphered

ON_THIS_MACHINE = ["http://127.0.0.1:8010", "http://localhost/x", "http://[::1]:1"]
READABLE = [
    "http://exchange.example",
    "http://10.0.0.3:8010",
    "ftp://127.0.0.1",
    "//127.0.0.1",
    "127.0.0.1",
    "",
    "http://[",
    "https://",
]


@pytest.mark.parametrize("url", ["https://exchange.example/x", "https://127.0.0.1:8443"])
@pytest.mark.parametrize("local", [True, False])
def test_tls_is_always_taken(url: str, local: bool, settings: Settings) -> None:
    settings.LOCAL = local
    assert enciphered(url)


@pytest.mark.parametrize("url", ON_THIS_MACHINE)
def test_this_machine_is_taken_only_where_it_is_a_developers(url: str, settings: Settings) -> None:
    settings.LOCAL = True
    assert enciphered(url)
    settings.LOCAL = False
    assert not enciphered(url)


@pytest.mark.parametrize("url", READABLE)
def test_what_others_could_read_is_refused(url: str, settings: Settings) -> None:
    settings.LOCAL = True
    assert not enciphered(url)
