"""The account while it is served: its open file, its clock, its switches and the log of its requests."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress

from .clock import Clock
from .faults.specification import ArmedFault, arm
from .store import logs, search, settings
from .store.connection import writing
from .switches import RequestContext, Switches

_BATCH = 500

_TOTALS = 200


class State:
    """What every handler works with. One thread only, as its connection."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self.db = db
        self.clock = clock
        self.faults: list[ArmedFault] = []
        self._log: list[logs.LoggedRequest] = []
        self._seen_version = -1
        self._seen_changes = 0
        self._totals: dict[tuple[str, search.Where], int] = {}
        self.switches = Switches()

    def terms(self) -> RequestContext:
        """Switches and instant for the request at hand."""
        return RequestContext(self.switches, self.clock.now())

    def refresh(self) -> None:
        """Forget what was remembered of a state that is gone: written by another process, or by this."""
        version = self.db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._seen_version:
            self.switches = settings.switches(self.db)
        if version != self._seen_version or self.db.total_changes != self._seen_changes:
            self._totals.clear()
        self._seen_version, self._seen_changes = version, self.db.total_changes

    def total(self, table: str, where: search.Where) -> int:
        """How many rows a list has; counted once while nothing changes, as every page tells it."""
        if len(self._totals) >= _TOTALS:
            self._totals.clear()
        if (table, where) not in self._totals:
            self._totals[table, where] = search.count(self.db, table, where)
        return self._totals[table, where]

    def turn(self, switches: Switches) -> None:
        """Store these switches and go by them."""
        with writing(self.db):
            settings.store_switches(self.db, switches)
        self.switches = switches

    def arm(self, faults: Sequence[str], seed: int) -> None:
        """Watch for these faults and no others; raises SandboxError for one that is none."""
        self.faults = arm(faults, seed)

    def note(self, request: logs.LoggedRequest) -> None:
        """Keep a line for the request log, written in batches."""
        self._log.append(request)
        if len(self._log) % _BATCH == 0:
            self.flush()

    def flush(self) -> None:
        """Write the lines kept so far; while another process keeps the file busy they wait."""
        if not self._log:
            return
        before = self.db.total_changes
        with suppress(sqlite3.OperationalError):
            with writing(self.db):
                logs.add_requests(self.db, self._log)
            self._log.clear()
        self._seen_changes += self.db.total_changes - before  # the log is no part of any list
