"""The page of all commands and their options, from what the command line says of itself."""

import re
from collections.abc import Iterable, Iterator
from inspect import cleandoc

import click

from reconcile.cli.command_line import cli
from reconcile.cli.help import HelpfulCommand, own_options_of, shared_options_of
from reconcile.errors import ExitCode
from tools.references.tables import table

INTRODUCTION = """\
# Commands and options

Every command with every option, as `--help` has them. This page is made from the code by
`tools/generate.py`. What a command is for stands on the page of its subject; what the
[exit codes](#exit-codes) mean is the same for all.
"""

COMMON = """
## Common options

A command takes those that mean something to it, before its name or after it.

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

Record = tuple[str, str]
"""An option as `--help` shows it: its forms, and what it does with its default."""


def commands_page() -> str:
    """The page, a section for each command in the order of their names."""
    contexts = list(_contexts(click.Context(cli, info_name="reconcile", **cli.context_settings)))
    common = dict.fromkeys(record for context in contexts for record in _shared(context))
    parts = [INTRODUCTION, COMMON, _options(common), "\n## Exit codes\n\n", _exit_codes()]
    return "".join([*parts, *map(_section, contexts)])


def _exit_codes() -> str:
    return table(("code", "meaning"), ((str(int(code)), EXIT_CODES[code]) for code in ExitCode))


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """That of a command, and those of all commands below it."""
    yield context
    if isinstance(command := context.command, click.Group):
        for name in command.list_commands(context):
            if not command.commands[name].hidden:
                yield from _contexts(click.Context(command.commands[name], context, info_name=name))


def _shared(context: click.Context) -> list[Record]:
    helping = context.command.get_help_option(context)
    return _records([*shared_options_of(context.command), *([helping] if helping else [])], context)


def _records(params: Iterable[click.Parameter], context: click.Context) -> list[Record]:
    return [record for param in params if (record := param.get_help_record(context)) and any(record)]


def _section(context: click.Context) -> str:
    command = context.command
    level = "##" if len(context.command_path.split()) <= 2 else "###"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [f"{level} {context.command_path}", f"`{usage}`", _as_markdown(command.help or "")]
    if own := [record for record in _records(own_options_of(command), context) if record[1]]:
        parts.append(_options(own).rstrip())
    names = ", ".join(f"`{re.sub(' [A-Z].*', '', forms)}`" for forms, _ in _shared(context))
    parts.append(f"[Common options](#common-options): {names}")
    if isinstance(command, HelpfulCommand):
        parts += _of_helpful(command)
    return "\n" + "\n\n".join(parts) + "\n"


def _of_helpful(command: HelpfulCommand) -> Iterator[str]:
    if command.examples:
        yield table(
            ("example", "what it is for"), ((f"`{call}`", why) for call, why in command.examples)
        ).rstrip()
    codes = "; ".join(f"{int(code)}: {_as_markdown(meaning)}" for code, meaning in command.exit_codes.items())
    yield f"Exit codes: {codes}."


def _as_markdown(text: str) -> str:
    """A command's help, whose signs are no Markdown."""
    return re.sub(r"([*<\[])", r"\\\1", cleandoc(text).replace("\b\n", ""))


def _options(records: Iterable[Record]) -> str:
    return table(("option", "what it does"), ((f"`{forms}`", about) for forms, about in records))
