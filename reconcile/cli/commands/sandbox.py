"""`reconcile sandbox`: the embedded Evance API, for demos, dry runs and other people's tests."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconcile.cli.formats import text_or_json_option
from reconcile.cli.help import CommandGroup, HelpfulCommand
from reconcile.cli.output import print_error, print_text
from reconcile.cli.shared_options import options_before_commands
from reconcile.declare.configuration_file import find_configuration

_INSTANT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])


def _of_the_project(_context: click.Context, _option: click.Parameter, named: Path | None) -> Path:
    """The account's file that was named, else the one that the other commands use for ``kind: sandbox``."""
    if named is not None:
        return named
    configuration = os.path.realpath(find_configuration().path)
    folder = Path(os.path.relpath(configuration)).parent
    return folder / ".reconcile" / "sandbox.sqlite3"


_OPEN_TO_THE_NETWORK = (
    "Warning: {host} is not loopback: everybody in its network can call this API, and read the "
    "credentials and the data that pass unencrypted; only /_sandbox/ is kept to this machine. "
    "Serve no personal data like this"
)

_db = click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_of_the_project,
    help="The account's SQLite file; made when it is not there.  "
    "[default: .reconcile/sandbox.sqlite3 beside the configuration]",
)


@click.group(cls=CommandGroup)
@options_before_commands
def sandbox() -> None:
    """Run an Evance API of our own on this machine."""


def _with_our_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Raise a failure of the sandbox as an error of ours, which the command line prints in one line."""

    @wraps(command)
    def run(**options: Any) -> None:
        from reconcile.errors import ReconcileError, UsageError
        from reconcile.sandbox import SandboxError, WrongWord

        try:
            command(**options)
        except WrongWord as error:
            raise UsageError(str(error)) from error
        except SandboxError as error:
            raise ReconcileError(str(error)) from error

    return run


def _pairs(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [value.partition("=") for value in values]
    for name, equals, _ in pairs:
        if not equals:
            raise click.BadParameter(f"write NAME=VALUE, not {name!r}")
    return {name: value for name, _, value in pairs}


@sandbox.command(
    short_help="Serve the account until stopped.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile sandbox serve", "until Ctrl-C; one JSON line says where"),
        ("reconcile sandbox serve --port 0 --profile hostile", "at a free port, as awkward as can be"),
    ],
)
@_db
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8081, show_default=True, help="0 takes a free one."
)
@click.option("--profile", help="Named set of switches: documented, hostile, awkward.")
@click.option(
    "--switch", "switches", multiple=True, callback=_pairs, metavar="NAME=VALUE", help="Turn one switch."
)
@click.option("--fault", "faults", multiple=True, metavar="FAULT", help="Go wrong: NAME[:key=value,…].")
@click.option("--fault-seed", type=int, default=1, show_default=True, help="Repeats chance the same way.")
@click.option("--now", type=_INSTANT, help="Stop the account's clock at this instant.")
@click.option("-v", "--verbose", is_flag=True, help="Log each request to standard error.")
@_with_our_errors
def serve(db: Path, **options: Any) -> None:
    """Serve the account until stopped; prints one JSON line with URL and credentials when ready."""
    from reconcile.sandbox import Options
    from reconcile.sandbox import serve as serve_account

    given = Options(**options)
    if given.open_to_network:
        print_error(_OPEN_TO_THE_NETWORK.format(host=given.host))
    serve_account(db, given, lambda access: print_text(json.dumps(asdict(access))))


@sandbox.command(
    short_help="Fill the emptied account with a shop.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile sandbox seed", "the built-in shop"),
        ("reconcile sandbox seed --contacts 1000", "a generated one"),
    ],
)
@_db
@click.option(
    "--contacts", type=click.IntRange(0, 10_000_000), help="Generate so many contacts, not the shop."
)
@click.option(
    "--seed", "number", type=int, default=1, show_default=True, help="Number that decides what is generated."
)
@click.option("--now", type=_INSTANT, help="Instant that generated dates lie around.  [default: now]")
@click.option("--profile", help="Also set the switches: documented, hostile, awkward.")
@_with_our_errors
def seed(db: Path, contacts: int | None, number: int, now: datetime | None, profile: str | None) -> None:
    """Fill the emptied account, with the built-in shop unless told otherwise."""
    from reconcile.sandbox import seed as seed_account

    counts = seed_account(db, contacts=contacts, seed=number, now=now, profile=profile)
    print_text(
        f"{db}: {counts.contacts} contacts, {counts.roles} roles, {counts.grants} grants, {counts.tags} tags"
    )


@sandbox.command(
    cls=HelpfulCommand,
    examples=[
        ("reconcile sandbox reset", "an empty account"),
    ],
)
@_db
@_with_our_errors
def reset(db: Path) -> None:
    """Empty the account; credentials and switches stay."""
    from reconcile.sandbox import reset as reset_account

    reset_account(db)
    print_text(f"{db}: empty")


@sandbox.command(
    short_help="Show contacts, roles, grants, requests, changes and more.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile sandbox show contacts", "who is there"),
        ("reconcile sandbox show contact:13 --format json", "one contact, for a program"),
    ],
)
@click.argument("what", metavar="WHAT")
@_db
@text_or_json_option
@_with_our_errors
def show(what: str, db: Path, form: str) -> None:
    """Show contacts, contact:ID, roles, grants, outbox, requests or switches."""
    from reconcile.sandbox import show as show_rows

    rows = show_rows(db, what)
    if form == "json":
        print_text(json.dumps(rows, indent=2))
        return
    for row in rows:
        print_text(
            "  ".join(f"{name}={_word(value)}" for name, value in row.items() if value not in (None, "", []))
        )


def _word(value: object) -> str:
    """A value as one printable word: live text may hold control characters."""
    from reconcile.text import shows

    return json.dumps(value) if not isinstance(value, str) or not shows(value) or " " in value else value
