"""How the contact was before the first write: what a probe brings back, kept in a file until it has."""

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
        """The keys that are shown otherwise now, sorted; those of v2 only where v1 does not have them."""
        found = set(changed_keys(self.v1, v1))
        if self.v2 is not None and v2 is not None:
            found |= {
                f"{key} (v2)" for key in changed_keys(self.v2, v2) if key.lower() not in _lower(self.v1)
            }
        return tuple(sorted(found))


def _lower(shown: ShownContact) -> set[str]:
    return {key.lower() for key in shown}


def changed_keys(before: ShownContact, now: ShownContact) -> list[str]:
    """The keys under which the two differ, but for those that every write moves."""
    keys = (set(before) | set(now)) - MOVED_BY_WRITES
    return [key for key in keys if _plain(before.get(key)) != _plain(now.get(key))]


def _plain(value: object) -> object:
    """A value in which the order of a list does not count."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_plain(item) for item in value), key=repr)
    return value


def save_snapshot(image: Snapshot, path: Path) -> None:
    """Write the image where only its owner can read it; an image that is there already stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(image), file)
        file.flush()
        os.fsync(file.fileno())


def load_snapshot(path: Path, account: str, contact: str) -> Snapshot | None:
    """The image that a probe left when it was killed; None when there is none.

    ReconcileError: the file can't be read, or is of another contact.
    """
    if not path.exists():
        return None
    try:
        image = Snapshot(**json.loads(path.read_bytes()))
    except (ValueError, TypeError, RecursionError):
        raise ReconcileError(
            f"{path} should tell how contact {contact} was before an earlier probe, but can't be read: look "
            "at the contact, put it right by hand, and delete the file"
        ) from None
    if (image.account, image.contact) != (account, contact):
        raise ReconcileError(
            f"{path} is of contact {image.contact} at {image.account}: finish that probe first"
        )
    return image
