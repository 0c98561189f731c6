"""The records of complete runs: what they remember of each declaration, and the files that hold that.

The entries of a record stand in a file of their own, which the journal's line vouches for.
So journals stay small, and a run that changes nothing names the file of an earlier one.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from reconcile.clock import Window, parse_utc_text, utc_text
from reconcile.documents.json_text import canonical_json
from reconcile.errors import ReconcileError
from reconcile.model.baseline import EntryKey, ResolvedForm, ResolvedItem
from reconcile.model.declaration import Declaration
from reconcile.model.facets import Facet, item_key
from reconcile.model.plans.change import SetAside
from reconcile.model.plans.plan import PlanContext
from reconcile.model.record import CheckedOutCommit, Record, RecordedEntry, Remembered
from reconcile.model.settings import Policy
from reconcile.plan.baseline.resolved import resolved_form
from reconcile.plan.contact_plan import ContactPlan
from reconcile.plan.digest import resolved_digest
from reconcile.plan.drift.causes import carried_out, last_settled
from reconcile.plan.matching.matches import Matches
from reconcile.plan.set_aside import set_aside_match

from .durable_files import open_regular
from .journaled_run import JournaledRun
from .lines import RecordLine

NotedRecord = tuple[JournaledRun, RecordLine]
"""A run and what its journal says of its record."""

FORMAT_VERSION = 1

_USUAL, _NEVER = "record", "never"
"""What stands for the instant that the line names, so that equal entries make equal files, and for none."""


class BrokenRecord(ReconcileError):
    """The file of a record is missing, or is not what was written."""


def records_folder(journals: Path) -> Path:
    """The folder of the records' files, beside that of the journals."""
    return journals.parent / "records"


def usual_instant(entries: Mapping[EntryKey, RecordedEntry]) -> datetime | None:
    """When most of the contacts were settled; of several such instants the last one."""
    settled = Counter(entry.settled for entry in entries.values() if entry.settled is not None)
    return max(settled, key=lambda instant: (settled[instant], instant), default=None)


def entries_content(entries: Mapping[EntryKey, RecordedEntry], usual: datetime | None) -> bytes:
    """The content of a record's file: the entries in canonical JSON, sorted."""
    rows = [_row(key, entry, usual) for key, entry in entries.items()]
    return canonical_json({"format_version": FORMAT_VERSION, "entries": sorted(rows, key=_order)}) + b"\n"


def _row(key: EntryKey, entry: RecordedEntry, usual: datetime | None) -> dict[str, Any]:
    settled = utc_text(entry.settled) if entry.settled else _NEVER
    return {
        "id": key.id,
        "reference": key.reference,
        "email": key.email,
        "resolved": entry.resolved,
        "contact": entry.contact,
        "settled": _USUAL if entry.settled and entry.settled == usual else settled,
        "set_aside": utc_text(entry.set_aside) if entry.set_aside else None,
        "form": _form_row(entry.form) if entry.form else None,
        "revocations": [*entry.revocations],
    }


def _form_row(form: ResolvedForm) -> dict[str, Any]:
    """What a declaration came to; short, since a record has as many as there are declarations."""
    items = [
        [item.facet, item.name, item.status, _text(item.window.starts), _text(item.window.expires)]
        for item in form.items
    ]
    return {"managed": [*form.managed], "items": items, "absent": form.absent}


def _text(instant: datetime | None) -> str | None:
    return utc_text(instant) if instant else None


def _form(row: Mapping[str, Any] | None) -> ResolvedForm | None:
    """The reverse; None in a record of an earlier version."""
    if row is None:
        return None
    items = (
        ResolvedItem(Facet(facet), name, (Facet(facet), item_key(Facet(facet), name)), status, Window(*ends))
        for facet, name, status, *texts in row["items"]
        for ends in [[parse_utc_text(text) if text else None for text in texts]]
    )
    return ResolvedForm(tuple(map(Facet, row["managed"])), tuple(items), row["absent"])


def _order(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["id"] or "", row["reference"] or "", row["email"] or ""


def content_digest(content: bytes) -> str:
    """What a journal's line says of the content of a record's file."""
    return f"sha256:{sha256(content).hexdigest()}"


def entries_file(run: JournaledRun, line: RecordLine) -> Path:
    """Where the entries of a record lie that a run's line tells of."""
    return records_folder(run.path.parent) / Path(line.file).name


def read_record(run: JournaledRun, line: RecordLine) -> Record:
    """The record that a run's line tells of; BrokenRecord when its file is not what the line says."""
    path = entries_file(run, line)
    content, at = _content(run, line, path), parse_utc_text(line.at)
    try:
        usual = parse_utc_text(line.settled) if line.settled else at
        entries = dict(_entries(json.loads(content)["entries"], usual))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _broken(run, path, "is of another version") from None
    commit = CheckedOutCommit(line.commit, line.dirty) if line.commit else None
    allowances = frozenset(line.allowances)
    return Record(run.name, at, commit, line.declarations, line.config, entries, allowances)


def _content(run: JournaledRun, line: RecordLine, path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            content = file.read()
    except (OSError, ValueError) as error:  # a name with a null character is no OSError
        raise _broken(run, path, f"can't be read ({getattr(error, 'strerror', error)})") from None
    if content_digest(content) != line.digest:
        raise _broken(run, path, "is not what that run wrote")
    return content


def _broken(run: JournaledRun, path: Path, fault: str) -> BrokenRecord:
    return BrokenRecord(
        f"{path}: the record of run {run.name} {fault}: it says which contact each entry was about, so that "
        "no role goes to a stranger; put the file back from where the journals are kept; if it is lost, "
        f"'reconcile history --retire {run.name}' makes the record before it count, or none: check then that "
        "each contact of the plan is the one that is meant"
    )


def _entries(rows: Iterable[Mapping[str, Any]], usual: datetime) -> Iterator[tuple[EntryKey, RecordedEntry]]:
    for row in rows:
        key = EntryKey(row["id"], row["reference"], row["email"])
        aside = parse_utc_text(row["set_aside"]) if row["set_aside"] else None
        settled, form = _settled(row["settled"], usual), _form(row.get("form"))
        open_roles = tuple(row.get("revocations", ()))
        yield key, RecordedEntry(row["resolved"], row["contact"], settled, aside, form, open_roles)


def _settled(told: str, usual: datetime) -> datetime | None:
    if told == _NEVER:
        return None
    return usual if told == _USUAL else parse_utc_text(told)


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """A declaration with the id of its contact: None where that is yet to be created, or is not sure.

    ``set_aside``: how its contact is set aside; None when it is not.
    """

    declaration: Declaration
    contact: str | None
    set_aside: SetAside | None = None


def planned_entries(
    matches: Matches, contacts: Iterable[ContactPlan], context: PlanContext
) -> Iterator[PlannedEntry]:
    """Every declaration that a plan is about."""
    for contact in contacts:
        yield PlannedEntry(contact.declaration, contact.identity.id or None, contact.set_aside())
    for match in matches.doubtful:
        yield PlannedEntry(match.declaration, match.contact, set_aside_match(match, context))
    for declaration, gone in matches.gone:
        yield PlannedEntry(declaration, gone)


@dataclass(frozen=True, slots=True)
class RecordBuilder:
    """Makes the entries of the next record from those of the last one, and from what a run did.

    ``config`` is the policy's digest, ``now`` the instant that the run worked as of.
    """

    remembered: Remembered
    policy: Policy
    config: str
    now: datetime

    def of_whole_run(
        self, planned: Iterable[PlannedEntry], created: Mapping[EntryKey, str]
    ) -> dict[EntryKey, RecordedEntry]:
        """After a run of all declarations; ``created`` has the ids of the new contacts."""
        entries: dict[EntryKey, RecordedEntry] = {}
        for entry in planned:
            key = entry.declaration.key
            aside = entry.set_aside
            entries[key] = self._set_aside(entry, aside) if aside else self._settled(entry, created)
        return entries

    def of_scoped_run(
        self,
        planned: Iterable[PlannedEntry],
        created: Mapping[EntryKey, str],
        declared: Collection[EntryKey],
    ) -> dict[EntryKey, RecordedEntry]:
        """After a run of all that differs from the last record, whose other entries are taken over.

        ``declared`` has every declaration: the record's entries that are none are left out.
        """
        before = self.remembered.record.entries if self.remembered.record else {}
        taken_over = {key: entry for key, entry in before.items() if key in declared}
        return taken_over | self.of_whole_run(planned, created)

    def of_due_run(
        self,
        planned: Iterable[PlannedEntry],
        waiting: Collection[EntryKey],
        folder: Iterable[Declaration],
    ) -> dict[EntryKey, RecordedEntry]:
        """After a run of what was due: what it was not about stays as it was recorded.

        ``waiting`` are the declarations of contacts that differ for other reasons, ``folder`` all of them.
        """
        entries = dict(self.remembered.record.entries) if self.remembered.record else {}
        about = {entry.declaration.key: entry for entry in planned}
        for declaration in folder:
            key = declaration.key
            before = carried_out(declaration, self.config, self.remembered, self.policy)
            if before is not None:
                entries[key] = self._after_due_run(before, declaration, about.get(key), waits=key in waiting)
        return entries

    def _after_due_run(
        self, before: RecordedEntry, declaration: Declaration, planned: PlannedEntry | None, *, waits: bool
    ) -> RecordedEntry:
        """The entry of a declaration that a complete run has carried out as it is.

        What runs after the record have done, none tells any more after this one. A contact that was not read
        was last seen when it was settled: nothing proves what it holds now.
        """
        known = replace(before, contact=self.remembered.contact(declaration.key))
        known = replace(known, settled=last_settled(known, self.remembered))
        if planned is None:
            return known
        if planned.set_aside:
            return self._set_aside(planned, planned.set_aside)
        return replace(known, set_aside=None, revocations=()) if waits else self._settled(planned, {})

    def _settled(self, entry: PlannedEntry, created: Mapping[EntryKey, str]) -> RecordedEntry:
        contact = entry.contact or created.get(entry.declaration.key)
        resolved = resolved_digest(entry.declaration, self.policy)
        return RecordedEntry(resolved, contact, self.now, form=resolved_form(entry.declaration))

    def _set_aside(self, entry: PlannedEntry, aside: SetAside) -> RecordedEntry:
        """Set aside since it was so first, if it is the same; its contact is the one that it was about."""
        declaration = entry.declaration
        done = carried_out(declaration, self.config, self.remembered, self.policy)
        return RecordedEntry(
            resolved=resolved_digest(declaration, self.policy),
            contact=self.remembered.contact(declaration.key) or entry.contact,
            settled=done.settled if done else None,
            set_aside=aside.since or (done.set_aside if done else None) or self.now,
            form=resolved_form(declaration),
            revocations=aside.revocations,
        )
