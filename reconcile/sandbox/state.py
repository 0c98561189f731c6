"""The account while it is served: its open file, its clock, its switches, its faults and its request log."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from .clock import Clock
from .faults.armed import arm
from .faults.specification import ArmedFault
from .store import logs, search, settings
from .store.connection import writing
from .switches import RequestContext, Switches

_LOG_BATCH = 500
"""Number of requests after which their log lines are written."""

_MOST_TOTALS = 200
"""Maximum number of totals that are remembered, then all are counted anew."""


class State:
    """What every handler works with. It belongs to one thread, as its connection does."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self.db = db
        self.clock = clock
        self.faults: list[ArmedFault] = []
        self.switches = Switches()
        self.cached_rows: dict[int, tuple[int, dict[str, Any]]] = {}
        self._log: list[logs.LoggedRequest] = []
        self._seen_version = -1
        self._seen_changes = 0
        self._totals: dict[tuple[str, search.Where], int] = {}

    def context(self) -> RequestContext:
        """Switches and instant for the request at hand."""
        return RequestContext(self.switches, self.clock.now())

    def refresh(self) -> None:
        """Forget what is out of date: another process, or this one, has written to the file."""
        version = self.db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._seen_version:
            self.switches = settings.switches(self.db)
        if version != self._seen_version or self.db.total_changes != self._seen_changes:
            self._totals.clear()
        self._seen_version, self._seen_changes = version, self.db.total_changes

    def total(self, table: str, where: search.Where) -> int:
        """The number of rows in a list; every page shows it, so it is counted once until a change."""
        if len(self._totals) >= _MOST_TOTALS:
            self._totals.clear()
        if (table, where) not in self._totals:
            self._totals[table, where] = search.count(self.db, table, where)
        return self._totals[table, where]

    def turn(self, switches: Switches) -> None:
        """Store these switches and obey them."""
        with writing(self.db):
            settings.store_switches(self.db, switches)
        self.switches = switches
        self.cached_rows.clear()

    def arm(self, faults: Sequence[str], seed: int) -> None:
        """Arm these faults and no others; raises WrongWord for a text that is no fault."""
        self.faults = arm(faults, seed)

    def log(self, request: logs.LoggedRequest) -> None:
        """Keep a line for the request log; lines are written in batches."""
        self._log.append(request)
        if len(self._log) % _LOG_BATCH == 0:
            self.flush()

    def flush(self) -> None:
        """Write the log lines; while another process keeps the file busy, they wait."""
        if not self._log:
            return
        before = self.db.total_changes
        with suppress(sqlite3.OperationalError):
            with writing(self.db):
                logs.add_requests(self.db, self._log)
            self._log.clear()
        self._seen_changes += self.db.total_changes - before  # no list shows the log
