"""The configuration is found from the folders below it; what the command line names is named from here."""

import json
import os
from pathlib import Path

import pytest

from reconcile.errors import UsageError
from tests.support.command_line import CommandResult, run_command
from tests.support.project import AS_OF, Project

GRACE = "contacts: [{email: grace.odell@example.com, roles: [customer], tags: [diss]}]\n"

SANDBOX = "version: 1\n"


def run_in(folder: Path, *arguments: str, **environment: str) -> CommandResult:
    told = {"PATH": os.environ["PATH"], "HOME": str(folder.parents[1]), **environment}
    return run_command(*arguments, environment=told, folder=folder)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project for the embedded sandbox, with a folder below its declarations."""
    root = tmp_path / "checkout"
    (root / "contacts" / "trade").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "reconcile.yaml").write_text(SANDBOX)
    (root / "contacts" / "a.yaml").write_text(GRACE)
    return root


def test_a_plan_is_the_same_from_every_folder_below(project: Project) -> None:
    """Digest, places and names of files do not depend on where one stands; what was found above is said."""
    project.declare(GRACE, "contacts/a.yaml")
    below = project.root / "contacts" / "trade"
    below.mkdir()
    told = {"HOME": str(project.root), **project.environment}
    plans = []
    for folder in (project.root, project.root / "contacts", below):
        done = run_in(folder, "plan", "--as-of", AS_OF, "--out", "plan.json", **told)
        assert done.code == 0, done.said
        up = os.path.relpath(project.root / "reconcile.yaml", folder)
        found = f"Configuration: {up}\n" if folder != project.root else ""
        assert done.err == f"{found}To apply it: reconcile apply plan.json\n"
        plans.append(json.loads((folder / "plan.json").read_text()))
        assert run_in(folder, "plan", "--as-of", AS_OF, "--quiet", **told).err == ""
    assert plans[0] == plans[1] == plans[2]
    assert "contacts/a.yaml" in json.dumps(plans[0])


@pytest.mark.parametrize(
    ("folder", "only"),
    [
        ("contacts", "a.yaml"),
        ("contacts", "contacts/a.yaml"),
        ("contacts/trade", "../a.yaml"),
        (".", "contacts/a.yaml"),
    ],
)
def test_a_file_is_named_from_here_or_from_the_checkout(project: Project, folder: str, only: str) -> None:
    """In the plan it has one name."""
    project.declare(GRACE, "contacts/a.yaml")
    (project.root / "contacts" / "trade").mkdir()
    told = {"HOME": str(project.root), **project.environment}
    done = run_in(project.root / folder, "plan", "--as-of", AS_OF, "--only", only, "--format", "json", **told)
    assert (done.code, json.loads(done.out)["scope"]["only"]) == (0, ["contacts/a.yaml"]), done.said


def test_an_approved_plan_names_files_of_the_checkout(project: Project) -> None:
    """Whatever has the same name below the folder in which it is applied."""
    project.declare(GRACE, "contacts/a.yaml")
    project.declare(GRACE.replace("grace.odell", "tom.wherry"), "contacts/contacts/a.yaml")
    told = {"HOME": str(project.root), **project.environment}
    folder = project.root / "contacts"
    run_in(project.root, "plan", "--as-of", AS_OF, "--only", "contacts/a.yaml", "--out", "plan.json", **told)
    done = run_in(folder, "apply", "../plan.json", "--yes", "--as-of", AS_OF, **told)
    assert (done.code, "tom.wherry" in done.out) == (0, False), done.said


def test_the_nearest_configuration_counts(checkout: Path) -> None:
    """A project within a project is its own."""
    inner = checkout / "contacts" / "trade"
    (inner / "reconcile.yaml").write_text("version: 1\ncontacts: people/\n")
    done = run_in(inner, "validate")
    assert (done.code, done.err.split(":")[0]) == (65, "people")


def test_the_search_ends_at_the_repository(checkout: Path, tmp_path: Path) -> None:
    """What lies above it is another matter, and the message says where was looked."""
    (tmp_path / "reconcile.yaml").write_text(SANDBOX)
    (checkout / "reconcile.yaml").unlink()
    done = run_in(checkout / "contacts", "validate")
    assert done.code == 65
    assert done.err == (
        f"reconcile.yaml: there is none in {checkout}/contacts, nor in a folder above it up to {checkout}; "
        "'reconcile init' writes one, or name yours with --config [no-configuration]\n"
    )
    alone = run_in(checkout, "plan")
    assert f"reconcile.yaml: there is none in {checkout}; 'reconcile init'" in alone.err


def test_the_search_ends_at_the_home(checkout: Path, tmp_path: Path) -> None:
    """The home itself is looked at, nothing above it; a home that is named by a link is the same."""
    (checkout / ".git").rmdir()
    folder, link = checkout / "contacts", tmp_path / "home"
    link.symlink_to(checkout)
    for home in (checkout, link):
        assert run_in(folder, "validate", HOME=str(home)).code == 0
        done = run_in(folder / "trade", "validate", HOME=str(folder))
        assert (done.code, f"up to {folder};" in done.err) == (65, True)
        link.unlink(missing_ok=True)
        link.symlink_to(checkout)


def test_a_configuration_that_is_named_is_not_looked_for(checkout: Path) -> None:
    """The message is about that name."""
    done = run_in(checkout / "contacts", "validate", "--config", "reconcile.yaml")
    assert done.code == 65
    assert done.err.startswith("reconcile.yaml: there is no file reconcile.yaml; correct --config")
    elsewhere = run_in(checkout / "contacts", "validate", "--config", "../trade/mine.yaml")
    assert "there is no file ../trade/mine.yaml; correct --config" in elsewhere.err
    named = run_in(checkout / "contacts", "validate", "--config", "../reconcile.yaml")
    assert (named.code, named.err) == (0, "")


def test_a_broken_link_is_told_and_not_passed_over(checkout: Path) -> None:
    """Somebody meant a configuration to be there."""
    inner = checkout / "contacts" / "trade"
    (inner / "reconcile.yaml").symlink_to("nowhere.yaml")
    assert run_in(inner, "validate").code == 65


@pytest.mark.parametrize("name", ["reconcile.yaml", "evance.capabilities.yaml"])
@pytest.mark.parametrize("there", [True, False])
def test_a_link_out_of_the_checkout_is_refused(
    checkout: Path, tmp_path: Path, name: str, *, there: bool
) -> None:
    """Whoever writes a checkout chooses no file outside of it, not even to be told what is wrong in it."""
    outside = tmp_path / "outside.yaml"
    if there:
        outside.write_text("password: hunter2\n", encoding="utf-8")
    (checkout / name).unlink(missing_ok=True)
    (checkout / name).symlink_to(outside)
    said = f"{name}: this link leads out of the folder; put the file itself here [link-outside]"
    done = run_in(checkout, "plan")
    assert (done.code, done.err.splitlines()[0]) == (65, said), done.said
    assert "hunter2" not in done.said


def test_a_link_within_the_checkout_is_followed(checkout: Path) -> None:
    """The file is the checkout's own, whatever its name."""
    (checkout / "reconcile.yaml").rename(checkout / "shop.yaml")
    (checkout / "reconcile.yaml").symlink_to("shop.yaml")
    done = run_in(checkout, "validate")
    assert (done.code, done.err) == (0, ""), done.said


def test_a_configuration_of_another_user_is_not_taken_unasked(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the working folder only: whoever plants one would choose where the credentials are used."""
    from reconcile.declare import configuration_file

    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(checkout / "reconcile.yaml", 12345, 12345)
    monkeypatch.chdir(checkout / "contacts")
    with pytest.raises(UsageError, match="belongs to another user"):
        configuration_file.find_configuration()
    begun = run_in(checkout / "contacts", "init", "--dry-run")
    assert (begun.code, begun.err) == (0, "")
    os.chown(checkout / "contacts", 12345, 12345)
    assert configuration_file.find_configuration().path == Path("../reconcile.yaml")
    monkeypatch.chdir(checkout)
    os.chown(checkout / "reconcile.yaml", 12346, 12345)
    assert configuration_file.find_configuration().path == Path("reconcile.yaml")


def test_the_sandbox_is_that_of_the_project(checkout: Path) -> None:
    """`sandbox` serves and shows the account that `plan` reads, from the folders below, too."""
    done = run_in(checkout / "contacts", "sandbox", "seed", "--contacts", "3")
    assert (done.code, done.out.split(":")[0]) == (0, "../.reconcile/sandbox.sqlite3"), done.said
    assert "3 contacts" in done.out
    assert (checkout / ".reconcile" / "sandbox.sqlite3").exists()
    assert not (checkout / "contacts" / ".reconcile").exists()
    at_root = run_in(checkout, "sandbox", "show", "contacts", "--format", "json")
    assert len(json.loads(at_root.out)) == 3


def test_without_a_configuration_the_sandbox_is_here(tmp_path: Path) -> None:
    """Other people's tests need no project."""
    (tmp_path / ".git").mkdir()
    done = run_in(tmp_path, "sandbox", "seed", "--contacts", "1")
    assert (done.code, done.out.split(":")[0]) == (0, ".reconcile/sandbox.sqlite3")
    assert (tmp_path / ".reconcile" / "sandbox.sqlite3").exists()
