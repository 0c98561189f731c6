"""Makes allowances of the checked entries under ``allow``, and checks what the schema can't say of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reconcile import clock
from reconcile.model.allowance import MOST_DAYS, Allowance
from reconcile.model.baseline import EntryKey
from reconcile.model.contact import email_key
from reconcile.model.guards import LiftedBy, guard_named
from reconcile.model.problem import Problem

from . import rules
from .problems import ProblemList, YamlNode
from .schema.containers import CheckedMapping
from .schema.scalars import window_end


@dataclass(frozen=True, slots=True)
class AllowanceReader:
    """Makes allowances of the entries of one file. ``now`` is None where no day is too far ahead."""

    problems: ProblemList
    zone: ZoneInfo
    now: datetime | None

    def read(self, entries: Iterable[tuple[YamlNode, CheckedMapping]]) -> tuple[Allowance, ...]:
        """The entries that could be read."""
        read = (self._allowance(node, mapping) for node, mapping in entries)
        return tuple(entry for entry in read if entry is not None)

    def _allowance(self, node: YamlNode, mapping: CheckedMapping) -> Allowance | None:
        values = mapping.values
        self._check_target(mapping)
        contacts = self._contacts(values.get("contacts", ()))
        if not mapping.whole or not {"guard", "until", "reason"} <= values.keys():
            return None
        until = window_end(values["until"], self.zone)
        self._check_days(mapping.node_of("until"), until)
        place = self.problems.place(node)
        return Allowance(values["guard"], until, values["reason"], place, contacts, values.get("ceiling"))

    def _contacts(self, items: Iterable[tuple[YamlNode, CheckedMapping]]) -> tuple[EntryKey, ...]:
        """Who is named, in the order that makes equal entries equal; each may be named once."""
        keys: dict[EntryKey, YamlNode] = {}
        for node, mapping in items:
            if not mapping.values:
                continue
            email = mapping.values.get("email")
            named = {**mapping.values, **({"email": email_key(email)} if email else {})}
            first = keys.setdefault(EntryKey(**named), node)
            if first is not node:
                message = "this contact stands already in this list; keep one of the two"
                self.problems.add(rules.DUPLICATE_ITEM, node, message)
        return tuple(sorted(keys, key=repr))

    def _check_target(self, mapping: CheckedMapping) -> None:
        written = mapping.node.entries
        both = "contacts" in written and "ceiling" in written
        if both or not ("contacts" in written or "ceiling" in written):
            how = (
                "names people and a number, too"
                if both
                else "says neither whom it is for nor how far it goes"
            )
            keep = "keep one of 'contacts' and 'ceiling'" if both else "add 'contacts' or 'ceiling'"
            self.problems.add(rules.ALLOW_TARGET, mapping.node, f"this entry {how}; {keep}")
        guard = mapping.values.get("guard")
        if guard and "contacts" in written and LiftedBy.CONTACTS not in guard_named(guard).lifted_by:
            message = f"the guard '{guard}' is about no single people; write 'ceiling' instead"
            self.problems.add(rules.ALLOW_TARGET, mapping.node.keys["contacts"], message)

    def _check_days(self, node: YamlNode, until: datetime) -> None:
        """Neither too far ahead, or it would wait for another accident, nor left behind."""
        if self.now is None:
            return
        today = clock.later(self.now, timedelta(days=MOST_DAYS)).astimezone(self.zone).date()
        if until > clock.end_of(today, self.zone):
            message = f"this is more than {MOST_DAYS} days ahead; write {today.isoformat()} or an earlier day"
            self.problems.add(rules.ALLOW_TOO_LONG, node, message)
        elif until <= self.now:
            message = "this entry has ended, so it lifts nothing any more; delete it"
            self.problems.add(rules.ALLOW_ENDED, node, message)


def find_equal_allowances(entries: Iterable[Allowance]) -> Iterator[Problem]:
    """A problem for each entry that says the same as an earlier one."""
    earlier: dict[Allowance, Allowance] = {}
    for entry in entries:
        first = earlier.setdefault(entry, entry)
        if first is not entry:
            message = f"the entry at {first.place} lifts the same; delete one of the two"
            yield Problem(entry.place, message, rules.DUPLICATE_ITEM.id)
