"""Folders of declarations as they were loaded, kept until a byte of a file, or what reads it, is another.

To parse a folder and to make the digest of what it declares takes most of a second plan. Both depend on bytes
and settings alone, and so they are kept under a digest of all of these:

* **The files**: the name and the bytes of each, in order. They are looked for and read each time, with every
  check of names and links, and what is hashed are the very bytes that would be parsed.
* **What is configured** for them, and the rules of the time zone, which make an instant of a date.
* **The program**: its version, and the size and time of each of its own files that takes part.

Only a folder with which nothing at all is wrong is kept, so that nothing has to be told of it. One thing may
be wrong later: a window that closed long ago, or will close too late. So the first and the last expiry are
kept, too, and the folder is parsed wherever one of them asks for a warning now.

Declarations become rows, since two kinds of items in one list are nothing that msgspec can tell apart.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from operator import attrgetter
from types import GenericAlias
from typing import Any, NamedTuple, get_type_hints

import msgspec

from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem, DeclaredTag
from reconcile.model.facets import Facet

from .store import CacheStore

FORM = "1"
"""To be changed with how a folder is written; what its declarations consist of is part of the digest."""

_NAMES = tuple(field.name for field in fields(Declaration))

_row_of = attrgetter(*_NAMES)

_PASSED_OVER = _NAMES.index("passed_over")

_ENTRY = b"folder"
"""The one entry of a cache, which begins with the key of its folder."""

_Items = tuple[tuple[DeclaredGrant, ...], tuple[DeclaredTag, ...]]
"""Items of both kinds, the grants first."""


@dataclass(frozen=True, slots=True)
class KeptFolder:
    """What a folder says; ``expiries`` are the first and the last one of all items, if there are any."""

    declarations: tuple[Declaration, ...]
    bundles: Mapping[str, Mapping[Facet, tuple[DeclaredItem, ...]]]
    files: int
    digest: str
    expiries: tuple[datetime, ...] = ()


class _Written(NamedTuple):
    """A folder as it is written: rows of declarations, and by their numbers the items that rows leave out."""

    rows: Sequence[Any]
    passed_over: dict[int, _Items]
    bundles: dict[str, dict[Facet, _Items]]
    files: int
    digest: str
    expiries: tuple[datetime, ...]


def folder_key(files: Iterable[tuple[str, bytes]], basis: bytes) -> bytes:
    """The digest of a folder's files, by name, and of all else that what they say rests on."""
    hashed = hashlib.blake2b(basis, digest_size=32)
    for name, data in files:
        path = name.encode(errors="surrogateescape")
        hashed.update(b"%d %d\n" % (len(path), len(data)))
        hashed.update(path)
        hashed.update(data)
    return hashed.digest()


def read_folder(store: CacheStore, key: bytes) -> KeptFolder | None:
    """The folder of that digest; None where another one is kept, or none."""
    kept = store.read().get(_ENTRY, b"")
    try:
        return _folder_of(_decoder().decode(memoryview(kept)[len(key) :])) if kept.startswith(key) else None
    except msgspec.MsgspecError:
        return None


def keep_folder(store: CacheStore, key: bytes, folder: KeptFolder) -> None:
    """Keep this folder in place of any other one."""
    try:
        data = msgspec.msgpack.encode(_written(folder))
    except (UnicodeEncodeError, _Mixed):  # half of a surrogate pair, which no file can hold
        return
    store.update({_ENTRY: key + data})


class _Mixed(Exception):
    """Items in an order that would be another one when they are read."""


def _written(folder: KeptFolder) -> _Written:
    rows = [(*row[:_PASSED_OVER], (), *row[_PASSED_OVER + 1 :]) for row in map(_row_of, folder.declarations)]
    passed_over = {
        number: _split(declaration.passed_over)
        for number, declaration in enumerate(folder.declarations)
        if declaration.passed_over
    }
    bundles = {
        name: {facet: _split(items) for facet, items in sets.items()} for name, sets in folder.bundles.items()
    }
    return _Written(rows, passed_over, bundles, folder.files, folder.digest, folder.expiries)


def _split(items: Sequence[DeclaredItem]) -> _Items:
    grants = tuple(item for item in items if isinstance(item, DeclaredGrant))
    tags = tuple(item for item in items if isinstance(item, DeclaredTag))
    if (*grants, *tags) != tuple(items):
        raise _Mixed
    return grants, tags


def _joined(items: _Items) -> tuple[DeclaredItem, ...]:
    grants, tags = items
    return (*grants, *tags)


def _folder_of(written: _Written) -> KeptFolder:
    declarations = [Declaration(*row) for row in written.rows]
    for number, items in written.passed_over.items():
        declarations[number] = replace(declarations[number], passed_over=_joined(items))
    bundles = {
        name: {facet: _joined(items) for facet, items in sets.items()}
        for name, sets in written.bundles.items()
    }
    return KeptFolder(tuple(declarations), bundles, written.files, written.digest, written.expiries)


@cache
def _decoder() -> "msgspec.msgpack.Decoder[Any]":
    """Reads rows whose columns have the types of a declaration's fields."""
    hints = {**get_type_hints(Declaration), "passed_over": tuple[()]}
    row = GenericAlias(tuple, tuple(hints[name] for name in _NAMES))
    columns = {**get_type_hints(_Written), "rows": GenericAlias(list, (row,))}
    return msgspec.msgpack.Decoder(NamedTuple("Written", list(columns.items())))
