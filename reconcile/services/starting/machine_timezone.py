"""The time zone that a machine is set to, by its name in the IANA database."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from reconcile.declare.settings import is_timezone

_DATABASE = "/zoneinfo/"

UNKNOWN = "UTC"


def machine_timezone(environment: Mapping[str, str], etc: Path = Path("/etc")) -> str:
    """The zone that the environment or the system names; UTC where neither names one."""
    zone = next(filter(is_timezone, _named(environment, etc)), UNKNOWN)
    return UNKNOWN if zone == "Etc/UTC" else zone  # what a machine without a place is set to


def _named(environment: Mapping[str, str], etc: Path) -> Iterator[str]:
    """What may be the name: ``TZ``, the end of what ``/etc/localtime`` links to, or ``/etc/timezone``."""
    told = environment.get("TZ", "").removeprefix(":")
    if told:
        yield told.rpartition(_DATABASE)[2]
        return  # it is meant to be another than the system's, so that one would be wrong
    try:
        yield os.path.realpath(etc / "localtime").rpartition(_DATABASE)[2]
        yield (etc / "timezone").read_text("ascii", "replace").strip()
    except OSError:
        return
