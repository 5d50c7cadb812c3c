"""Text, bodies and headers that hostile or unlucky people send."""

NUL = "王\x00小明"
TEXTS = (
    NUL,
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "\u202e明小王",
    "\U0002a6a5\U0001f600",
    "{0.__class__} %(x)s {x}",
    "9" * 10_000,
    "名" * 10_000,
    "\ud800",
    "-1",
    "../../etc/passwd",
    "' OR 1=1 --",
)
BODIES = (
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"NaN",
    b'{"a": NaN}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"9" * 10_000,
    b"\xff\xfe",
    b'{"phone": "\\u0000", "phone": 1e999}',
    b'{"phone": "\\ud800"}',
)
