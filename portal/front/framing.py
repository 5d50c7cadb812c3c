"""Where one HTTP/1.1 request ends in the bytes of a connection (pure: bytes in, a state out).

Only the framing is looked at: the head up to its empty line, then a body of a given length or in chunks. What the
request says is read afterwards by the server's own parser, from the same bytes. A head whose framing is in doubt (two
lengths, a length beside chunks, another coding) ends with its head: the parser refuses it, and the connection closes.
"""

import tempfile
from dataclasses import dataclass, field
from typing import Final

MOST_HEAD: Final = 64 * 1024
MOST_BODY: Final = 64 * 1024**2  # the same as the proxy's (Caddyfile in docker-compose.yml)
MOST_LINE: Final = 1024  # the line of a chunk's size, or one trailer
IN_MEMORY: Final = 32 * 1024  # of one request; the rest waits in a file without a name
HEAD_END: Final = b"\r\n\r\n"
LINE_END: Final = b"\r\n"


class TooMuch(Exception):
    """More than is taken; ``status`` is the answer's."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(slots=True)
class Chunks:
    """The place within a body in chunks."""

    left: int = 0  # bytes of the present chunk, its line end included
    line: bytearray = field(default_factory=bytearray)
    trailers: bool = False
    ended: bool = False

    def take(self, data: bytes) -> int:
        """How many of the bytes belong to the body. Raises TooMuch for a line without end, ValueError for no size."""
        at = 0
        while at < len(data) and not self.ended:
            if self.left:
                step = min(self.left, len(data) - at)
                self.left -= step
                at += step
                continue
            end = data.find(b"\n", at)
            stop = len(data) if end < 0 else end + 1
            self.line += data[at:stop]
            at = stop
            if len(self.line) > MOST_LINE:
                raise TooMuch(431)
            if end >= 0:
                self._line_read()
        return at

    def _line_read(self) -> None:
        line = bytes(self.line).strip()
        if self.trailers:
            if not line:
                self.ended = True
            self.line.clear()
            return
        self.line.clear()
        size = line.partition(b";")[0].strip()
        if not size or not all(digit in b"0123456789abcdefABCDEF" for digit in size):
            raise ValueError("no size of a chunk")
        number = int(size, 16)
        self.trailers = number == 0
        self.left = 0 if self.trailers else number + len(LINE_END)


class Incoming:
    """One request as it arrives. ``feed`` it until it is whole, then ``recv`` gives all of its bytes again."""

    def __init__(self) -> None:
        self.received = 0  # bytes
        self.whole = False
        self.doubtful = False  # where it ends is not certain: nothing may follow it on this connection
        self.expects = False  # the client waits for "100 Continue" before it sends the body
        self.rest = b""  # what came behind it: the beginning of the next request
        self._head = bytearray()
        self._searched = 0
        self._wanted = 0
        self._chunks: Chunks | None = None
        self._kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by `close`

    @property
    def begun(self) -> bool:
        return self.received > 0

    @property
    def has_head(self) -> bool:
        return self._searched < 0

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; True once the request is whole. Raises TooMuch, OSError (no room on the disk)."""
        self.received += len(data)
        if not self.has_head:
            data = self._feed_head(data)
        if self.whole:
            self.rest += data
        elif self.has_head:
            self._feed_body(data)
        return self.whole

    def _feed_head(self, data: bytes) -> bytes:
        """Take bytes of the head; what is left belongs behind it."""
        self._head += data
        at = self._head.find(HEAD_END, self._searched)
        if at < 0:
            if len(self._head) > MOST_HEAD:
                raise TooMuch(431)
            self._searched = max(0, len(self._head) - len(HEAD_END) + 1)
            return b""
        end = at + len(HEAD_END)
        if end > MOST_HEAD:
            raise TooMuch(431)
        behind = bytes(self._head[end:])
        head = bytes(self._head[:end])
        self._head.clear()
        self._searched = -1
        self._kept.write(head)
        self._read_framing(head)
        return behind

    def _read_framing(self, head: bytes) -> None:
        lengths, codings = [], []
        for line in head.split(LINE_END)[1:]:
            name, _colon, value = line.partition(b":")
            match name.strip().lower():
                case b"content-length":
                    lengths.append(value.strip())
                case b"transfer-encoding":
                    codings.append(value.strip().lower())
                case b"expect":
                    self.expects = value.strip().lower() == b"100-continue"
        if codings:
            self.doubtful = codings != [b"chunked"] or bool(lengths)
            self._chunks = None if self.doubtful else Chunks()
        elif lengths:
            self.doubtful = len(lengths) > 1 or not lengths[0].isdigit() or len(lengths[0]) > 15
            self._wanted = 0 if self.doubtful else int(lengths[0])
        if self._wanted > MOST_BODY:
            raise TooMuch(413)
        self.whole = self._chunks is None and not self._wanted

    def _feed_body(self, data: bytes) -> None:
        if self._chunks is None:
            used = min(self._wanted, len(data))
            self._wanted -= used
            self.whole = self._wanted == 0
        else:
            try:
                used = self._chunks.take(data)
            except ValueError:
                used, self.doubtful, self.whole = len(data), True, True
            self.whole = self.whole or self._chunks.ended
        self._kept.write(data[:used])
        if self.whole:
            self.rest = data[used:]
        elif self.received > MOST_BODY + MOST_HEAD:
            raise TooMuch(413)

    def replay(self) -> None:
        """From here on ``recv`` gives the request from its beginning."""
        if self.doubtful:
            self.rest = b""
        self._kept.seek(0)

    def recv(self, size: int) -> bytes:
        """The next bytes of the whole request, as of a socket; empty at its end."""
        return self._kept.read(size)

    def used_up(self) -> bool:
        """Whether the server's parser has read exactly this request, so that the next one begins where we think."""
        return not self.doubtful and not self._kept.read(1)

    def close(self) -> None:
        self._kept.close()
