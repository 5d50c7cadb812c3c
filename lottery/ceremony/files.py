"""The files everybody downloads: kept compressed, written once, never changed."""

import gzip
import hashlib
from io import BytesIO
from typing import IO

from enrollment.seasons.models import Round
from foundation import clock
from lottery.ceremony.models import PublicFile, PublicPart

# Bytes of a public file in one row: a value of the database holds less than 1 GB, and is held in memory whole.
PART = 32_000_000


def publish_packed(round_: Round, name: str, sha256: str, packed: IO[bytes]) -> PublicFile:
    """Keep a public file that was compressed before, in parts that the database can hold; written once."""
    file = PublicFile.objects.create(
        round=round_, name=name, sha256=sha256, body=packed.read(PART), made_at=clock.now()
    )
    number = 0
    while part := packed.read(PART):
        number += 1
        PublicPart.objects.create(file=file, number=number, body=part)
    return file


def publish_file(round_: Round, name: str, body: bytes) -> PublicFile:
    """Keep a public file exactly as it will be downloaded; written once, never changed."""
    return publish_packed(round_, name, hashlib.sha256(body).hexdigest(), BytesIO(gzip.compress(body, mtime=0)))
