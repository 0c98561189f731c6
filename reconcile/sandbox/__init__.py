"""An Evance API of our own over one SQLite file: for demos, dry runs and tests.

It shares no code with the rest of the package, so that a misspelt field cannot hide on both sides.
This is its whole public face. Importing it is cheap: SQLite, aiohttp and the seeds are loaded when needed.
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
    """Empty the account and fill it: with the built-in shop, or with this number of generated contacts.

    `seed` and `now` determine every byte of the generated contacts. `profile` also sets the switches.
    Raises SandboxError for a file that is no sandbox.
    """
    from .seeds import seeding

    return seeding.seed(path, contacts=contacts, number=seed, now=now, profile=profile)


def reset(path: Path) -> None:
    """Empty the account; credentials and switches stay. Raises SandboxError."""
    from .seeds import seeding

    seeding.reset(path)


def show(path: Path, what: str) -> list[dict[str, Any]]:
    """Rows of the account: contacts, contact:<id>, roles, grants, outbox, requests, changes or switches.

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

    `profile` and `switches` are stored in the account; `faults` (in the form that `--fault` takes) end with
    the block. Raises SandboxError.
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
    with server.serving(path, options) as access:
        yield access


def serve(path: Path, options: Options, ready: Callable[[Access], None]) -> None:
    """Serve the account until SIGTERM or SIGINT; `ready` is called once it listens. Raises SandboxError."""
    from . import server

    server.serve(path, options, ready)
