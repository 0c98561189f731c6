"""What the operator of a sandbox gives and gets: options, access, counts and errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address

from .clock import Now


class SandboxError(Exception):
    """The sandbox cannot do what its operator asked; the text says why and what to do."""


class WrongWord(SandboxError):
    """A switch, profile, fault or part of the account that does not exist; the text lists those that do."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a client needs to reach the sandbox; also the JSON line of `sandbox serve`."""

    url: str
    client_id: str
    private_key: str
    account: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows a seed put into the account."""

    contacts: int
    roles: int
    grants: int
    tags: int


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve: the address to listen on, the clock, the switches and the faults.

    `profile` and `switches` change the stored switches; None and empty leave them as they are.
    """

    host: str = "127.0.0.1"
    port: int = 0
    now: Now | datetime | None = None
    profile: str | None = None
    switches: Mapping[str, str | int] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    fault_seed: int = 1
    verbose: bool = False

    @property
    def open_to_network(self) -> bool:
        """True when it may listen on more than this machine: on a name or address that is not loopback."""
        try:
            return not ip_address(self.host).is_loopback
        except ValueError:
            return self.host != "localhost"
