"""What ``--version`` says, however the package came to where it is."""

import json
import shutil
from pathlib import Path

import pytest

from reconcile import __version__
from reconcile.cli.version import CodeOrigin, code_origin, version_text
from tests.support.command_line import run_command
from tests.support.repository import Repository

ROOT = Path(__file__).parent.parent.parent

ALONE = f"reconcile {__version__}"

COMMIT = "387dfcd1f0c2a4b6d8e0f1a3b5c7d9e0f2a4b6c8"

FROM_GIT = {"url": "https://example.com/a", "vcs_info": {"vcs": "git", "commit_id": COMMIT}}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package as a checkout has it, with nothing around it; its other files do not matter here."""
    folder = tmp_path / "somewhere" / "reconcile"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "reconcile" / "__init__.py", folder)
    (folder / "commit.txt").write_text("$Format:%H$\n")  # in an archive the tests' own copy is filled in
    return folder


def checkout_around(package: Path) -> tuple[Repository, str]:
    (package.parent / "pyproject.toml").write_text("")
    shutil.copy(ROOT / ".gitattributes", package.parent)
    repository = Repository.at(package.parent)
    return repository, repository.commit()


def note_origin(package: Path, origin: str) -> None:
    """What pip, pipx and uv leave beside a package that they installed."""
    noted = package.parent / f"evance_reconcile-{__version__}.dist-info"
    noted.mkdir()
    (noted / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: evance-reconcile\nVersion: {__version__}\n"
    )
    (noted / "direct_url.json").write_text(origin)


def test_nothing_around_it_tells_the_commit(package: Path) -> None:
    """A copy of the package alone."""
    assert version_text(package) == ALONE


def test_a_checkout_tells_its_commit_and_whether_the_package_differs(package: Path) -> None:
    """As in an editable install. What changes elsewhere in the repository is not the package."""
    _, commit = checkout_around(package)
    assert version_text(package) == f"{ALONE} (commit {commit[:12]})"
    (package.parent / "notes.txt").write_text("not of the package")
    assert version_text(package) == f"{ALONE} (commit {commit[:12]})"
    (package / "__init__.py").write_text("# changed\n")
    assert version_text(package) == f"{ALONE} (commit {commit[:12]}, modified)"


def test_an_archive_tells_the_commit_it_was_made_of(package: Path, tmp_path: Path) -> None:
    """Git writes it while it archives: so it is with GitHub's archives, and with what `make dist` builds."""
    repository, commit = checkout_around(package)
    repository.git("archive", "--prefix=unpacked/", "--output", str(tmp_path / "a.tar"), "HEAD")
    shutil.unpack_archive(tmp_path / "a.tar", tmp_path, filter="data")
    assert version_text(tmp_path / "unpacked" / "reconcile") == f"{ALONE} (commit {commit[:12]})"


def test_an_install_from_git_tells_the_commit_that_was_installed(package: Path) -> None:
    note_origin(package, json.dumps(FROM_GIT))
    assert version_text(package) == f"{ALONE} (commit {COMMIT[:12]})"


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "{",
        "[]",
        "null",
        '{"dir_info": {"editable": true}, "url": "file:///a"}',
        '{"vcs_info": 3}',
        '{"vcs_info": {"commit_id": 3}}',
        '{"vcs_info": {"commit_id": "\\u001b[31mred"}}',
        '{"vcs_info": {"commit_id": "main"}}',
    ],
)
def test_an_origin_without_a_commit_is_passed_over(package: Path, origin: str) -> None:
    """Whatever stands there: no error, and nothing that is no commit's name reaches the terminal."""
    note_origin(package, origin)
    assert version_text(package) == ALONE


def test_the_repository_of_a_shop_is_not_taken_for_ours(package: Path) -> None:
    """An environment often lies inside of the repository with the declarations."""
    note_origin(package, "{}")
    shop = Repository.at(package.parent.parent)
    shop.commit()
    assert version_text(package) == ALONE
    within_root = Repository.at(package.parent)
    within_root.commit()
    assert version_text(package) == ALONE


def test_without_git_a_checkout_tells_its_version(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout_around(package)
    monkeypatch.setenv("PATH", "")
    assert version_text(package) == ALONE


def test_the_command_says_it(tmp_path: Path) -> None:
    """Without a configuration, without an account; the text is that of the package that runs."""
    done = run_command("--version", environment={"PATH": "/usr/bin:/bin"}, folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(ALONE)


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("https://github.example/acme/reconcile.git", "https://github.example/acme/reconcile"),
        ("https://token:secret@github.example/acme/reconcile", "https://github.example/acme/reconcile"),
        ("ssh://git@github.example/acme/reconcile", None),
        ("file:///home/ann/reconcile", None),
    ],
)
def test_an_install_from_git_tells_the_repository(package: Path, url: str, repository: str | None) -> None:
    """Without what gives access to it."""
    note_origin(package, json.dumps({**FROM_GIT, "url": url}))
    assert code_origin(package) == CodeOrigin(COMMIT, repository=repository)


def test_a_release_tells_the_repository_that_it_was_built_for(package: Path) -> None:
    """In its metadata; before a release, nobody has put the address there."""
    (package / "commit.txt").write_text(f"{COMMIT}\n")
    noted = package.parent / f"evance_reconcile-{__version__}.dist-info"
    noted.mkdir()
    told = f"Metadata-Version: 2.4\nName: evance-reconcile\nVersion: {__version__}\nProject-URL: Repository, "
    (noted / "METADATA").write_text(f"{told}https://github.com/OWNER/NAME\n")
    assert code_origin(package) == CodeOrigin(COMMIT)
    (noted / "METADATA").write_text(f"{told}https://github.example/acme/reconcile\n")
    assert code_origin(package) == CodeOrigin(COMMIT, repository="https://github.example/acme/reconcile")
