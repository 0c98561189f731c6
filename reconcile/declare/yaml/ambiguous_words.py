"""Words that are ambiguous without quotes: what YAML 1.1 or 1.2 readers make of them instead of text."""

import re

BOOLEANS = frozenset(
    word
    for stem in ("y", "n", "yes", "no", "true", "false", "on", "off")
    for word in (stem, stem.capitalize(), stem.upper())
)

NULLS = frozenset({"Null", "NULL"})

INDICATORS = frozenset({"=", "<<"})

_SPECIAL = BOOLEANS | NULLS | INDICATORS

_NUMERIC_START = frozenset("0123456789+-.")

_NUMBER = re.compile(
    r"""
      [-+]? 0b [01_]+                                    # binary
    | [-+]? 0o [0-7_]+                                   # octal, YAML 1.2
    | [-+]? 0x [0-9a-fA-F_]+                             # hexadecimal
    | [-+]? [0-9] [0-9_]* (:[0-5]?[0-9])+ (\.[0-9_]*)?   # sexagesimal: 12:30 is 750
    | [-+]? (\.[0-9]|[0-9]) [0-9_]* (\.[0-9_]*)? ([eE][-+]?[0-9]+)?
    | [-+]? \. (inf|Inf|INF)
    | \. (nan|NaN|NAN)
    """,
    re.ASCII | re.VERBOSE,
)

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?", re.ASCII)

FIRST_CHARACTERS = frozenset("0123456789+-.~") | {word[0] for word in _SPECIAL}
"""The first characters of all ambiguous words: a word that begins otherwise need not be looked up."""


def other_meaning(word: str) -> str | None:
    """What else a word without quotes means to YAML, such as ``a number``; None when it is only text."""
    if word in _SPECIAL:
        return "a boolean" if word in BOOLEANS else "nothing" if word in NULLS else "a sign"
    if word[0] not in _NUMERIC_START:
        return None
    if _NUMBER.fullmatch(word):
        return "a number"
    return "a date" if _DATE.fullmatch(word) else None
