"""The switches of a sandbox and their settings, as its public face shows them."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reconcile.sandbox import seed, show


@cache
def _rows(profile: str) -> list[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sandbox.sqlite3"
        seed(path, contacts=0, profile=profile)
        return show(path, "switches")


def settings_under(profile: str) -> dict[str, str | int]:
    """The setting of every switch under a profile."""
    return {row["name"]: row["setting"] for row in _rows(profile)}


def choices(switch: str) -> tuple[str, ...]:
    """The settings of a switch; empty for one that takes a number."""
    return next(tuple(row["settings"]) for row in _rows("documented") if row["name"] == switch)
