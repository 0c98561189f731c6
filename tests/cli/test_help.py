"""How commands present themselves: what help shows, where options may stand, and what they mean there."""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import pytest

from reconcile.cli.command_line import cli
from reconcile.cli.commands.table import CI_STEPS, SECTIONS, CommandRow, ImportedCommands
from reconcile.cli.help import CommandGroup, HelpfulCommand, own_options_of, shared_options_of
from reconcile.errors import ExitCode
from tests.support.command_line import CommandResult, run_command

ALL = {"--config", "--target", "--declarations", "--as-of", "--quiet", "--verbose", "--no-progress"}

NO_FOLDER = ALL - {"--declarations"}
"""Commands that go by the configuration and the account, or by journals, alone."""

LOCAL = {"--config", "--target", "--quiet"}
"""Commands that ask nobody, or the forge alone."""

SHARED = {
    "apply": ALL,
    "ci apply": NO_FOLDER,
    "ci comment": LOCAL,
    "ci drift-issue": LOCAL | {"--as-of"},
    "ci journals": LOCAL | {"--as-of", "--verbose"},
    "ci keep": LOCAL | {"--as-of"},
    "ci plan": ALL,
    "ci preview": NO_FOLDER,
    "ci result": LOCAL,
    "ci reviewed": LOCAL,
    "ci targets": LOCAL,
    "completion": set(),
    "demo": ALL,
    "doctor": NO_FOLDER - {"--as-of"},
    "drift": ALL,
    "explain": ALL,
    "fmt": LOCAL | {"--declarations"},
    "history": LOCAL,
    "import": ALL,
    "init": set(),
    "list": NO_FOLDER,
    "plan": ALL,
    "probe": NO_FOLDER,
    "revert": NO_FOLDER,
    "rules": set(),
    "sandbox reset": set(),
    "sandbox seed": set(),
    "sandbox serve": set(),
    "sandbox show": set(),
    "schema": set(),
    "show": LOCAL,
    "timeline": ALL - {"--verbose", "--no-progress"},
    "validate": ALL,
}
"""Which of the shared options change what a command does."""


def commands(group: click.Group = cli, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that is no group, by the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield " ".join([*path, name]), command


COMMANDS = dict(commands())

GROUPS = {"": cli, **{name: group for name, group in cli.commands.items() if isinstance(group, click.Group)}}


def help_of(call: str, columns: int = 80) -> list[str]:
    environment = {"COLUMNS": str(columns), "PATH": "/usr/bin:/bin"}
    done = run_command(*call.split(), "--help", environment=environment, folder=Path(__file__).parent)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def run(*arguments: str, folder: Path, **environment: str) -> CommandResult:
    return run_command(*arguments, environment={"PATH": "/usr/bin:/bin", **environment}, folder=folder)


@pytest.mark.parametrize("call", sorted({*COMMANDS, *GROUPS}), ids=lambda call: call or "reconcile")
def test_help_fits_on_a_terminal(call: str) -> None:
    """Its own options stand first, each line fits on 80 columns, and the common ones after them."""
    lines = help_of(call)
    assert [line for line in lines if len(line) > 80] == []
    titles = [line for line in lines if re.fullmatch(r"[A-Z][a-z ]+:", line)]
    wanted = ["Options:", "Common options:"] if call not in COMMANDS else WANTED
    assert [title for title in titles if title in WANTED] == [title for title in wanted if title in titles]
    assert "Common options:" in titles
    assert [line for line in lines if re.fullmatch(r"  [A-Z[{][^ ]*", line)] == []  # rows that say nothing


WANTED = ["Options:", "Common options:", "Examples:", "Exit codes:"]


@pytest.mark.parametrize("call", sorted(COMMANDS))
def test_only_options_that_mean_something_there(call: str) -> None:
    """Whoever gives a command an option learns when it would change nothing."""
    assert {option.opts[-1] for option in shared_options_of(COMMANDS[call])} == SHARED[call]


@pytest.mark.parametrize("call", sorted(COMMANDS))
def test_each_command_has_examples_that_can_be_copied(call: str) -> None:
    """Each is a call of that very command, with options that it has, and stands on lines of its own."""
    command = COMMANDS[call]
    assert isinstance(command, HelpfulCommand)
    assert command.examples
    for example, use in command.examples:
        program, *words = shlex.split(example.partition(" > ")[0])
        assert (program, words[: len(call.split())]) == ("reconcile", call.split())
        assert use
        with click.Context(cli, info_name="reconcile") as context:
            command.make_context(call, words[len(call.split()) :], parent=context)


@pytest.mark.parametrize("call", sorted(COMMANDS))
def test_each_command_tells_its_exit_codes(call: str) -> None:
    """Those that every command has, the configuration's where it reads one, and those of its own."""
    command = COMMANDS[call]
    assert isinstance(command, HelpfulCommand)
    codes = set(command.exit_codes)
    assert codes >= {ExitCode.DONE, ExitCode.FAILED, ExitCode.USAGE}
    assert (ExitCode.INVALID in codes) == ("--config" in SHARED[call])
    shown = help_of(call)
    assert [line.split()[0] for line in shown[shown.index("Exit codes:") + 1 :]] == [
        str(int(code)) for code in sorted(codes)
    ]


@pytest.mark.parametrize("name", sorted(GROUPS), ids=lambda name: name or "reconcile")
def test_help_lists_the_commands_in_whole_sentences(name: str) -> None:
    """Also on 80 columns: a sentence that is cut says nothing of what tells commands apart."""
    group = GROUPS[name]
    lines = help_of(name)
    listed = {line.split()[0]: line for line in lines if re.match(r"  [a-z][a-z-]+ +[A-Z]", line)}
    assert set(listed) == set(group.commands)
    assert [line for line in listed.values() if not line.endswith(".") or line.endswith("...")] == []


def test_help_is_asked_for_in_two_ways_however_a_command_is_come_by() -> None:
    """Click keeps the option that it makes first, perhaps for a command without its group."""
    for command in (cli, *cli.commands.values()):
        option = command.get_help_option(click.Context(command))
        assert option is not None
        assert option.opts == ["-h", "--help"], command.name


def test_each_command_stands_in_one_section() -> None:
    """Help lists no command under a title of last resort."""
    named = [name for names in SECTIONS.values() for name in names]
    assert len(named) == len(set(named))
    assert set(cli.commands) == set(named)


@pytest.mark.parametrize(
    ("name", "rows"),
    [("", {n: row for rows in SECTIONS.values() for n, row in rows.items()}), ("ci", CI_STEPS)],
)
def test_a_row_of_the_table_says_what_its_command_says(name: str, rows: Mapping[str, CommandRow]) -> None:
    """Its name and its sentence, though nobody imports the command to list it."""
    group = GROUPS[name]
    assert isinstance(group.commands, ImportedCommands)
    told = {command.name: command.get_short_help_str(200) for command in group.commands.values()}
    assert {called: sentence for called, (_, sentence) in rows.items()} == told


@pytest.mark.parametrize("name", ["", "ci"])
def test_each_option_before_a_command_is_one_that_some_command_has(name: str) -> None:
    """Help of a group lists them without looking at its commands."""
    of_commands = {word for call, words in SHARED.items() if call.startswith(name) for word in words}
    assert {option.opts[-1] for option in shared_options_of(GROUPS[name])} == of_commands == ALL


def test_a_command_is_added_and_taken_away_as_in_any_group() -> None:
    """What extends the command line finds the mapping that Click documents."""
    commands = ImportedCommands(CI_STEPS)
    commands["more"] = click.Command("more", short_help="Do more.")
    assert commands.sentences["more"] == "Do more."
    assert commands["more"].name == "more"
    del commands["more"]
    assert list(commands) == list(CI_STEPS)
    assert len(commands) == len(CI_STEPS)
    with pytest.raises(KeyError):
        commands["more"]


CONFIGURED = """\
version: 1
targets:
  outlet: {kind: evance, account: outlet.evance.me, contacts: outlet/}
  shop: {kind: evance, account: shop.evance.me, contacts: shop/}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with two accounts and no default one."""
    (tmp_path / "reconcile.yaml").write_text(CONFIGURED)
    for name in ("outlet", "shop"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(
            f"contacts:\n  - email: {name}@example.com\n"
            "    roles: [{reference: press, expires: 2026-12-01}]\n"
        )
    return tmp_path


MOMENT = ("--as-of", "2026-11-23T09:00:00Z")


def test_options_stand_before_the_command_or_after_it(folder: Path) -> None:
    """It is the same, and what stands after it wins."""
    after = run("timeline", *MOMENT, "--target", "shop", "-q", folder=folder)
    assert after.code == 0
    assert "shop@example.com" in after.out
    assert run("-q", *MOMENT, "--target", "shop", "timeline", folder=folder) == after
    assert run("--target", "outlet", *MOMENT, "timeline", "--target", "shop", "-q", folder=folder) == after


def test_what_stands_before_goes_through_groups(folder: Path) -> None:
    """A job of a pipeline is called in the same way."""
    (folder / "elsewhere.yaml").write_text(CONFIGURED.replace("outlet", "annex"))
    told = run("--config", "elsewhere.yaml", "ci", "targets", folder=folder)
    assert (told.code, told.out) == (0, '["annex", "shop"]\n')
    assert run("ci", "--config=elsewhere.yaml", "targets", folder=folder) == told


@pytest.mark.parametrize("option", ["--config=x.yaml", "--target=shop", "--as-of=2026-11-23"])
@pytest.mark.parametrize("call", ["schema", "rules quotes", "sandbox show contacts"])
def test_an_option_that_would_change_nothing_is_refused(folder: Path, call: str, option: str) -> None:
    """Whoever believes that it chose something would be misled; what only says less or more does no harm."""
    done = run(option, *call.split(), folder=folder)
    assert done.code == 64
    assert f"has no {option.split('=', maxsplit=1)[0]}" in done.err
    assert run("-q", "--no-progress", "schema", folder=folder).code == 0


@pytest.mark.parametrize("arguments", [["-q", "-v"], ["-q", "--verbose"]])
def test_quiet_and_verbose_contradict_each_other(folder: Path, arguments: list[str]) -> None:
    """Asked for both, wherever they stand, the command asks back."""
    assert run("plan", *arguments, folder=folder).code == 64
    assert run(arguments[0], "plan", arguments[1], folder=folder).code == 64


@pytest.mark.parametrize("call", ["plan", "timeline", "explain shop@example.com", "apply --yes"])
def test_several_targets_without_a_default_one(folder: Path, call: str) -> None:
    """The error names them all, and each way to choose; nothing is read from an account by chance."""
    done = run(*call.split(), folder=folder)
    assert done.code == 64
    for words in ("outlet, shop", "--target", "RECONCILE_TARGET", "'target: outlet'"):
        assert words in done.err


def test_one_target_needs_no_default(folder: Path) -> None:
    (folder / "reconcile.yaml").write_text(
        "version: 1\ntargets:\n  shop: {kind: evance, account: shop.evance.me, contacts: shop/}\n"
    )
    assert run("timeline", folder=folder).code == 0


def test_a_target_that_is_called_sandbox_is_no_default_one(folder: Path) -> None:
    """Its name makes no choice that nobody wrote."""
    (folder / "reconcile.yaml").write_text(CONFIGURED.replace("outlet:", "sandbox:"))
    done = run("timeline", folder=folder)
    assert done.code == 64
    assert "sandbox, shop" in done.err


def test_the_environment_names_the_target(folder: Path) -> None:
    """Where no option does; the option wins, and an empty variable is none."""
    shop = run("timeline", *MOMENT, folder=folder, RECONCILE_TARGET="shop")
    assert "shop@example.com" in shop.out
    outlet = run("timeline", *MOMENT, "--target=outlet", folder=folder, RECONCILE_TARGET="shop")
    assert "outlet@example.com" in outlet.out
    assert run("--target=outlet", "timeline", *MOMENT, folder=folder, RECONCILE_TARGET="shop") == outlet
    assert run("timeline", folder=folder, RECONCILE_TARGET="").code == 64


def test_a_wrong_name_of_a_target_is_told_with_its_source(folder: Path) -> None:
    """Whoever forgot a variable finds it."""
    done = run("timeline", folder=folder, RECONCILE_TARGET="shpo")
    assert done.code == 64
    assert "'shpo', which RECONCILE_TARGET names; it has: outlet, shop; did you mean 'shop'?" in done.err
    assert "'shpo', which --target names" in run("timeline", "--target", "shpo", folder=folder).err


def test_a_job_of_a_pipeline_goes_by_the_variable_too(folder: Path) -> None:
    assert run("ci", "targets", folder=folder, RECONCILE_TARGET="shop").out == '["shop"]\n'


@pytest.mark.parametrize("call", ["plna", "ci plna", "plan --ouut x", "sandbox srve"])
def test_what_is_misspelt_is_guessed(folder: Path, call: str) -> None:
    done = run(*call.split(), folder=folder)
    assert done.code == 64
    assert "Did you mean" in done.err


def test_only_what_is_spelt_alike_is_guessed(folder: Path) -> None:
    """A guess that leads elsewhere is worse than none; and each message is a line."""
    assert run("timeline", "--out", "x", folder=folder).err.splitlines()[0] == "No such option '--out'."
    missing = run("completion", folder=folder).err.splitlines()
    assert missing[0] == "Missing argument '{bash|zsh|fish}'. Choose from: bash, zsh, fish"


def test_short_options(folder: Path) -> None:
    assert run("-V", folder=folder).out == run("--version", folder=folder).out
    assert run("-h", folder=folder).out == run("--help", folder=folder).out
    assert isinstance(cli, CommandGroup)
    assert [option.name for option in own_options_of(cli)] == ["version"]
