"""What holds while one request is answered."""

from dataclasses import dataclass

from reconcile.sandbox.switches import Switches


@dataclass(frozen=True, slots=True)
class Terms:
    """How the server behaves, and the instant in seconds since 1970."""

    switches: Switches
    now: int
