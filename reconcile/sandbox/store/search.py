"""Conditions on rows, and pages of the rows that meet them."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

from .connection import named

Comparison = Literal["=", ">=", "<=", ">", "<"]


@dataclass(frozen=True, slots=True)
class Where:
    """A condition with its values; conditions join with `&`."""

    sql: str
    values: tuple[Any, ...] = ()

    def __and__(self, other: "Where") -> "Where":
        return Where(f"{self.sql} AND {other.sql}", (*self.values, *other.values))


ALL = Where("1")

STANDING = Where("deleted IS NULL")
"""Contacts that were not deleted."""

_ORDERS = {
    "id": "id",
    "newest": "id DESC",
    "modified": "modified DESC, id DESC",
    "random": "random()",
}


def compare(column: str, comparison: Comparison, value: float | str) -> Where:
    """A column against a value."""
    return Where(f"{column} {comparison} ?", (value,))


def none_set(column: str) -> Where:
    """A column without a value."""
    return Where(f"{column} IS NULL")


def among(column: str, values: Sequence[int | str]) -> Where:
    """A column that has one of the values."""
    return Where(f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(values),))  # noqa: S608 - our column


def same_text(column: str, value: str, *, fold: bool = True) -> Where:
    """A text column that equals the value: ASCII letters folded, or (`fold=False`) exactly."""
    folded = Where(f"{column} = ? COLLATE NOCASE", (value,))
    return folded if fold else folded & Where(f"{column} = ? COLLATE BINARY", (value,))


def part_of(columns: Iterable[str], value: str) -> Where:
    """One of the columns contains the value."""
    tests = [f"instr(lower({column}), lower(?))" for column in columns]
    return Where(f"({' OR '.join(tests)})", (value,) * len(tests))


def both(conditions: Iterable[Where], start: Where = ALL) -> Where:
    """All of the conditions."""
    return reduce(Where.__and__, conditions, start)


def count(db: sqlite3.Connection, table: str, where: Where) -> int:
    """The number of rows that meet the condition."""
    sql = f"SELECT count(*) FROM {table} WHERE {where.sql}"  # noqa: S608 - our words
    return int(db.execute(sql, where.values).fetchone()[0])


def page(  # noqa: PLR0913 - a query has these parts
    db: sqlite3.Connection, table: str, where: Where, *, limit: int, offset: int = 0, order: str = "id"
) -> list[dict[str, Any]]:
    """One page of rows. Ids are picked first, from an index, so that a late page is as quick as the first."""
    picked = f"SELECT id FROM {table} WHERE {where.sql} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?"  # noqa: S608
    ids = [row[0] for row in db.execute(picked, (*where.values, limit, offset))]
    chosen = among("id", ids)
    rows = named(db.execute(f"SELECT * FROM {table} WHERE {chosen.sql}", chosen.values))  # noqa: S608
    by_id: dict[Any, dict[str, Any]] = {row["id"]: row for row in rows}
    return [by_id[row_id] for row_id in ids]
