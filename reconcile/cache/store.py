"""One cache: named entries in a SQLite file under ``.reconcile/cache/``, believed only where we wrote them.

``.reconcile/`` lies in a checkout, and whatever lies there may have come with it: from a branch, an archive,
a colleague's copy. So three things hold.

* **A found file is not opened.** Its name ends with a keyed hash, under the user's own key, of what it is
  for. Nobody else can tell that name, and so neither put a file there, nor a journal beside it for SQLite to
  replay. The form of the entries and the version of the tool are part of it: an older or newer cache is none.
* **Each entry has a mark**, a keyed hash of its name and value. Who has seen the file's name still makes no
  entry; and a file that a power cut has torn may lose entries, but tells no wrong one.
* **An old entry does no harm.** A copy of an earlier file has true marks. So each entry says by itself what
  it was made from, and whoever uses it compares that with what is there now.

Nothing depends on a cache. One that is foreign, broken, locked or too large, a disk that is full, a folder
that can't be written: it is left out or made anew, and that is no error. Of two processes that write at once,
the second waits a little and gives up. What a killed process had begun, SQLite takes back.
"""

import hashlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconcile import __version__

from .user_key import is_own_file, user_key

CACHE_FOLDER = "cache"
"""The folder of the caches, in that of what is kept for a project."""

LARGEST = 1 << 30
"""Maximum size of a file in bytes: a million contacts of a thousand bytes each."""

LOCK_TIMEOUT = 2.0
"""Maximum number of seconds to wait for another process that writes, then the cache is left out."""

_MARK_SIZE = 16

_TABLE = "CREATE TABLE entries (name BLOB PRIMARY KEY, value BLOB NOT NULL, mark BLOB NOT NULL) WITHOUT ROWID"

_CAREFUL = ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "synchronous = OFF")
"""Nothing in a file is trusted but its marks; and these also find what a power cut has torn."""

_NOT_BROKEN = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}
"""Errors after which the file may be as good as before."""


JOB_VARIABLES = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "GITHUB_REPOSITORY", "CI_PROJECT_ID")
"""Each is set in jobs: those by which a log is masked, and those by which the forges are told apart."""

MakeFolder = Callable[[Path], None]
"""Makes a folder for its owner's eyes only, which Git ignores."""


def own_caches(state: Path, environment: Mapping[str, str], make: MakeFolder) -> "CacheFolder | None":
    """The caches in the folder of what is kept for a project; None where none is to be used.

    None in a job of a forge: what that shows and writes rests on what it read itself, and a runner that
    several jobs share would hand on what one of them has left. None for a user who has no key of their own.
    """
    if any(environment.get(name) for name in JOB_VARIABLES):
        return None
    key = user_key(environment, state.parent)
    return None if key is None else CacheFolder(state / CACHE_FOLDER, key, make)


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """Where the caches of a project lie, and the user's key."""

    path: Path
    key: bytes
    make: MakeFolder

    def store(self, kind: str, subject: str, form: str) -> "CacheStore":
        """The cache of that kind for a subject. ``form`` names how its entries are written."""
        purpose = f"{kind}\0{subject}\0{form}\0{__version__}".encode()
        return CacheStore(self, _file_stem(kind, subject), _hash(purpose, self.key, b"key of a cache"))


@dataclass(frozen=True, slots=True)
class CacheStore:
    """The entries of one cache, by name. ``key`` marks them. No method raises an error of files."""

    folder: CacheFolder
    stem: str
    key: bytes

    @property
    def path(self) -> Path:
        """The file; it may not be there."""
        return self.folder.path / f"{self.stem}-{_hash(b'', self.key, b'name of a cache').hex()}.sqlite3"

    def read(self) -> dict[bytes, bytes]:
        """All entries that we wrote; none where there is no file that we could read."""
        entries: dict[bytes, bytes] = {}
        with self._without_errors(), self._opened() as database:
            rows = database.execute("SELECT name, value, mark FROM entries")
            entries.update((name, value) for name, value, mark in rows if self._is_ours(name, value, mark))
        return entries

    def update(self, new: Mapping[bytes, bytes], gone: Iterable[bytes] = ()) -> None:
        """Add these entries, or put them in place of those of their names; ``gone`` are taken out.

        All of it, or nothing.
        """
        rows = ((name, value, self._mark(name, value)) for name, value in new.items())
        with self._without_errors():
            self._prepare()
            with self._opened() as database:
                database.execute("BEGIN IMMEDIATE")
                database.executemany("DELETE FROM entries WHERE name = ?", ((name,) for name in gone))
                database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)
                database.execute("COMMIT")

    def _is_ours(self, name: object, value: object, mark: object) -> bool:
        return isinstance(name, bytes) and isinstance(value, bytes) and mark == self._mark(name, value)

    def _mark(self, name: bytes, value: bytes) -> bytes:
        head = len(name).to_bytes(8, "big") + name
        return _hash(head, self.key, b"mark of an entry", value)

    @contextmanager
    def _without_errors(self) -> Iterator[None]:
        """Leave out what fails. A broken file is removed, so that the next update makes a new one."""
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) not in _NOT_BROKEN:
                with suppress(OSError):
                    self._remove()
        except OSError:
            pass

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file, open. FileNotFoundError: it is not ours alone. sqlite3.Error: it has another table."""
        if not self._is_usable():
            raise FileNotFoundError(self.path)
        address = f"{self.path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, LOCK_TIMEOUT, uri=True, isolation_level=None)) as database:
            for setting in _CAREFUL:
                database.execute(f"PRAGMA {setting}")
            if database.execute("SELECT sql FROM sqlite_schema").fetchall() != [(_TABLE,)]:
                raise sqlite3.DatabaseError("another table")
            yield database

    def _is_usable(self) -> bool:
        try:
            status = self.path.lstat()
        except OSError:
            return False
        return is_own_file(status) and status.st_size <= LARGEST

    def _prepare(self) -> None:
        """See that there is a file; those of older forms go, with what they tell of people.

        NotADirectoryError: the folder is a link, so that what it holds would lie where Git ignores nothing.
        """
        if self.folder.path.is_symlink():
            raise NotADirectoryError(self.folder.path)
        self.folder.make(self.folder.path)
        self.folder.path.chmod(0o700)  # one that came with a checkout is open to others
        of_this = re.compile(rf"{re.escape(self.stem)}-[0-9a-f]{{32}}\.sqlite3(-.*)?")
        for path in self.folder.path.iterdir():
            if of_this.fullmatch(path.name) and not path.name.startswith(self.path.name):
                path.unlink()
        if not self._is_usable():
            self._remove()
            self._create()

    def _remove(self) -> None:
        for path in (self.path, *self.folder.path.glob(f"{self.path.name}-*")):
            path.unlink(missing_ok=True)

    def _create(self) -> None:
        os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(self.path, LOCK_TIMEOUT, isolation_level=None)) as database:
            database.execute(_TABLE)


def _file_stem(kind: str, subject: str) -> str:
    """What begins a file's name, for people: ``contacts-example.evance.me``."""
    return re.sub(r"[^a-z0-9.-]", "_", f"{kind}-{subject.lower()}")[:100]


def _hash(data: bytes, key: bytes, use: bytes, more: bytes = b"") -> bytes:
    # The use is part of it, so that no hash of one kind stands for one of another kind.
    hashed = hashlib.blake2b(data, key=key, digest_size=_MARK_SIZE, person=use)
    hashed.update(more)  # not put together before: a folder of declarations is large
    return hashed.digest()
