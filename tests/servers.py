"""A tiny HTTP server that answers what a test tells it to: for partners that talk nonsense, and for Twilio's API."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Script:
    """What the server answers next, and what it was asked."""

    url: str
    status: int = 200
    body: bytes = b""
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)


@contextmanager
def answering(body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> Iterator[Script]:
    """Serve on a free loopback port while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            script.requests.append((self.command, self.path, self.rfile.read(length)))
            self.send_response(script.status)
            self.send_header("Content-Type", "application/json")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(script.body)))
            self.end_headers()
            self.wfile.write(script.body)

        do_POST = do_GET  # noqa: N815 - the base class names it

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script = Script(f"http://127.0.0.1:{server.server_address[1]}", status, body)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
