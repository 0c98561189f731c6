"""The results of rows: a file a row in ``build/bench/``, so that a single one can be measured again."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
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

    def ratios(self, name: str) -> list[float]:
        """The seconds of processor of a contender by those of the base in the same round, sorted."""
        pairs = zip(self.samples[name], self.samples[self.base], strict=True)
        return sorted(sample.processor / base.processor for sample, base in pairs)


@cache
def code_digest() -> str:
    """Tells the measured code from another: a result of other code is none of this one's."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted((ROOT / "reconcile").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _path(row: str, *, quick: bool) -> Path:
    return FOLDER / ("quick" if quick else "full") / f"{row}.json"


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
    return Measured.read(value) if value["code"] == code_digest() else None
