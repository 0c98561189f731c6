"""What the operator of a sandbox says and gets: options, access, counts, and errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .clock import Now


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs; also the JSON line of `sandbox serve`."""

    url: str
    client_id: str
    private_key: str
    account: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a seed put into the account."""

    contacts: int
    roles: int
    grants: int
    tags: int


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve: where to listen, by what clock, with which switches and faults."""

    host: str = "127.0.0.1"
    port: int = 0
    now: Now | datetime | None = None
    profile: str | None = None
    switches: Mapping[str, str | int] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    fault_seed: int = 1
    verbose: bool = False


class SandboxError(Exception):
    """The sandbox cannot do what its operator asked; the text says why and what to do."""


class WrongWord(SandboxError):
    """A switch, profile, fault or part of the account that does not exist; the text lists those that do."""
