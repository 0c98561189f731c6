"""What goes wrong on demand, and when: faults as text, and the seeded choice of those that strike.

A fault is written `NAME` or `NAME:key=value,key=value`, such as `status:code=503,method=GET,p=0.1`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from reconcile.sandbox.options import WrongWord


class Kind(StrEnum):
    """The ways to go wrong."""

    LATENCY = "latency"
    RATE_LIMIT = "rate-limit"
    STATUS = "status"
    RESET = "reset"
    TRUNCATE = "truncate"
    HTML = "html"
    EXPIRE_TOKEN = "expire-token"  # noqa: S105 - a name
    PAGE_SHIFT = "page-shift"
    LOST_ROW = "lost-row"
    WRITER = "writer"


_MOMENTS = ("before", "after")

_RETRY_AFTER = ("seconds", "date", "none")

# Keys of each kind: a tuple lists the words allowed, a number or text is the default, None means no default.
_KEYS: dict[Kind, dict[str, Any]] = {
    Kind.LATENCY: {"ms": 50.0, "jitter": 0.0},
    Kind.RATE_LIMIT: {"rate": 5.0, "burst": 1.0, "retry-after": _RETRY_AFTER},
    Kind.STATUS: {"code": 503.0, "when": _MOMENTS, "retry-after": ("none", "seconds", "date")},
    Kind.RESET: {"when": _MOMENTS},
    Kind.TRUNCATE: {"how": ("json", "wire")},
    Kind.HTML: {"code": 502.0, "when": _MOMENTS},
    Kind.EXPIRE_TOKEN: {},
    Kind.PAGE_SHIFT: {"how": ("repeat", "skip", "swap"), "page": 2.0},
    Kind.LOST_ROW: {"how": ("missing", "repeated")},
    Kind.WRITER: {"contact": 0.0, "when": _MOMENTS, "grant": "", "revoke": "", "tag": "", "untag": ""},
}

# When it strikes: of the requests that match, the n-th, each so-manieth, or by chance; at most so often.
_WHEN: dict[str, Any] = {"method": "*", "path": "/api/*", "n": 0.0, "every": 0.0, "p": 1.0, "times": 0.0}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault as it was asked for; settings have their defaults filled in."""

    kind: Kind
    settings: Mapping[str, Any]
    text: str

    def number(self, key: str) -> float:
        """A setting that is a number."""
        return float(self.settings[key])

    def word(self, key: str) -> str:
        """A setting that is a word."""
        return str(self.settings[key])


def read_fault(text: str) -> Fault:
    """Parse a fault; raises WrongWord that says what is wrong and what there is."""
    name, _, rest = text.partition(":")
    if name not in set(Kind):
        raise WrongWord(f"no fault {name!r}; there are {', '.join(sorted(Kind))}")
    kind = Kind(name)
    known = {**_WHEN, **_KEYS[kind]}
    given = dict(_pair(one, text) for one in rest.split(",") if one)
    strange = sorted(set(given) - set(known))
    if strange:
        raise WrongWord(f"fault {name} has no {strange[0]!r}; it has {', '.join(sorted(known))}")
    settings = {key: _setting(name, key, given.get(key), default) for key, default in known.items()}
    return Fault(kind, settings, text)


@dataclass(slots=True)
class ArmedFault:
    """A fault on watch: what it counted so far, its own chance, and what it remembers."""

    fault: Fault
    chance: Random
    seen: int = 0
    struck: int = 0
    memory: dict[str, float] = field(default_factory=dict)

    def strikes(self, method: str, path: str) -> bool:
        """Count this request and tell whether the fault strikes it."""
        fault = self.fault
        if not (fnmatchcase(method, fault.word("method")) and fnmatchcase(path, fault.word("path"))):
            return False
        self.seen += 1
        hit = self._is_turn() and self.chance.random() < fault.number("p")
        if not hit or 0 < fault.number("times") <= self.struck:
            return False
        self.struck += 1
        return True

    def delay(self) -> float:
        """Seconds a latency fault waits this time."""
        return (
            max(0.0, self.fault.number("ms") + self.chance.uniform(-1, 1) * self.fault.number("jitter"))
            / 1000
        )

    def wait(self, now: float) -> float:
        """Seconds until a rate limit lets this request pass, 0 for now; `now` is any steady clock."""
        rate, burst = self.fault.number("rate"), max(1.0, self.fault.number("burst"))
        last = self.memory.get("at", now)
        tokens = min(burst, self.memory.get("tokens", burst) + (now - last) * rate)
        passes = tokens >= 1
        self.memory.update(at=now, tokens=tokens - 1 if passes else tokens)
        return 0.0 if passes else (1 - tokens) / rate

    def _is_turn(self) -> bool:
        nth, every = self.fault.number("n"), self.fault.number("every")
        return (not nth or self.seen == nth) and (not every or self.seen % every == 0)


def arm(texts: Sequence[str], seed: int) -> list[ArmedFault]:
    """Faults on watch, each with chance of its own from the seed; raises WrongWord."""
    faults = [read_fault(text) for text in texts]
    # Chance is to be repeated here, not to be secret.
    return [ArmedFault(one, Random(f"{seed} {place} {one.text}")) for place, one in enumerate(faults)]  # noqa: S311


def _pair(text: str, fault: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise WrongWord(f"in fault {fault!r} write key=value, not {text!r}")
    return key.strip(), value.strip()


def _setting(fault: str, key: str, given: str | None, default: Any) -> Any:
    if isinstance(default, tuple):
        if given is not None and given not in default:
            raise WrongWord(f"{key} of fault {fault} is one of {', '.join(default)}, not {given!r}")
        return given or default[0]
    if given is None or isinstance(default, str):
        return default if given is None else given
    return _read_number(fault, key, given)


def _read_number(fault: str, key: str, given: str) -> float:
    least, most = {"code": (100, 599), "rate": (0.001, 1e6)}.get(key, (0, 1e9))
    try:
        number = float(given)
    except ValueError:
        number = -1.0
    if not least <= number <= most:
        raise WrongWord(f"{key} of fault {fault} is a number from {least} to {most:.0f}, not {given!r}")
    return number
