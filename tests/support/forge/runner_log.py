"""What the runner of a CI job does with the lines of its log, as far as it obeys them."""

import re

from reconcile.text import invisible_character

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

_V1 = re.compile(r"##\w*\[")


def commands_in(log: str) -> list[str]:
    """The lines that a runner obeys, or that one might which compares texts as Unicode says.

    GitHub's reads lines to ``\\n`` or ``\\r``, drops blanks before them, and looks for ``::`` there and for
    ``##[`` anywhere (actions/runner, ``ActionCommand.cs``; its comparisons follow the culture, for which
    characters without a width do not count). Azure Pipelines looks for ``##vso[`` anywhere.
    """
    return [line for line in re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", log) if _is_command(line)]


def _is_command(line: str) -> bool:
    bare = _ANSI.sub("", line)
    seen = "".join(sign for sign in bare if invisible_character(sign) is None).lstrip()
    return seen.startswith("::") or bool(_V1.search(seen))
