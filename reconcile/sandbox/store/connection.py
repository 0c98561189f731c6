"""Opening the file, transactions, and the settings that live in it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconcile.sandbox.options import SandboxError

from . import schema
from .settings import ACCOUNT, add_client, set_setting

Row = dict[str, Any]

_BUSY_SECONDS = 30


def connect(path: Path) -> sqlite3.Connection:
    """Open the account's file, making it (owner-readable only) with credentials when it is new."""
    _make_private(path)
    try:
        db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise SandboxError(f"{path}: {error}") from error
    try:
        _prepare(db)
    except sqlite3.DatabaseError as error:
        db.close()
        raise SandboxError(f"{path}: not a sandbox file ({error}); name another or remove it") from error
    except SandboxError:
        db.close()
        raise
    return db


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection for the length of a block."""
    db = connect(path)
    try:
        yield db
    finally:
        db.close()


@contextmanager
def reading(db: sqlite3.Connection) -> Iterator[None]:
    """Several reads that see one state of the account."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("COMMIT")


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; takes the write lock at once, so checks made inside still hold at the end."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def named(cursor: sqlite3.Cursor) -> list[Row]:
    """All rows of a result, each keyed by column name."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise SandboxError(f"{path}: {error.strerror}") from error


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA synchronous = NORMAL")
    if not _version(db):
        db.execute("PRAGMA journal_mode = WAL")
        with writing(db):
            _create_once(db)
    if _version(db) != schema.VERSION:
        raise SandboxError("the sandbox file was made by another version; remove it and seed a new one")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _create_once(db: sqlite3.Connection) -> None:
    if _version(db):  # another process was first
        return
    for statement in schema.TABLES.split(";"):
        if statement.strip():
            db.execute(statement)
    for definition in schema.INDEXES.values():
        db.execute(f"CREATE {definition}")
    set_setting(db, "account", ACCOUNT)
    add_client(db, scopes=None)
    db.execute(f"PRAGMA user_version = {schema.VERSION}")


@contextmanager
def hurrying(db: sqlite3.Connection) -> Iterator[None]:
    """Room to work, and no check of each row's foreign keys: rows made in bulk point where they should."""
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("PRAGMA cache_size = -100000")  # KiB
    try:
        yield
    finally:
        db.execute("PRAGMA cache_size = -2000")
        db.execute("PRAGMA foreign_keys = ON")
