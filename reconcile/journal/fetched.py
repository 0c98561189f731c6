"""What a job of a pipeline has fetched of earlier runs, and which of them kept nothing.

The machine of a job is thrown away, so `ci journals` fetches a window of what earlier runs kept and says here
what it was: the guards learn what is missing, and `ci keep` what this run has added. On a checkout where
people apply there is no such file, and every journal is expected to be there.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from reconcile.documents.codec import decode_leniently, encode_itself
from reconcile.documents.json_text import json_text
from reconcile.errors import ReconcileError

from .durable_files import add_file, open_regular

FETCHED_FILE = "fetched.json"
"""The name of the file, beside the folders of the journals and of the records."""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A journal, or the file of a record, as it was kept: its name, its size in bytes, its SHA-256."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class UnkeptAttempt:
    """An attempt of a run whose writing step for our target began at that instant, and that kept nothing.

    ``ended`` is when its job ended.
    """

    run: int
    attempt: int
    at: datetime
    ended: datetime

    def __str__(self) -> str:
        times = f"{self.at:%Y-%m-%d %H:%M} UTC"
        return f"attempt {self.attempt} of the forge's run {self.run}, which began to write at {times}"


@dataclass(frozen=True, slots=True)
class FetchedRuns:
    """What was fetched: all that runs have kept since ``since``, and the newest record.

    ``run`` and ``attempt`` are those of the job that fetched it, by the forge's numbers.
    ``verified``: signatures were checked; without, the record is a hint and tells of no gap. ``record_kept``
    is when the record's bundle was made; None when there is none.
    """

    account: str
    since: datetime | None
    run: int = 0
    attempt: int = 0
    verified: bool = True
    record_kept: datetime | None = None
    files: tuple[FetchedFile, ...] = ()
    unkept: tuple[UnkeptAttempt, ...] = ()

    def has(self, name: str, content: bytes) -> bool:
        """Whether a file was fetched, just as it is now."""
        return fetched_file(name, content) in self.files

    def expects(self, at: datetime | None) -> bool:
        """Whether the journal of a run that began then would have been fetched; of unknown age, it would."""
        return self.verified and (at is None or self.since is None or at >= self.since)


def fetched_file(name: str, content: bytes) -> FetchedFile:
    """A file with its size and digest."""
    return FetchedFile(name, len(content), sha256(content).hexdigest())


def write_fetched(state: Path, fetched: FetchedRuns) -> None:
    """Leave word of what was fetched in the folder of the tool's own."""
    add_file(state / FETCHED_FILE, json_text(encode_itself(fetched)).encode("ascii"))


def read_fetched(state: Path) -> FetchedRuns | None:
    """What was fetched; None where nothing ever was. ReconcileError: the file is not what was written."""
    path = state / FETCHED_FILE
    if not path.exists():
        return None
    try:
        with open_regular(path) as file:
            return decode_leniently(FetchedRuns, json.loads(file.read()))
    except (OSError, ValueError, RecursionError):
        raise ReconcileError(
            f"{path}: this is not what 'reconcile ci journals' writes: call that again, or remove the file "
            "where no pipeline works"
        ) from None
