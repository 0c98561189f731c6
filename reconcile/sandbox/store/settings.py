"""Switches and credentials as they stand in the file."""

import json
import sqlite3

from reconcile.sandbox.store import ledger
from reconcile.sandbox.store.connection import set_setting, setting
from reconcile.sandbox.switches import Switches


def switches(db: sqlite3.Connection) -> Switches:
    """The switches an account was given, defaults where it was given none."""
    return Switches().turned(json.loads(setting(db, "switches", "{}")))


def store_switches(db: sqlite3.Connection, turned: Switches) -> None:
    """Remember the switches."""
    set_setting(db, "switches", json.dumps(turned.settings()))


def main_client(db: sqlite3.Connection) -> ledger.Client:
    """The credentials made with the file."""
    client = ledger.client(db, setting(db, "client"))
    assert client is not None  # noqa: S101 - made with the tables
    return client
