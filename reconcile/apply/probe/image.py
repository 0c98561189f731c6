"""How the contact was before the first write: what a probe brings back, kept in a file until it has."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reconcile.errors import ReconcileError

Shown = Mapping[str, Any]

MOVES = frozenset({"modifiedOn"})
"""What every write moves and nobody can bring back."""


@dataclass(frozen=True, slots=True)
class Image:
    """The contact as both versions of the API showed it; ``v2`` is None where it is not known there."""

    account: str
    contact: str
    taken: str
    v1: Shown
    v2: Shown | None

    def differences(self, v1: Shown, v2: Shown | None) -> tuple[str, ...]:
        """The keys that are shown otherwise now, sorted; those of v2 only where v1 does not have them."""
        found = set(changed(self.v1, v1))
        if self.v2 is not None and v2 is not None:
            found |= {f"{key} (v2)" for key in changed(self.v2, v2) if key.lower() not in _lower(self.v1)}
        return tuple(sorted(found))


def _lower(shown: Shown) -> set[str]:
    return {key.lower() for key in shown}


def changed(before: Shown, now: Shown) -> list[str]:
    """The keys under which the two differ, but for those that every write moves."""
    keys = (set(before) | set(now)) - MOVES
    return [key for key in keys if _plain(before.get(key)) != _plain(now.get(key))]


def _plain(value: object) -> object:
    """A value in which the order of a list does not count."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_plain(item) for item in value), key=repr)
    return value


def keep(image: Image, path: Path) -> None:
    """Write the image where only its owner can read it; an image that is there already stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(image), file)
        file.flush()
        os.fsync(file.fileno())


def kept(path: Path, account: str, contact: str) -> Image | None:
    """The image that a probe left when it was killed; None when there is none.

    ReconcileError: the file can't be read, or is of another contact.
    """
    if not path.exists():
        return None
    try:
        image = Image(**json.loads(path.read_bytes()))
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
