"""The text of our JSON: indented for files and terminals, canonical for digests, and read back strictly."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any


def json_text(document: Mapping[str, Any]) -> str:
    """A document as the text of a file: indented, and printable ASCII, with JSON's escapes for all else.

    So a file reads the same everywhere, a lone surrogate survives, and no character of a customer's name
    steers the terminal that the file is shown on.
    """
    # DEL is the one control character that JSON lets stand as it is.
    return json.dumps(document, indent=2).replace("\x7f", "\\u007f") + "\n"


def canonical_json(value: Any) -> bytes:
    """The one way to write a value made of JSON's types: keys sorted, no blanks, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def digest_of(value: Any) -> str:
    """``sha256:`` and the digest of a value made of JSON's types."""
    return f"sha256:{sha256(canonical_json(value)).hexdigest()}"


def parse_unique_keys(content: bytes) -> Any:
    """The value of a JSON text in which no object names a key twice.

    Of two, readers would take different ones (RFC 8259, section 4). Raises ValueError for a text that is not
    JSON, or names a key twice, and RecursionError for one that is nested too deeply.
    """
    return json.loads(content, object_pairs_hook=_unique_keys)


def _unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"it names {next(name for name in names if names.count(name) > 1)} twice")
    return members
