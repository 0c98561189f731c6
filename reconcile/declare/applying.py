"""The part of ``reconcile.yaml`` that holds for applying alone: freezes, the kill switch, overrides."""

import re
from collections.abc import Iterator
from typing import Any

from reconcile.clock import zone
from reconcile.model import LIFTABLE, Allowance, Applying, Freeze

from . import rules
from .kinds import Choice, Flag, Number, Pattern, Text
from .moments import Calendar, Moment
from .report import Report
from .shapes import Entry, Key, Listing, Record

DIGEST = Pattern(
    "the digest of a plan",
    re.compile(r"sha256:[0-9a-f]{64}", re.ASCII),
    "copy it from the plan, with 'sha256:' in front",
)

FREEZE = Record(
    "a mapping with 'starts', 'expires' and 'reason'",
    "A time in which nothing is applied.",
    (
        Key("starts", Moment(), "The first day or instant of the freeze.", required=True),
        Key("expires", Moment(), "Its last day, or the instant at which it ends.", required=True),
        Key("reason", Text("a reason"), "Why, as apply says it when it refuses.", required=True),
    ),
)

ALLOWANCE = Record(
    "a mapping with 'guard', 'ceiling', 'digest' and 'reason'",
    "An override of one guard for one plan; it is spent once that plan is carried out.",
    (
        Key("guard", Choice(LIFTABLE), "The guard that is lifted.", required=True),
        Key("ceiling", Number("a whole number, 1 or more", 1, 999_999_999), "How far.", required=True),
        Key("digest", DIGEST, "The digest of the approved plan that it is for.", required=True),
        Key("reason", Text("a reason"), "Why.", required=True),
    ),
)

APPLYING = Record(
    "a mapping of settings for apply",
    "What holds for applying alone.",
    (
        Key("failures", Number("a whole number from 1", 1, 9_999), "Failures in a row that stop a run (5)."),
        Key("stop", Flag(), "The kill switch: true stops every apply before its first write."),
        Key("freeze", Listing("a list of freezes", FREEZE), "Times in which nothing is applied."),
        Key("revoke-in-freeze", Flag(), "Whether changes that only revoke pass a freeze."),
        Key("allow", Listing("a list of overrides", ALLOWANCE), "Overrides of guards, each for one plan."),
    ),
)


def applying(entry: Entry | None, timezone: str, report: Report) -> Applying:
    """The settings for apply; bare dates begin and end in that time zone."""
    if entry is None:
        return Applying()
    values = entry.values
    allowed = (allowance for _, allowance in values.get("allow", []) if _complete(allowance, ALLOWANCE))
    return Applying(
        failures=values.get("failures", Applying().failures),
        freezes=tuple(_freezes(values.get("freeze", []), Calendar(zone(timezone)), report)),
        revoke_in_freeze=values.get("revoke-in-freeze", False),
        stopped=values.get("stop", False),
        allowances=tuple(Allowance(**allowance.values) for allowance in allowed),
    )


def _freezes(found: list[tuple[Any, Entry]], calendar: Calendar, report: Report) -> Iterator[Freeze]:
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


def _complete(entry: Entry, record: Record) -> bool:
    """True when every key is there and could be read: what is wrong with the others has been told."""
    return entry.whole and all(key in entry.values for key in record.required)
