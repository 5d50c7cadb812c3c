"""What an answer is written to: as much as the reader takes at once goes out, the rest waits here, not in a thread."""

import socket
import tempfile
from typing import BinaryIO, Final

IN_MEMORY: Final = 256 * 1024  # of one answer that is read slowly; the rest waits in a file without a name
STEP: Final = 64 * 1024


class Outgoing:
    """Looks like the connection's socket to the server's code, never blocks, and remembers what was not taken yet."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._kept: tempfile.SpooledTemporaryFile[bytes] | None = None
        self._read_at = 0
        self.sent = 0  # bytes
        self.waiting = 0  # bytes

    def fileno(self) -> int:
        return self._connection.fileno()

    def setblocking(self, _flag: bool) -> None:
        """The server's code may ask; it stays as it is."""

    def settimeout(self, _seconds: float | None) -> None:
        """The server's code may ask; it stays as it is."""

    def gettimeout(self) -> float:
        return 0.0

    def send(self, data: bytes) -> int:
        """Only "100 Continue" is written this way, which was said when the head had come: it is not said twice."""
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Raises OSError when the reader is gone, or no room is left to keep what it has not taken."""
        if self.waiting:
            self.flush()
        view = memoryview(data)
        if not self.waiting:
            view = view[self._push(view) :]
        if view:
            self._keep(view)

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int | None = None) -> int:
        file.seek(offset)
        left, done = count, 0
        while left is None or left > 0:
            piece = file.read(STEP if left is None else min(STEP, left))
            if not piece:
                break
            self.sendall(piece)
            done += len(piece)
            left = None if left is None else left - len(piece)
        return done

    def flush(self) -> bool:
        """Send on what waits, as much as is taken now; True when nothing waits. Raises OSError."""
        while self.waiting and self._kept is not None:
            self._kept.seek(self._read_at)
            piece = memoryview(self._kept.read(STEP))
            taken = self._push(piece)
            self._read_at += taken
            self.waiting -= taken
            if taken < len(piece):
                return False
        self.forget()
        return True

    def _push(self, view: memoryview) -> int:
        taken = 0
        while taken < len(view):
            try:
                taken += self._connection.send(view[taken:])
            except (BlockingIOError, InterruptedError):
                break
        self.sent += taken
        return taken

    def _keep(self, view: memoryview) -> None:
        if self._kept is None:
            self._kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by `forget`
            self._read_at = 0
        self._kept.seek(0, 2)
        self._kept.write(view)
        self.waiting += len(view)

    def forget(self) -> None:
        """Give up what waits."""
        if self._kept is not None:
            self._kept.close()
        self._kept, self._read_at, self.waiting = None, 0, 0

    def shutdown(self, how: int) -> None:
        """Ending is the loop's: an answer that failed half-way ends with what was sent."""

    def recv(self, _size: int) -> bytes:
        return b""

    def close(self) -> None:
        """As for `shutdown`."""
