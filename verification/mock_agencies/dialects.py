"""How the mock agencies speak when they are told to: as provincial exchanges do. Shares no code with the portal.

``POST /dialects`` (signed) sets them by agency: {"household": {"signature": "hmac-sm3", "cipher": "sm4-cbc", ...}}.
"""

import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.hmac import HMAC

DEFAULTS: dict[str, Any] = {
    "signature": "hmac-sha256",
    "cipher": "",
    "charset": "utf-8",
    "keys": "keys",
    "batch": 1,
    "page_size": 0,
    "token": False,  # whether a token is needed
    "token_seconds": 300.0,
    "envelope": False,  # {"code": "0", "data": {"list": [...]}} instead of {"records": [...]}
    "busy": 0,  # of how many requests in a row the first answers "too many", by HTTP 429
    "busy_code": "",  # the same by a code in the body
    "names": {},  # ours: theirs
    "values": {},  # of a field, ours: theirs
    "dates": "iso",  # iso, compact, chinese
    "wide": False,  # digits of numbers of people in full width
    "masked": False,  # the second character of a name is hidden
    "percent": False,  # shares as "50%"
    "moves": "",  # where earlier entries of a household go, inside the present one
}
_KINDS: dict[str, Callable[[], hashes.HashAlgorithm]] = {"hmac-sha256": hashes.SHA256, "hmac-sm3": hashes.SM3}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WIDE = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})


class Refused(Exception):
    """A request that this dialect does not take."""


def signed(secret: str, path: str, stamp: str, nonce: str, body: bytes, kind: str) -> str:
    """What the signature has to be."""
    digest = hashes.Hash(_KINDS[kind]())
    digest.update(body)
    made = HMAC(secret.encode(), _KINDS[kind]())
    made.update("\n".join(["POST", path, stamp, nonce, digest.finalize().hex()]).encode())
    return made.finalize().hex()


def _key(secret: str) -> SM4:
    return SM4(hashlib.sha256(b"sm4 " + secret.encode()).digest()[:16])


def opened(body: bytes, secret: str, cipher: str) -> bytes:
    """A sealed body in the clear. Raises Refused."""
    if not cipher:
        return body
    try:
        raw = base64.b64decode(body, validate=True)
        if cipher == "sm4-gcm":
            open_one = Cipher(_key(secret), modes.GCM(raw[:12], raw[12:28])).decryptor()
            return open_one.update(raw[28:]) + open_one.finalize()
        block = Cipher(_key(secret), modes.CBC(raw[:16])).decryptor()
        pad = padding.PKCS7(128).unpadder()
        return pad.update(block.update(raw[16:]) + block.finalize()) + pad.finalize()
    except (ValueError, InvalidTag):
        raise Refused("the body is not sealed") from None


def sealed(body: bytes, secret: str, cipher: str) -> bytes:
    """A body as it leaves."""
    if not cipher:
        return body
    if cipher == "sm4-gcm":
        nonce = secrets.token_bytes(12)
        made = Cipher(_key(secret), modes.GCM(nonce)).encryptor()
        text = made.update(body) + made.finalize()
        return base64.b64encode(nonce + made.tag + text)
    start, pad = secrets.token_bytes(16), padding.PKCS7(128).padder()
    block = Cipher(_key(secret), modes.CBC(start)).encryptor()
    return base64.b64encode(start + block.update(pad.update(body) + pad.finalize()) + block.finalize())


def token_of(secret: str, agency: str, seconds: float) -> str:
    """A token that says itself until when it is good."""
    until = f"{time.time() + seconds:.3f}"
    return f"{until}.{hashlib.sha256(f'{secret} {agency} {until}'.encode()).hexdigest()}"


def good_token(secret: str, agency: str, token: str) -> bool:
    until, _, mark = token.rpartition(".")
    right = hashlib.sha256(f"{secret} {agency} {until}".encode()).hexdigest() == mark
    return right and float(until) > time.time()


def spoken(record: dict[str, Any], dialect: dict[str, Any]) -> dict[str, Any]:
    """A record in the words and figures of the dialect."""
    return {dialect["names"].get(name, name): _value(name, value, dialect) for name, value in record.items()}


def _value(name: str, value: Any, dialect: dict[str, Any]) -> Any:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return [spoken(one, dialect) for one in value]
    changed = dialect["values"].get(name, {})
    if not isinstance(value, list | dict) and str(value) in changed:
        return changed[str(value)]
    if name == "share" and dialect["percent"]:
        return f"{100 * value:g}%"
    if not isinstance(value, str):
        return value
    if _DAY.fullmatch(value):
        return _day(value, dialect["dates"])
    if name == "name" and dialect["masked"] and len(value) > 1:
        return f"{value[0]}*{value[2:]}"
    return value.translate(_WIDE) if name.endswith("id_number") and dialect["wide"] else value


def _day(value: str, form: str) -> str:
    year, month, day = value.split("-")
    return {
        "iso": value,
        "compact": f"{year}{month}{day}",
        "chinese": f"{year}年{int(month)}月{int(day)}日",
    }[form]


def with_moves(records: list[dict[str, Any]], dialect: dict[str, Any]) -> list[dict[str, Any]]:
    """Earlier entries of one person's household inside the present one, where the dialect keeps them there."""
    if not dialect["moves"]:
        return records
    over = [record for record in records if record.get("status") == "moved_out"]
    return [
        {
            **record,
            dialect["moves"]: [
                {"address": one["address"], "registered_on": one["registered_on"], "division": one["division"]}
                for one in over
                if one["id_number"] == record["id_number"]
            ],
        }
        for record in records
        if record not in over
    ]


def answer(found: list[list[dict[str, Any]]], body: dict[str, Any], dialect: dict[str, Any], at: str) -> dict[str, Any]:
    """The answer to a question, a batch of them, or for one page."""
    rows = [[spoken(one, dialect) for one in with_moves(records, dialect)] for records in found]
    more = False
    if dialect["page_size"]:
        page, size = int(body.get("page", 1)), min(int(body.get("size", 1)), dialect["page_size"])
        more = any(len(one) > page * size for one in rows)
        rows = [one[(page - 1) * size : page * size] for one in rows]
    records: Any = rows[0]
    if dialect["batch"] > 1:
        records = [{"id": query["id"], "records": one} for query, one in zip(body["queries"], rows, strict=True)]
    if dialect["envelope"]:
        return {"code": "0", "data": {"list": records, "hasMore": more}}
    return {"records": records, "more": more, "source": "mock", "at": at, "synthetic": True}


def read(body: bytes, dialect: dict[str, Any]) -> dict[str, Any]:
    """The question. Raises Refused."""
    try:
        made = json.loads(body.decode(dialect["charset"]))
    except ValueError:
        raise Refused("the body is no JSON in this charset") from None
    if not isinstance(made, dict):
        raise Refused("the body is an object")
    return made


def keys_of(body: dict[str, Any], dialect: dict[str, Any]) -> list[Any]:
    """What is asked for, question by question. Raises Refused."""
    if dialect["batch"] == 1:
        return [body.get(dialect["keys"])]
    queries = body.get("queries")
    if not isinstance(queries, list) or len(queries) > dialect["batch"]:
        raise Refused(f"queries is a list of at most {dialect['batch']}")
    return [one.get(dialect["keys"]) for one in queries]
