"""How bash, zsh and fish ask for completions; zsh and fish as Click has it.

Bash cuts words at ``@``, ``=`` and ``:`` (COMP_WORDBREAKS), which addresses have in them. It is therefore
asked for the line instead of for its words, and for the piece that it will replace.
"""

import os
from contextlib import suppress

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

from reconcile.cli.commands.table import COMPLETION_VARIABLE, PROGRAM

_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' type value
    COMPREPLY=()
    while IFS=',' read -r type value; do
        case $type in
            dir) compopt -o dirnames 2> /dev/null ;;
            file) compopt -o default 2> /dev/null ;;
            plain)
                COMPREPLY+=("$value")
                if [[ $value == *= ]]; then compopt -o nospace 2> /dev/null; fi ;;
        esac
    done < <(env %(complete_var)s=bash_complete COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_PIECE="$2" \\
        "$1" 2> /dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s 2> /dev/null ||
    complete -F %(complete_func)s %(prog_name)s
"""


class LineComplete(BashComplete):
    """Completes a line of bash."""

    source_template = _BASH
    _before_piece = ""

    def source(self) -> str:
        """The script; it also runs in a bash of another version than the one that is found here."""
        return ShellComplete.source(self)

    def get_completion_args(self) -> tuple[list[str], str]:
        """The whole words before the cursor, and the one that is typed."""
        line, piece = os.environ.get("COMP_LINE", ""), os.environ.get("COMP_PIECE", "")
        words = split_arg_string(line)[1:]
        typed = words.pop() if words and not line[-1:].isspace() else ""
        value = typed.partition("=")[2] if typed.startswith("--") else typed
        self._before_piece = value.removesuffix(piece)
        return words, typed

    def format_completion(self, item: CompletionItem[str]) -> str:
        """What bash puts in the place of the piece."""
        return f"{item.type},{item.value.removeprefix(self._before_piece)}"


_COMPLETES: dict[str, type[ShellComplete]] = {"bash": LineComplete, "zsh": ZshComplete, "fish": FishComplete}

SHELLS = tuple(_COMPLETES)


def completion_script(command: click.Command, shell: str) -> str:
    """What a shell reads once, so that it asks on the tab key."""
    return _COMPLETES[shell](command, {}, PROGRAM, COMPLETION_VARIABLE).source()


def answer(command: click.Command, asked: str) -> None:
    """Print what completes the line that a shell is asked about; nothing where that can't be told.

    A message would stand in the middle of the line that somebody types.
    """
    shell, _, instruction = asked.partition("_")
    with suppress(Exception):
        if shell in _COMPLETES and instruction == "complete":
            click.echo(_COMPLETES[shell](command, {}, PROGRAM, COMPLETION_VARIABLE).complete())
