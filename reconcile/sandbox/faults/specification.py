"""What a fault is: a row with its keys, the text that asks for it, and when it strikes.

A fault is written `NAME` or `NAME:key=value,key=value`, such as `status:code=503,method=GET,p=0.1`.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import Any, Literal

from reconcile.sandbox.clock import from_atom
from reconcile.sandbox.messages import Reply, Request
from reconcile.sandbox.options import WrongWord
from reconcile.sandbox.switches import RequestContext

Moment = Literal["before", "after"]
"""Before or after the account is asked for an answer."""

MOMENTS = ("before", "after")

_STRIKE_KEYS: dict[str, Any] = {
    "method": "*",
    "path": "/api/*",
    "n": 0.0,
    "every": 0.0,
    "p": 1.0,
    "times": 0.0,
}
"""Keys of every fault: which requests match, and which of those it strikes.

`n`: the n-th; `every`: each whose number divides by it; `p`: the probability; `times`: maximum number of
strikes. 0 is no limit.
"""

_NUMBERS = {"code": (100, 599), "rate": (0.001, 1e6), "seconds": (-1e9, 1e9)}
"""The range of a key's number; any other is from 0 to 1e9."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong: a row of the table of faults.

    `keys` holds the defaults: a tuple lists the allowed words, the first is the default; None stands for an
    ATOM date-time, which need not be given. What a fault does is
    one (or more) of the functions; each gets the armed fault first:

    * `delay`: seconds by which the answer is late.
    * `replace`: a reply instead of the account's answer, at its moment; None leaves the answer.
    * `cuts`: the connection breaks, at its moment.
    * `disturb`: changes the account behind the caller's back, at its moment.
    * `rewrite`: the account's answer, altered.
    * `truncates`: half of the answer is sent, as its key `how` says.

    The moment is the setting `when`, or before the answer for a fault without that key.
    """

    name: str
    keys: Mapping[str, Any] = field(default_factory=dict)
    delay: Callable[["ArmedFault"], float] | None = None
    replace: Callable[["ArmedFault", Request], Reply | None] | None = None
    disturb: Callable[["ArmedFault", Request, sqlite3.Connection, RequestContext], None] | None = None
    rewrite: Callable[["ArmedFault", Reply], Reply] | None = None
    cuts: bool = False
    truncates: bool = False


@dataclass(slots=True)
class ArmedFault:
    """A fault as it was asked for: its settings, what it has counted, its own chance, what it remembers."""

    fault: Fault
    settings: Mapping[str, Any]
    text: str
    chance: Random
    matched: int = 0
    struck: int = 0
    memory: dict[str, float] = field(default_factory=dict)

    @property
    def moment(self) -> Moment:
        """When it does its work."""
        return "after" if self.settings.get("when") == "after" else "before"

    def number(self, key: str) -> float:
        """A setting that is a number."""
        return float(self.settings[key])

    def word(self, key: str) -> str:
        """A setting that is a word."""
        return str(self.settings[key])

    def instant(self, key: str) -> int | None:
        """A setting that is a date-time, in seconds since 1970."""
        text = self.settings[key]
        return None if text is None else from_atom(text)

    def strikes(self, method: str, path: str) -> bool:
        """Count this request and tell whether the fault strikes it."""
        if not (fnmatchcase(method, self.word("method")) and fnmatchcase(path, self.word("path"))):
            return False
        self.matched += 1
        chosen = self._is_turn() and self.chance.random() < self.number("p")
        if not chosen or 0 < self.number("times") <= self.struck:
            return False
        self.struck += 1
        return True

    def _is_turn(self) -> bool:
        nth, every = self.number("n"), self.number("every")
        return (not nth or self.matched == nth) and (not every or self.matched % every == 0)


def read_fault(text: str, faults: Mapping[str, Fault]) -> tuple[Fault, dict[str, Any]]:
    """Parse the text of a fault: its row, and its settings with the defaults filled in.

    Raises WrongWord that says what is wrong and what there is.
    """
    name, _, rest = text.partition(":")
    if name not in faults:
        raise WrongWord(f"no fault {name!r}; there are {', '.join(sorted(faults))}")
    defaults = {**_STRIKE_KEYS, **faults[name].keys}
    given = dict(_key_and_value(pair, text) for pair in rest.split(",") if pair)
    unknown = sorted(set(given) - set(defaults))
    if unknown:
        raise WrongWord(f"fault {name} has no {unknown[0]!r}; it has {', '.join(sorted(defaults))}")
    settings = {key: _setting(name, key, given.get(key), default) for key, default in defaults.items()}
    return faults[name], settings


def _key_and_value(pair: str, text: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if not equals:
        raise WrongWord(f"in fault {text!r} write key=value, not {pair!r}")
    return key.strip(), value.strip()


def _setting(name: str, key: str, given: str | None, default: Any) -> Any:
    if isinstance(default, tuple):
        if given is not None and given not in default:
            raise WrongWord(f"{key} of fault {name} is one of {', '.join(default)}, not {given!r}")
        return given or default[0]
    if given is None or isinstance(default, str):
        return default if given is None else given
    return _read_instant(name, key, given) if default is None else _read_number(name, key, given)


def _read_instant(name: str, key: str, given: str) -> str:
    try:
        from_atom(given)
    except ValueError:
        raise WrongWord(
            f"{key} of fault {name} is a date-time such as 2026-11-23T09:00:00Z, not {given!r}"
        ) from None
    return given


def _read_number(name: str, key: str, given: str) -> float:
    least, most = _NUMBERS.get(key, (0, 1e9))
    try:
        number = float(given)
    except ValueError:
        number = -1.0
    if not least <= number <= most:
        raise WrongWord(f"{key} of fault {name} is a number from {least} to {most:.0f}, not {given!r}")
    return number
