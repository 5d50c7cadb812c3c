"""Nobody mints a place: only this site's signature makes one."""

import pytest

from portal.gate import passes

NOW = 1_800_000_000.0


def test_a_pass_is_read_as_it_was_given() -> None:
    for made in (passes.ticket("abc", 7, NOW), passes.inside("me", NOW), passes.inside("me", NOW, staff=True)):
        assert passes.read(made.text(), NOW) == made


@pytest.mark.parametrize("cookie", ["", "a~me~99999999999~~0", "x" * 500, "t~~1~abc~seven:bad", "a~b~c~d~e:"])
def test_what_nobody_signed_is_nothing(cookie: str) -> None:
    assert passes.read(cookie, NOW) is None


def test_an_edited_number_is_nothing() -> None:
    text = passes.ticket("abc", 700, NOW).text()
    assert passes.read(text.replace("700", "007"), NOW) is None
    assert passes.read("a" + text[1:], NOW) is None


def test_a_pass_runs_out_and_is_renewed_in_time() -> None:
    made = passes.inside("me", NOW)
    assert passes.read(made.text(), NOW + passes.INSIDE_SECONDS + 1) is None
    assert passes.renewed(made, NOW) is None
    longer = passes.renewed(made, NOW + passes.INSIDE_SECONDS * 0.6)
    assert longer is not None
    assert longer.until > made.until
    assert longer.who == made.who


def test_the_cookie_is_for_this_site_only() -> None:
    name, value = passes.header(passes.inside("me", NOW), NOW)
    assert name == "Set-Cookie"
    assert "HttpOnly" in value
    assert "SameSite=Lax" in value
    assert f"Max-Age={passes.INSIDE_SECONDS}" in value
