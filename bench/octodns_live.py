"""octoDNS at the same work: as many A records from YAML, live in memory, one in a hundred changed.

    octodns-sync --config-file FOLDER/config.yaml

`bench.projects.write_zone` writes it. The module runs in the environment of its own that `make bench`
makes from `bench/requirements.txt`, and is found there by its name in ``config.yaml``.
"""

import logging

from octodns.provider.base import BaseProvider
from octodns.record import Record

ONE_IN_A_HUNDRED = 100


def address(number: int) -> str:
    """The address of a host."""
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


class LiveZone(BaseProvider):
    """A zone that is in memory: no request is sent for it."""

    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS = frozenset({"A"})

    def __init__(self, id: str, records: int) -> None:  # noqa: A002 - octoDNS calls it so
        self.log = logging.getLogger(f"LiveZone[{id}]")
        self._records = records
        super().__init__(id)

    def populate(self, zone: object, target: bool = False, lenient: bool = False) -> bool:  # noqa: ARG002, FBT001, FBT002
        for number in range(1, self._records + 1):
            value = "192.0.2.1" if number % ONE_IN_A_HUNDRED == 7 else address(number)
            data = {"type": "A", "ttl": 300, "values": [value]}
            record = Record.new(zone, f"host{number}", data, source=self, lenient=lenient)
            zone.add_record(record, lenient=lenient)
        return True

    def _apply(self, _plan: object) -> None:
        raise AssertionError("the bench applies nothing")
