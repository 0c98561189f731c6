"""Canonical JSON and its digest."""

import json
from hashlib import sha256
from typing import Any


def digest_of(value: Any) -> str:
    """``sha256:`` and the digest of a value made of JSON's types."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{sha256(text.encode('ascii')).hexdigest()}"
