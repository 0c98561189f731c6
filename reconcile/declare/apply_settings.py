"""Reads the settings for apply: freezes, the kill switch, overrides."""

from collections.abc import Iterator
from typing import Any

from reconcile.clock import zone
from reconcile.model.settings import ApplySettings, Freeze, Override

from . import rules
from .problems import ProblemList
from .schema.apply_settings import ALLOWANCE, FREEZE
from .schema.containers import KeyedMapping, ReadMapping
from .schema.dates import DayBoundaries


def read_apply_settings(entry: ReadMapping | None, timezone: str, report: ProblemList) -> ApplySettings:
    """The settings for apply; bare dates begin and end in that time zone."""
    if entry is None:
        return ApplySettings()
    values = entry.values
    allowed = (allowance for _, allowance in values.get("allow", []) if _complete(allowance, ALLOWANCE))
    return ApplySettings(
        failures=values.get("failures", ApplySettings().failures),
        freezes=tuple(_freezes(values.get("freeze", []), DayBoundaries(zone(timezone)), report)),
        revoke_in_freeze=values.get("revoke-in-freeze", False),
        stopped=values.get("stop", False),
        allowances=tuple(Override(**allowance.values) for allowance in allowed),
    )


def _freezes(
    found: list[tuple[Any, ReadMapping]], calendar: DayBoundaries, report: ProblemList
) -> Iterator[Freeze]:
    for node, entry in found:
        if not _complete(entry, FREEZE):
            continue
        values = entry.values
        starts, expires = calendar.start(values["starts"]), calendar.end(values["expires"])
        if starts < expires:
            yield Freeze(starts, expires, values["reason"])
        else:
            message = "'expires' is not after 'starts', so this would never hold; correct one of them"
            report.add(rules.EXPIRES_BEFORE_START, node, message)


def _complete(entry: ReadMapping, record: KeyedMapping) -> bool:
    """True when every key is there and could be read: what is wrong with the others has been told."""
    return entry.whole and all(key in entry.values for key in record.required)
