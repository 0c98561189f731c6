"""Entries under ``allow``, in words and as text to paste: those that lift a guard, and those that would.

In words: for whom or how far, until when, why, and where they stand. To paste: with ids, without names.
"""

import re
from collections.abc import Iterable, Iterator

from reconcile.model.allowance import Allowance, SuggestedAllowance
from reconcile.model.baseline import EntryKey
from reconcile.model.guards import Verdict
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import Dialect
from reconcile.text import listed

from .names import place_text
from .operation_text import end_text

HOW_TO_ALLOW = "If this is meant, write this into a new file of the declarations, and say why"
"""Stands before the text."""

_ID = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def allowance_sentences(plan: Plan, dialect: Dialect) -> Iterator[str]:
    """A sentence for each entry that lifts a guard; the first of a guard tells what that refuses."""
    messages = {verdict.guard: verdict.message for verdict in plan.guards if verdict.lifted}
    for entry in plan.allow:
        guard, message = dialect.name(entry.guard), dialect.prose(messages.pop(entry.guard, ""))
        reach, until = _reach(entry, dialect), end_text(entry.until, plan.timezone)
        reason, place = dialect.name(entry.reason), place_text(entry.place, dialect)
        lifts = f"guard {guard} is lifted {reach}, through {until}, for the reason {reason} ({place})"
        yield f"{lifts}: {message}" if message else lifts


def _reach(entry: Allowance, dialect: Dialect) -> str:
    if entry.ceiling is not None:
        return f"up to {entry.ceiling:,}"
    return f"for {listed([_contact(key, dialect) for key in entry.contacts], rest=' of that entry')}"


def _contact(key: EntryKey, dialect: Dialect) -> str:
    """``contact 40``, or by what else the entry names it."""
    named = {"": key.email, "reference ": key.reference, "contact ": key.id}
    return " ".join(f"{noun}{dialect.name(name)}" for noun, name in named.items() if name)


def allow_text(verdicts: Iterable[Verdict]) -> str:
    """A file of declarations that lifts the guards that refuse, once its reasons are filled in; or nothing.

    An empty reason is an error, so that nobody pastes it unread. Nothing but numbers, days and names of our
    guards stands in it: the plan may come from somewhere else.
    """
    lines = [line for verdict in verdicts for line in _entry(verdict)]
    return "\n".join(["allow:", *lines]) if lines else ""


def allow_advice(verdicts: Iterable[Verdict]) -> str:
    """The text with what stands before it; nothing where no entry would lift one of the guards."""
    text = allow_text(verdicts)
    return f"{HOW_TO_ALLOW}:\n{text}" if text else ""


def _entry(verdict: Verdict) -> Iterator[str]:
    said = verdict.to_allow
    if not (verdict.refuses and verdict.liftable and said and _is_plain(said)):
        return
    people = ", ".join(f"{{id: {contact}}}" for contact in said.contacts)
    yield f"  - guard: {verdict.guard}"
    yield f"    contacts: [{people}]" if people else f"    ceiling: {said.ceiling}"
    yield f"    until: {said.until}"
    yield '    reason: ""'


def _is_plain(said: SuggestedAllowance) -> bool:
    return bool(_DAY.fullmatch(said.until)) and all(map(_ID.fullmatch, said.contacts))
