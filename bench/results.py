"""The results of rows: a file a row in ``build/bench/``, so that a single one can be measured again.

A report has them all, with where and when they were measured. `bench/results.json` is the one that
`docs/performance.md` is written from.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any, Self

from bench.contenders import ROOT

FOLDER = ROOT / "build" / "bench"

BASES = ("yaml", "bare")
"""What the other contenders of a row are compared with."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run took, and how many requests of each kind it sent."""

    processor: float
    seconds: float
    peak_mib: float
    requests: dict[str, int]

    @property
    def all_requests(self) -> int:
        return sum(self.requests.values())


@dataclass(frozen=True, slots=True)
class Spread:
    """The least, the middle and the largest of some figures."""

    least: float
    middle: float
    most: float

    @classmethod
    def of(cls, figures: Iterable[float]) -> Self:
        figures = sorted(figures)
        return cls(figures[0], median(figures), figures[-1])


@dataclass(frozen=True, slots=True)
class Measured:
    """All rounds of a row: the samples of each contender, in the order of the rounds."""

    row: str
    declared: int
    live: int
    samples: dict[str, list[Sample]]

    @classmethod
    def read(cls, value: dict[str, Any]) -> Self:
        samples = {name: [Sample(**sample) for sample in values] for name, values in value["samples"].items()}
        return cls(value["row"], value["declared"], value["live"], samples)

    @property
    def rounds(self) -> int:
        return max(map(len, self.samples.values()))

    @property
    def base(self) -> str:
        """The contender that is the unit of the ratios."""
        return next((name for name in BASES if name in self.samples), next(iter(self.samples)))

    def ratio(self, name: str) -> Spread:
        """The seconds of processor of a contender by those of the base in the same round."""
        pairs = zip(self.samples[name], self.samples[self.base], strict=True)
        return Spread.of(sample.processor / base.processor for sample, base in pairs)

    def processor(self, name: str) -> float:
        """The seconds of processor of a contender, its own and the system's for it."""
        return median(sample.processor for sample in self.samples[name])

    def seconds(self, name: str) -> float:
        """How long a contender took."""
        return median(sample.seconds for sample in self.samples[name])

    def peak_mib(self, name: str) -> float:
        """The most memory that a contender needed in any round."""
        return max(sample.peak_mib for sample in self.samples[name])

    def requests(self, name: str) -> int:
        """The most requests that a contender sent in any round."""
        return max(sample.all_requests for sample in self.samples[name])


@dataclass(frozen=True, slots=True)
class Report:
    """The measured rows by their names, with where and when they were measured."""

    date: str
    machine: str
    versions: dict[str, str]
    rows: dict[str, Measured]

    @classmethod
    def of(cls, rows: Iterable[Measured], versions: dict[str, str]) -> Self:
        cores = os.cpu_count() or 1
        system = f"{platform.system()} on {platform.machine()}, {cores} core{'s' if cores > 1 else ''}"
        today = datetime.now(UTC).date().isoformat()
        return cls(today, system, versions, {measured.row: measured for measured in rows})

    @classmethod
    def read(cls, path: Path) -> Self:
        value = json.loads(path.read_text(encoding="utf-8"))
        rows = map(Measured.read, value["rows"])
        return cls(value["date"], value["machine"], value["versions"], {row.row: row for row in rows})

    def write(self, path: Path) -> None:
        rows = ",\n  ".join(json.dumps(asdict(measured)) for measured in self.rows.values())
        head = {"date": self.date, "machine": self.machine, "versions": self.versions}
        lines = [f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items()]
        path.write_text("{\n" + "".join(lines) + f' "rows": [\n  {rows}\n ]\n}}\n', encoding="utf-8")


@cache
def code_digest() -> str:
    """Tells the measured code from another: a result of other code is none of this one's."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted((ROOT / "reconcile").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def folder_of(*, quick: bool) -> Path:
    """Where the results of rows are kept."""
    return FOLDER / ("quick" if quick else "full")


def _path(row: str, *, quick: bool) -> Path:
    return folder_of(quick=quick) / f"{row}.json"


def keep(measured: Measured, *, quick: bool) -> None:
    """Write the result of a row."""
    path = _path(measured.row, quick=quick)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"code": code_digest(), **asdict(measured)}, indent=1), encoding="utf-8")


def kept(row: str, *, quick: bool) -> Measured | None:
    """The result of a row, if there is one of this code."""
    path = _path(row, quick=quick)
    if not path.exists():
        return None
    value = json.loads(path.read_text(encoding="utf-8"))
    return Measured.read(value) if value.pop("code") == code_digest() else None
