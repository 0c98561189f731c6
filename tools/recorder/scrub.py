"""Puts a stable placeholder where a recording holds what is chance, time or the machine."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_SLACK = timedelta(minutes=2)
_INSTANT = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_COMPACT = re.compile(r"(?<!\d)(\d{8}T\d{6})Z", re.ASCII)
_RUN = re.compile(r"(?<!\d)(\d{8}T\d{6}Z)-([0-9a-f]{6})(?![0-9a-f])", re.ASCII)
_DATE_HEADER = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")

_SEAL = re.compile(r"(?<!sha256:)(?<![0-9a-f])(?!0{64})[0-9a-f]{64}(?![0-9a-f])", re.ASCII)

RULES: tuple[tuple[str, str], ...] = (
    (r"Bearer [0-9a-f]{40}\b", "Bearer <token>"),
    (r"eyJ[\w-]+\.[\w-]+\.[\w-]+", "<assertion>"),
    (r"(127\.0\.0\.1|localhost|\[::1\]):[2-6]\d{4}\b", r"\1:<port>"),
    (r"reconcile-demo-\w+", "reconcile-demo-<chance>"),
    (r"(?<![\w.])\d+\.\d+ (ms|s)\b", r"<time> \1"),
    (r"process \d+", "process <number>"),
    (r"(<repository>[\w./-]*\.py):\d+", r"\1:<line>"),
)
"""Patterns and what stands for them, in order."""


class Scrubber:
    """Scrubs the texts of one scenario; a run keeps its number from one text to the next.

    `literals` are texts of this scenario, such as its folder, and what stands for them. From the first time
    of the recording that stands in a journal on, the hashes of lines are scrubbed too, since they hold it.
    """

    def __init__(self, literals: Mapping[str, str]) -> None:
        self._literals: list[tuple[str, str]] = []
        self.know(literals)
        self._runs: dict[str, int] = {}
        self._timely = False
        self._since = datetime.now(UTC) - _SLACK
        self._rules = [(re.compile(pattern), stand_in) for pattern, stand_in in RULES]

    def know(self, literals: Mapping[str, str]) -> None:
        """Put a placeholder for these texts, too; the longest are looked for first."""
        self._literals = sorted([*self._literals, *literals.items()], key=lambda entry: -len(entry[0]))

    def __call__(self, text: str) -> str:
        """The text with placeholders."""
        for literal, stand_in in self._literals:
            text = text.replace(literal, stand_in)
        text = _DATE_HEADER.sub("<date>", _RUN.sub(self._run, text))
        text = _COMPACT.sub(self._compact, _INSTANT.sub(self._instant, text))
        for pattern, stand_in in self._rules:
            text = pattern.sub(stand_in, text)
        self._timely = self._timely or ('"previous":' in text and "<now>" in text)
        return _SEAL.sub("<hash>", text) if self._timely else text

    def _run(self, found: re.Match[str]) -> str:
        """A run's name: its time, and a number in place of chance."""
        number = self._runs.setdefault(found[0], len(self._runs) + 1)
        return f"{found[1]}-<run {number}>"

    def _instant(self, found: re.Match[str]) -> str:
        offset = (found[5] or "Z").replace("Z", "+00:00")
        return self._unless_now(found[0], f"{found[1]}T{found[3]}{offset}")

    def _compact(self, found: re.Match[str]) -> str:
        return self._unless_now(found[0], f"{found[1]}+0000")

    def _unless_now(self, text: str, iso: str) -> str:
        """The text, or a placeholder when the instant lies in the time of the recording."""
        try:
            moment = datetime.fromisoformat(iso)
        except ValueError:
            return text
        return "<now>" if self._since <= moment <= datetime.now(UTC) + _SLACK else text
