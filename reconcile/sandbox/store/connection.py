"""The account's file: opening it, transactions, and the statements that several tables share."""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconcile.sandbox.clock import to_atom
from reconcile.sandbox.options import SandboxError

from . import schema
from .settings import ACCOUNT, add_client, set_setting

Row = dict[str, Any]

_BUSY_SECONDS = 30
"""Maximum number of seconds to wait for another process that writes, then the file is busy."""

_MANY_IDS = "IN (SELECT value FROM json_each(?))"


def connect(path: Path) -> sqlite3.Connection:
    """Open the account's file. A new file is readable by its owner only and gets tables and credentials.

    Raises SandboxError for a file that cannot be opened or is no sandbox.
    """
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
    """All or nothing; takes the write lock at once, so that checks made inside still hold at the end."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def loading(db: sqlite3.Connection) -> Iterator[None]:
    """More memory, and no check of each row's foreign keys: a seed inserts rows that are right."""
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("PRAGMA cache_size = -100000")  # KiB
    try:
        yield
    finally:
        db.execute("PRAGMA cache_size = -2000")
        db.execute("PRAGMA foreign_keys = ON")


def named(cursor: sqlite3.Cursor) -> list[Row]:
    """All rows of a result, each keyed by column name."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def timed(db: sqlite3.Connection, sql: str, *columns: str) -> list[Row]:
    """Rows of a query, with the named columns of seconds as ATOM text."""
    rows = named(db.execute(sql))
    return [{**row, **{column: _atom(row[column]) for column in columns}} for row in rows]


def of_contacts(db: sqlite3.Connection, sql: str, contact_ids: Sequence[int]) -> sqlite3.Cursor:
    """A query with `{}` after the column of contact ids: `= ?` for one, which is quick and most frequent."""
    if len(contact_ids) == 1:
        return db.execute(sql.format("= ?"), (contact_ids[0],))
    return db.execute(sql.format(_MANY_IDS), (json.dumps(contact_ids),))


def insert(db: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> int:
    """Insert a row, its values by column, and return its id."""
    marks = ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"  # noqa: S608 - columns are ours
    row_id = db.execute(sql, tuple(values.values())).lastrowid
    assert row_id is not None  # noqa: S101 - an INSERT always has one
    return row_id


def update(db: sqlite3.Connection, table: str, row_id: int, values: Mapping[str, Any]) -> None:
    """Set some columns of a row."""
    if values:
        assignments = ", ".join(f"{column} = ?" for column in values)
        sql = f"UPDATE {table} SET {assignments} WHERE id = ?"  # noqa: S608 - columns are ours
        db.execute(sql, (*values.values(), row_id))


def _make_private(path: Path) -> None:
    try:
        _make_folder(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise SandboxError(f"{path}: {error.strerror}") from error


def _make_folder(folder: Path) -> None:
    """Make the folder; where it is the one that reconcile keeps its state in, Git and others stay out."""
    ours = folder.name == ".reconcile"
    folder.mkdir(mode=0o700 if ours else 0o777, parents=True, exist_ok=True)
    if ours and not os.path.lexists(folder / ".gitignore"):
        (folder / ".gitignore").write_text("# Not for Git: this folder holds credentials.\n*\n", "ascii")


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
    schema.make_tables(db)
    schema.make_indexes(db)
    set_setting(db, "account", ACCOUNT)
    add_client(db, scopes=None)
    db.execute(f"PRAGMA user_version = {schema.VERSION}")


def _atom(seconds: int | None) -> str | None:
    return None if seconds is None else to_atom(seconds)
