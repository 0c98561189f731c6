"""``reconcile init``: what it writes works at once, and what is there already stays as it is."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from reconcile.services.starting.environment import machine_timezone
from tests.support.command_line import CommandResult, run_command

FILES = {
    "reconcile.yaml",
    "contacts/example.yaml",
    "schema/declarations.json",
    "schema/configuration.json",
    ".gitignore",
    ".editorconfig",
    ".vscode/settings.json",
    ".pre-commit-config.yaml",
}


def run_in(folder: Path, *arguments: str, **environment: str) -> CommandResult:
    told = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "TZ": "Europe/Paris", **environment}
    return run_command(*arguments, environment=told, folder=folder)


def files_in(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".git/" not in str(path))
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """An empty folder that is a Git repository."""
    folder = tmp_path / "shop"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    return folder


def next_commands(done: CommandResult) -> list[str]:
    """The commands that it ends with."""
    lines = done.out.partition("\nNext:\n")[2].splitlines()
    return [line.strip().partition("    ")[0] for line in lines]


def test_what_it_writes_works_at_once(empty: Path) -> None:
    """All that it names next works as it stands, from an empty folder to an applied plan."""
    done = run_in(empty, "init")
    assert (done.code, done.err) == (0, "")
    assert set(files_in(empty)) == FILES
    assert [line.split() for line in done.out.split("\n\n")[0].splitlines()] == [
        ["written", file] for file in files_in_order(done)
    ]
    commands = next_commands(done)
    assert commands == ["reconcile validate", "reconcile plan", "reconcile apply"]
    assert run_in(empty, "validate", "--strict").code == 0
    planned = run_in(empty, "plan")
    assert (planned.code, "3 contacts to update" in planned.out) == (0, True), planned.said
    assert run_in(empty, "apply").code == 3  # there is no terminal to ask at
    assert run_in(empty, "apply", "--yes").code == 0
    assert "No changes" in run_in(empty, "plan").out
    status = subprocess.run(
        ["git", "-C", str(empty), "status", "--porcelain"], capture_output=True, check=True
    )
    assert b".reconcile" not in status.stdout


def files_in_order(done: CommandResult) -> list[str]:
    named = [line.split()[1] for line in done.out.split("\n\n")[0].splitlines()]
    assert set(named) == FILES
    return named


def test_the_configuration_says_what_was_asked_for(empty: Path) -> None:
    """The account is the default target; the machine's time zone unless another is named."""
    done = run_in(empty, "init", "--account", "example.evance.me", "--manage", "additive")
    told = yaml.safe_load((empty / "reconcile.yaml").read_text())
    assert (told["target"], told["timezone"]) == ("shop", "Europe/Paris")
    assert told["targets"] == {"shop": {"kind": "evance", "account": "example.evance.me", "rate": 5}}
    assert told["manage"] == {"roles": "additive", "tags": "additive"}
    assert "EVANCE_CREDENTIALS" in done.out
    assert next_commands(done) == ["reconcile import --all", "reconcile validate", "reconcile plan"]
    assert "contacts/example.yaml" not in files_in(empty)
    missing = run_in(empty, "plan", EVANCE_CLIENT_ID="", EVANCE_PRIVATE_KEY="")
    assert "contacts" in missing.err


def test_the_first_declaration_can_be_left_out(empty: Path) -> None:
    """Somebody whose sandbox has other contacts imports those."""
    done = run_in(empty, "init", "--no-example")
    assert "contacts/example.yaml" not in files_in(empty)
    assert next_commands(done)[0] == "reconcile import --all"
    assert run_in(empty, "init", "--example").code == 0
    assert run_in(empty, "validate").code == 0


def test_editors_know_both_files(empty: Path) -> None:
    """The schema lines and settings lead to schemas that are there and that the files satisfy."""
    run_in(empty, "init")
    settings = json.loads((empty / ".vscode" / "settings.json").read_text())["yaml.schemas"]
    for file in ("reconcile.yaml", "contacts/example.yaml"):
        path = empty / file
        first = path.read_text().splitlines()[0]
        schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        document = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
        document |= {"version": 1} if "version" in document else {}
        Draft202012Validator(json.loads(schema.read_text())).validate(document)
        assert f"./{schema.resolve().relative_to(empty)}" in settings
    for name in ("declarations", "configuration"):
        assert run_in(empty, "schema", name).out == (empty / "schema" / f"{name}.json").read_text()


def test_the_hook_checks_what_is_committed(empty: Path) -> None:
    """It runs for each file that can make the declarations invalid, and its command works."""
    run_in(empty, "init")
    hook, layout = yaml.safe_load((empty / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert run_in(empty, *shlex.split(layout["entry"])[1:], "contacts/example.yaml").out == ""
    program, *arguments = shlex.split(hook["entry"])
    assert (program, hook["language"], hook["pass_filenames"]) == ("reconcile", "system", False)
    assert run_in(empty, *arguments).code == 0
    (empty / "contacts" / "example.yaml").write_text("contacts: [{emial: x}]\n")
    assert run_in(empty, *arguments).code == 65


def test_nothing_is_overwritten(empty: Path) -> None:
    """Called again it changes no byte; what a file of somebody's own lacks is told."""
    own = {file: f"# {file}\n" for file in FILES if file != ".vscode/settings.json"}
    own |= {".vscode/settings.json": "{}\n", ".gitignore": "build/\n/.reconcile\n"}
    for file, text in own.items():
        (empty / file).parent.mkdir(exist_ok=True)
        (empty / file).write_text(text)
    done = run_in(empty, "init", "--account", "example.evance.me")
    assert (done.code, files_in(empty)) == (0, own)
    assert "kept     .editorconfig\n" in done.out
    assert "kept     .gitignore; add these lines:\n    plan.json\n" in done.out
    assert "    .reconcile/" not in done.out
    assert "      - id: reconcile-validate" in done.out
    assert '"./schema/declarations.json"' in done.out
    assert "kept     schema/declarations.json; another version's; renew it by: reconcile schema" in done.out
    assert "    targets:\n      shop: {kind: evance, account: example.evance.me" in done.out


def test_the_second_time_there_is_nothing_to_do(empty: Path) -> None:
    """No example comes into a project that is there already. While nothing is declared, import is next."""
    run_in(empty, "init", "--account", "example.evance.me")
    before = files_in(empty)
    again = run_in(empty, "init")
    assert (again.code, files_in(empty)) == (0, before)
    assert [line for line in again.out.partition("\nNext:")[0].splitlines() if ";" in line] == []
    assert next_commands(again) == ["reconcile import --all", "reconcile validate", "reconcile plan"]
    (empty / "contacts" / "a.yaml").write_text("contacts: []\n")
    assert next_commands(run_in(empty, "init")) == ["reconcile validate", "reconcile plan"]


def test_no_example_beside_declarations(empty: Path) -> None:
    """They may lie there without a configuration."""
    (empty / "contacts").mkdir()
    (empty / "contacts" / "a.yaml").write_text("contacts: [{email: a@b.example, tags: [x]}]\n")
    run_in(empty, "init")
    assert [path.name for path in (empty / "contacts").iterdir()] == ["a.yaml"]


def test_a_dry_run_writes_nothing(empty: Path) -> None:
    """It lists what is missing."""
    (empty / ".gitignore").write_text("x\n")
    done = run_in(empty, "init", "new", "--dry-run")
    assert (done.code, set(files_in(empty))) == (0, {".gitignore"})
    assert "missing  new/reconcile.yaml\n" in done.out
    assert "Next:" not in done.out
    assert not (empty / "new").exists()


def test_no_link_is_followed_out_of_the_folder(empty: Path, tmp_path: Path) -> None:
    """Nor is a broken one replaced; everything else is written."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (empty / ".vscode").symlink_to(outside)
    (empty / "contacts").symlink_to("people")
    (empty / "schema").write_text("")
    (empty / ".gitignore").symlink_to(outside / "ignored")
    done = run_in(empty, "init")
    assert done.code == 0, done.said
    assert list(outside.iterdir()) == []
    assert "skipped  .vscode/settings.json; .vscode is a link that leads out of this folder\n" in done.out
    assert "skipped  schema/configuration.json; schema is no folder\n" in done.out
    assert "kept     .gitignore; what stands there is no file that can be read; move it away" in done.out
    assert (empty / "reconcile.yaml").exists()


def test_outside_of_git_it_says_how_to_begin(tmp_path: Path) -> None:
    """Another folder is made, and entered first."""
    done = run_in(tmp_path, "init", "a shop")
    assert next_commands(done)[:2] == ["cd 'a shop'", "git init"]
    assert (tmp_path / "a shop" / "reconcile.yaml").exists()


def test_a_project_within_a_project_must_be_meant(empty: Path) -> None:
    """Whoever stands in contacts/ would make the declarations there invalid."""
    run_in(empty, "init")
    done = run_in(empty / "contacts", "init")
    assert (done.code, "../reconcile.yaml" in done.err) == (64, True)
    assert not (empty / "contacts" / "reconcile.yaml").exists()
    (empty / "other").mkdir()
    assert run_in(empty / "other", "init", ".").code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--account", "shop"), "write its host, such as example.evance.me"),
        (("--account", "a.evance.me\nprivacy: show"), "is not an Evance account"),
        (("--timezone", "Europe/Londn"), "'Europe/London'"),
        (("--account", "a.evance.me", "--example"), "leave it out"),
        (("reconcile.yaml",), "is no folder"),
    ],
)
def test_a_wrong_call_writes_nothing(empty: Path, arguments: tuple[str, ...], told: str) -> None:
    """64, with what to write instead."""
    (empty / "reconcile.yaml").write_text("version: 1\n")
    done = run_in(empty, "init", *arguments)
    assert (done.code, told in done.err) == (64, True), done.said
    assert set(files_in(empty)) == {"reconcile.yaml"}


def test_a_disk_that_does_not_take_a_file_is_told(empty: Path) -> None:
    """Where it is a folder that must not be written to."""
    if os.geteuid() == 0:
        pytest.skip("the superuser writes everywhere")
    empty.chmod(0o500)
    done = run_in(empty, "init")
    assert (done.code, "can't be written" in done.err) == (1, True)


def test_the_time_zone_is_the_machine_s(tmp_path: Path) -> None:
    """As TZ names it, else the link, else the file; UTC where that is none of the database."""
    zones = tmp_path / "zoneinfo" / "America"
    zones.mkdir(parents=True)
    (zones / "Lima").touch()
    assert machine_timezone({"TZ": ":Asia/Tokyo"}, tmp_path) == "Asia/Tokyo"
    assert machine_timezone({"TZ": "CET-1CEST"}, tmp_path) == "UTC"
    assert machine_timezone({}, tmp_path) == "UTC"
    (tmp_path / "timezone").write_text("Europe/Oslo\n")
    assert machine_timezone({}, tmp_path) == "Europe/Oslo"
    (tmp_path / "localtime").symlink_to(zones / "Lima")
    assert machine_timezone({}, tmp_path) == "America/Lima"
    assert machine_timezone({"TZ": "Etc/UTC"}, tmp_path) == "UTC"
