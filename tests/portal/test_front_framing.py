"""Where a request ends, however its bytes are cut; and what is in doubt never has a second request behind it."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.front.framing import MOST_BODY, MOST_HEAD, Incoming, TooMuch

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
PLAIN = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
NEXT = b"GET /next HTTP/1.1\r\n"


def fed(parts: Sequence[bytes]) -> Incoming:
    incoming = Incoming()
    for at, part in enumerate(parts):
        if incoming.feed(part):
            incoming.rest += b"".join(parts[at + 1 :])
            break
    return incoming


def bodies() -> st.SearchStrategy[bytes]:
    """Requests of each framing."""
    chunks = st.lists(st.binary(min_size=1, max_size=40), max_size=4)

    def chunked(parts: list[bytes]) -> bytes:
        lines = b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in parts)
        return HEAD + b"Transfer-Encoding: Chunked\r\n\r\n" + lines + b"0\r\nTrailer: x\r\n\r\n"

    fixed = st.binary(max_size=80).map(lambda body: HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    return st.just(PLAIN) | fixed | chunks.map(chunked)


@given(whole=bodies(), cuts=st.lists(st.integers(0, 300), max_size=6))
def test_however_it_is_cut_the_request_is_the_same_and_the_next_one_begins_behind_it(
    whole: bytes, cuts: list[int]
) -> None:
    sent = whole + NEXT
    places = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    incoming = fed([sent[a:b] for a, b in pairwise(places)])
    assert incoming.whole
    assert not incoming.doubtful
    assert incoming.rest == NEXT
    incoming.replay()
    assert incoming.recv(10_000) == whole
    assert incoming.used_up()


@given(whole=bodies(), missing=st.integers(1, 300))
def test_a_request_that_lacks_a_byte_is_not_whole(whole: bytes, missing: int) -> None:
    assert not fed([whole[: max(0, len(whole) - missing)]]).whole


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 3\r\nContent-Length: 3\r\n",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding : chunked, identity\r\n",
        b"Content-Length: +3\r\n",
        b"Content-Length: 0x3\r\n",
        b"Content-Length: 3, 3\r\n",
        b"Content-Length: \r\n",
        b"Content-Length: 9999999999999999\r\n",
    ],
)
def test_what_is_in_doubt_ends_the_connection(lines: bytes) -> None:
    incoming = fed([HEAD + lines + b"\r\nabc" + NEXT])
    assert incoming.whole
    incoming.replay()
    assert incoming.doubtful
    assert incoming.rest == b""
    assert not incoming.used_up()


@pytest.mark.parametrize("size", [b"", b"g", b"-1", b"+3", b" ", b"0x3"])
def test_a_chunk_without_a_size_ends_the_connection(size: bytes) -> None:
    incoming = fed([HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\nabc\r\n0\r\n\r\n" + NEXT])
    assert (incoming.whole, incoming.doubtful) == (True, True)


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (431, b"GET / HTTP/1.1\r\nX: " + b"a" * MOST_HEAD),
        (431, b"a" * (MOST_HEAD + 1)),
        (431, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 2000),
        (413, HEAD + b"Content-Length: %d\r\n\r\n" % (MOST_BODY + 1)),
    ],
)
def test_what_is_too_much_is_said_before_it_is_kept(status: int, sent: bytes) -> None:
    with pytest.raises(TooMuch) as much:
        fed([sent])
    assert much.value.status == status


def test_chunks_without_end_are_ended() -> None:
    incoming = Incoming()
    incoming.feed(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    piece = b"%x\r\n" % 1_000_000 + bytes(1_000_000) + b"\r\n"
    with pytest.raises(TooMuch) as much:
        any(incoming.feed(piece) for _time in range(80))
    incoming.close()
    assert much.value.status == 413
