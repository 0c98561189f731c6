"""An Evance API of our own over one SQLite file: for demos, dry runs and tests.

It shares no code with the rest of the package, so that a misspelt field cannot hide on both sides.
Importing this module is cheap: SQLite, aiohttp and the seeds are loaded by what needs them.
"""
# ruff: noqa: PLC0415 - see above

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from .clock import Now
from .options import Access, Counts, Options, SandboxError, WrongWord

__all__ = [
    "Access",
    "Counts",
    "Options",
    "SandboxError",
    "WrongWord",
    "reset",
    "running",
    "seed",
    "serve",
    "show",
]


def seed(
    path: Path,
    *,
    contacts: int | None = None,
    seed: int = 1,
    now: datetime | None = None,
    profile: str | None = None,
) -> Counts:
    """Fill an emptied account: with the built-in shop, or with so many generated contacts.

    `seed` and `now` decide a generated account to the last byte of its contacts. `profile` also sets
    the switches. Raises SandboxError for a file that is no sandbox.
    """
    from . import seeding

    return seeding.seed(path, contacts=contacts, number=seed, now=now, profile=profile)


def reset(path: Path) -> None:
    """Empty the account; credentials and switches stay. Raises SandboxError."""
    from . import seeding

    seeding.reset(path)


def show(path: Path, what: str) -> list[dict[str, Any]]:
    """Rows of the account: contacts, contact:<id>, roles, grants, outbox, requests or switches.

    Contacts have the v1 read form. Raises SandboxError for another word or an unknown contact.
    """
    from . import inspect

    return inspect.show(path, what)


@contextmanager
def running(  # noqa: PLR0913 - each is a choice of its own, and all are named
    path: Path,
    *,
    port: int = 0,
    now: Now | datetime | None = None,
    profile: str | None = None,
    switches: Mapping[str, str | int] | None = None,
    faults: Sequence[str] = (),
    fault_seed: int = 1,
) -> Iterator[Access]:
    """Serve the account on loopback from a thread of this process for the length of a block.

    `profile` and `switches` are stored in the account; `faults` (as `--fault` takes them) last as
    long as the block. Raises SandboxError.
    """
    from . import server

    options = Options(
        port=port,
        now=now,
        profile=profile,
        switches=switches or {},
        faults=tuple(faults),
        fault_seed=fault_seed,
    )
    with server.beside(path, options) as access:
        yield access


def serve(path: Path, options: Options, ready: Callable[[Access], None]) -> None:
    """Serve the account until SIGTERM or SIGINT; `ready` is called once it listens. Raises SandboxError."""
    from . import server

    server.serve(path, options, ready)
