"""The page of all commands and their options, from what the command line says of itself."""

import re
from collections import Counter
from collections.abc import Iterator
from inspect import cleandoc

import click

from reconcile.cli.command_line import cli
from reconcile.errors import ExitCode
from tools.references.tables import table

INTRODUCTION = """\
# Commands and options

Every command with every option, as `--help` has them. This page is made from the code by
`tools/generate.py`. What a command is for, with examples, stands on the page of its subject; the
[exit codes](#exit-codes) are the same for all.
"""

COMMON = """
## Common options

Most commands that work on a project take these. They are told from the folder where the command is called.

"""

EXIT_CODES = {
    ExitCode.DONE: "done; for `plan`: planned, with changes or without",
    ExitCode.FAILED: "failed: API, network, authentication, anything unexpected",
    ExitCode.CHANGES: "changes pending: `plan --detailed-exitcode`, `drift`",
    ExitCode.REFUSED: "refused, nothing written (`plan --check`: it would be): a guard, a stale or expired "
    "plan, a protected item, no approval, a wrong clock, roles lost in an earlier run",
    ExitCode.PARTLY_APPLIED: "partly applied: some contacts were set aside, not written, or not confirmed by "
    "reading back",
    ExitCode.USAGE: "wrong call: unknown option or command",
    ExitCode.INVALID: "the declarations or the configuration are invalid",
}

MANY = 8
"""An option that so many commands have, word for word, is a common one."""

Record = tuple[str, str]
"""An option as `--help` shows it: its forms, and what it does with its default."""


def commands_page() -> str:
    """The page, a section for each command in the order of their names."""
    commands = dict(_commands(cli, click.Context(cli, info_name="reconcile")))
    common = _common(commands)
    parts = [INTRODUCTION, COMMON, _options(common), "\n## Exit codes\n\n", _exit_codes()]
    parts += [_section(context, records, common) for context, records in commands.items()]
    return "".join(parts)


def _exit_codes() -> str:
    return table(("code", "meaning"), ((str(int(code)), EXIT_CODES[code]) for code in ExitCode))


def _commands(command: click.Command, context: click.Context) -> Iterator[tuple[click.Context, list[Record]]]:
    """The command and all below it, each with its options. Contexts are distinct, so they serve as keys."""
    yield context, _records(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.commands[name]
            if not below.hidden:
                yield from _commands(below, click.Context(below, context, info_name=name))


def _records(context: click.Context) -> list[Record]:
    params = context.command.get_params(context)
    records = (param.get_help_record(context) for param in params)
    return [record for record in records if record and (record[1] or record[0].startswith("-"))]


def _common(commands: dict[click.Context, list[Record]]) -> list[Record]:
    """The options that many commands share, in the order of their first use, the help last."""
    times = Counter(record for records in commands.values() for record in records)
    common = [record for record, number in times.items() if number >= MANY]
    return sorted(common, key=lambda record: "--help" in record[0])


def _section(context: click.Context, records: list[Record], common: list[Record]) -> str:
    own = [record for record in records if record not in common]
    level = "##" if len(context.command_path.split()) <= 2 else "###"
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    text = _as_markdown(context.command.help or "")
    parts = [f"\n{level} {context.command_path}\n\n`{usage}`\n\n{text}\n"]
    if own:
        parts.append(f"\n{_options(own)}")
    if shared := [record[0].split()[0].rstrip(",") for record in records if record in common]:
        names = ", ".join(f"`{name}`" for name in shared)
        parts.append(f"\nOf the [common options](#common-options): {names}.\n")
    return "".join(parts)


def _as_markdown(text: str) -> str:
    """A command's help, whose signs are no Markdown."""
    return re.sub(r"([*<\[])", r"\\\1", cleandoc(text).replace("\b\n", ""))


def _options(records: list[Record]) -> str:
    return table(("option", "what it does"), ((f"`{forms}`", about) for forms, about in records))
