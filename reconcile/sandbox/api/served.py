"""The account while it is served: its open file, its clock, its switches and the log of its requests."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress

from reconcile.sandbox.faults import Armed, arm
from reconcile.sandbox.rules.terms import Terms
from reconcile.sandbox.store import ledger, settings
from reconcile.sandbox.store.connection import writing
from reconcile.sandbox.switches import Switches
from reconcile.sandbox.times import Clock

_BATCH = 500


class Served:
    """What every handler works with. One thread only, as its connection."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self.db = db
        self.clock = clock
        self.faults: list[Armed] = []
        self._log: list[ledger.Request] = []
        self._seen_version = -1
        self.switches = Switches()

    def terms(self) -> Terms:
        """Switches and instant for the request at hand."""
        return Terms(self.switches, self.clock.now())

    def refresh(self) -> None:
        """Read the switches anew when another process wrote to the file."""
        version = self.db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._seen_version:
            self.switches = settings.switches(self.db)
            self._seen_version = version

    def turn(self, switches: Switches) -> None:
        """Store these switches and go by them."""
        with writing(self.db):
            settings.store_switches(self.db, switches)
        self.switches = switches

    def arm(self, faults: Sequence[str], seed: int) -> None:
        """Watch for these faults and no others; raises SandboxError for one that is none."""
        self.faults = arm(faults, seed)

    def note(self, request: ledger.Request) -> None:
        """Keep a line for the request log, written in batches."""
        self._log.append(request)
        if len(self._log) % _BATCH == 0:
            self.flush()

    def flush(self) -> None:
        """Write the lines kept so far; while another process keeps the file busy they wait."""
        if not self._log:
            return
        with suppress(sqlite3.OperationalError):
            with writing(self.db):
                ledger.add_requests(self.db, self._log)
            self._log.clear()
