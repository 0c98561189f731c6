"""What a sandbox is served with, and what a client needs to reach it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconcile.sandbox.switches import Switches
from reconcile.sandbox.times import Now


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

    @property
    def changes_switches(self) -> bool:
        """Whether these options say anything about switches."""
        return self.profile is not None or bool(self.switches)

    def switched(self, stored: Switches) -> Switches:
        """The switches to go by: the profile named or those stored, with single ones turned."""
        start = stored if self.profile is None else Switches.of(self.profile)
        return start.turned(dict(self.switches))
