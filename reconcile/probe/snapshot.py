"""The contact as it was before the first write, kept in a file until the probe has brought it back."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reconcile.errors import ReconcileError

ShownContact = Mapping[str, Any]

MOVED_BY_WRITES = frozenset({"modifiedOn"})
"""What every write moves and nobody can bring back."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The contact as both versions of the API showed it; ``v2`` is None where it is not known there."""

    account: str
    contact: str
    taken: str
    v1: ShownContact
    v2: ShownContact | None

    def differences(self, v1: ShownContact, v2: ShownContact | None) -> tuple[str, ...]:
        """The keys whose value has changed, sorted; those of v2 only where v1 does not have them."""
        keys = set(changed_keys(self.v1, v1))
        if self.v2 is not None and v2 is not None:
            in_v1 = {key.lower() for key in self.v1}
            keys |= {f"{key} (v2)" for key in changed_keys(self.v2, v2) if key.lower() not in in_v1}
        return tuple(sorted(keys))


def changed_keys(before: ShownContact, now: ShownContact) -> list[str]:
    """The keys whose values differ, except those that every write moves."""
    keys = (set(before) | set(now)) - MOVED_BY_WRITES
    return [key for key in keys if _plain(before.get(key)) != _plain(now.get(key))]


def _plain(value: object) -> object:
    """A value in which the order of a list does not count."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_plain(item) for item in value), key=repr)
    return value


def save_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write the snapshot where only its owner can read it; FileExistsError when there is one already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(snapshot), file)
        file.flush()
        os.fsync(file.fileno())


def load_snapshot(path: Path, account: str, contact: str) -> Snapshot | None:
    """The snapshot that a probe left when it was killed; None when there is none.

    ReconcileError: the file can't be read, or is of another contact.
    """
    if not path.exists():
        return None
    try:
        snapshot = Snapshot(**json.loads(path.read_bytes()))
    except (ValueError, TypeError, RecursionError):
        raise ReconcileError(
            f"{path} should tell how contact {contact} was before an earlier probe, but can't be read: look "
            "at the contact, put it right by hand, and delete the file"
        ) from None
    if (snapshot.account, snapshot.contact) != (account, contact):
        raise ReconcileError(
            f"{path} is of contact {snapshot.contact} at {snapshot.account}: finish that probe first"
        )
    return snapshot
