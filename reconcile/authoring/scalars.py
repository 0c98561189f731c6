"""Single values and comments as YAML text that every reader takes for the same, YAML 1.1, YAML 1.2 and ours.

Names and tags are typed by customers: no text may end its value or its comment, or mean something else
without quotes.
"""

import re
from datetime import date, datetime
from functools import lru_cache

from reconcile.clock import utc_text
from reconcile.declare.problems import NULLS
from reconcile.declare.schema.texts import other_meaning
from reconcile.text import character_name, escape_unprintable, invisible_character, without_commands

LONGEST_KEY = 1_000
"""Maximum length of a key with its quotes; YAML readers look for the colon within 1,024 characters."""

_PLAIN = re.compile(r"[^\W\d_](?:[\w.@+/'()-]|(?<=\w) (?=\w))*(?<=[\w)])")
"""Words that need no quotes anywhere: a letter, then nothing that YAML gives a meaning."""

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}

_MODELINE = re.compile(
    r"(\byaml-language-server|\bvim?(?:[<=>]*[0-9]+)?|\bex|\bkate|\blocal variables|\$schema)(\s*):",
    re.IGNORECASE,
)
"""What an editor obeys in a comment: ``# yaml-language-server: $schema=https://…``, ``# vim700: …``."""


@lru_cache(maxsize=16_384)
def scalar(text: str) -> str:
    """A text as YAML, on one line, in quotes where it needs them.

    Raises ValueError for a text with a character that nobody sees, which declarations can't hold.
    """
    if sign := invisible_character(text):
        raise ValueError(f"declarations can't hold a text with {character_name(sign)}")
    if _PLAIN.fullmatch(text) and text not in NULLS and not other_meaning(text):
        return text
    return without_commands(f'"{"".join(map(_in_quotes, text))}"')  # a file is shown in logs, too


def name_text(name: str) -> str:
    """A name of a role, tag, bundle or contact as YAML.

    Raises ValueError for one that declarations can't hold: of several lines, with a tab, or blank.
    """
    if not name.strip() or "\n" in name or "\t" in name:
        raise ValueError(f"declarations can't hold {name!r} as a name")
    return scalar(name)


def _in_quotes(sign: str) -> str:
    """A character as it stands between double quotes; one that does not print is given by its number."""
    if sign in _ESCAPES or sign.isprintable():
        return _ESCAPES.get(sign, sign)
    return f"\\U{ord(sign):08X}" if ord(sign) > 0xFFFF else f"\\u{ord(sign):04X}"


def key_text(name: str) -> str:
    """A name as a key of a mapping; ValueError for one that is too long to be one."""
    text = name_text(name)
    if len(text) > LONGEST_KEY:
        raise ValueError(f"a name with {len(name)} characters can't be a key in YAML")
    return text


def moment_text(value: date) -> str:
    """A day as ``2027-01-31``, an instant as ``2027-01-31T17:00:00Z``."""
    return utc_text(value) if isinstance(value, datetime) else value.isoformat()


def comment_text(text: str) -> str:
    """``# …``: a comment on one line that ends nowhere else and that no editor obeys; nothing for no text."""
    shown = escape_unprintable(text.strip())
    harmless = _MODELINE.sub(r"\1\2\\x3a", shown).replace("-*-", r"-\x2a-")
    return without_commands(f"# {harmless}") if harmless else ""
