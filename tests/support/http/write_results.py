"""What a test expects of one write."""

import re

from reconcile.evance.writer import WriteKind, WriteResult


def expect(write: WriteResult, kind: WriteKind, detail: str = "") -> None:
    """The write ended in that way, and its detail matches that pattern."""
    assert write.kind is kind, write
    assert re.search(detail, write.detail), write
