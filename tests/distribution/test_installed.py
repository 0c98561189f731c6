"""Installed as users install it, the package runs from elsewhere. Needs a package index."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconcile import __version__
from tests.support.repository import Repository
from tests.support.source_copy import ROOT, committed_copy, lend_environment, make

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

WHEEL = f"evance_reconcile-{__version__}-py3-none-any.whl"

SDIST = f"evance_reconcile-{__version__}.tar.gz"

ADDRESS = "https://github.com/OWNER/NAME"


@dataclass(frozen=True)
class Source:
    """A copy of the project, its commit, and the folder of what was built of it."""

    repository: Repository
    commit: str

    @property
    def version(self) -> str:
        return f"reconcile {__version__} (commit {self.commit[:12]})\n"

    def build(self) -> dict[str, bytes]:
        make(self.repository, "dist", "VENV=.lent")
        return {path.name: path.read_bytes() for path in (self.repository.root / "dist").iterdir()}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    repository = committed_copy(tmp_path_factory.mktemp("source") / "NAME")
    repository.git("tag", f"v{__version__}")
    lend_environment(repository, ".lent")
    return Source(repository, repository.git("rev-parse", "HEAD"))


@pytest.fixture(scope="module")
def built(source: Source) -> dict[str, bytes]:
    return source.build()


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """What a command prints on both streams; it must succeed. It can import nothing of this checkout."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "EVANCE_"))}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**clean, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_commit_is_built_to_the_same_bytes_whatever_lies_around(
    source: Source, built: dict[str, bytes]
) -> None:
    """Neither files that are not committed nor the hour of the build get in."""
    left = source.repository.root / "reconcile" / "left_over.py"
    left.write_text("")
    assert source.build() == built
    left.unlink()


def test_the_wheel_holds_the_package_and_nothing_else(built: dict[str, bytes], source: Source) -> None:
    """Each file that is committed, code and data, and the licence; no test, no state, no tool."""
    (source.repository.root / "build" / WHEEL).write_bytes(built[WHEEL])
    with zipfile.ZipFile(source.repository.root / "build" / WHEEL) as wheel:
        names = set(wheel.namelist())
        commit = wheel.read("reconcile/commit.txt").decode()
    package = {name for name in names if not name.startswith("evance_reconcile-")}
    assert package == set(source.repository.git("ls-files", "reconcile").splitlines())
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert commit == f"{source.commit}\n"


def test_the_sdist_holds_what_the_wheel_is_built_of(built: dict[str, bytes], source: Source) -> None:
    (source.repository.root / "build" / SDIST).write_bytes(built[SDIST])
    with tarfile.open(source.repository.root / "build" / SDIST) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    beside = {"CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", "requirements.txt"}
    assert names == beside | set(source.repository.git("ls-files", "reconcile").splitlines())


def test_a_new_clone_shows_the_demo_and_what_was_built_runs_elsewhere(
    source: Source, built: dict[str, bytes], tmp_path: Path
) -> None:
    """With the locked dependencies alone, which `make demo` installs; first the wheel, then the sdist."""
    assert "No changes." in make(source.repository, "demo", f"PYTHON={sys.executable}")
    python = source.repository.root / ".venv" / "bin" / "python"
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    packages = {re.sub(r"[-_.]+", "-", name).lower() for name in installed(python)}
    assert packages - {"pip", "setuptools"} <= set(locked)
    for name in (WHEEL, SDIST):
        (tmp_path / name).write_bytes(built[name])
        run(
            python, "-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall", name, folder=tmp_path
        )
        run(python, "-m", "pip", "check", folder=tmp_path)
        use(python.parent / "reconcile", source, tmp_path / f"shop-{name}")


def installed(python: Path) -> list[str]:
    listed = run(python, "-m", "pip", "list", "--format=freeze", folder=python.parent)
    return [line.partition("==")[0] for line in listed.splitlines() if "==" in line]


def use(command: Path, source: Source, shop: Path) -> None:
    """Commands that between them read all data of the package, in a folder with nothing but declarations."""
    shop.mkdir()
    for name in ("reconcile.yaml", "contacts"):
        run("cp", "-r", source.repository.root / name, shop, folder=shop)
    assert run(command, "--version", folder=shop) == source.version
    assert "no problems" in run(command, "validate", folder=shop)
    assert '"$schema"' in run(command, "schema", "declarations", folder=shop)
    assert "Digest" in run(command, "plan", "--out", "plan.json", folder=shop)
    assert "</html>" in run(command, "show", "--format", "html", "plan.json", folder=shop)
    assert "No changes." in run(command, "demo", folder=shop)


def indented_blocks(text: str) -> Iterator[str]:
    for block in re.findall(r"(?:^    .+\n)+", text, re.MULTILINE):
        yield re.sub("^    ", "", block, flags=re.MULTILINE)


COMMANDS, CHECKOUT = indented_blocks((ROOT / "docs" / "install.md").read_text(encoding="utf-8"))


@pytest.fixture
def from_git(source: Source, tmp_path: Path) -> dict[str, str]:
    """Variables by which the page's address leads to the copy, and installers write to the test's folder."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{source.repository.root.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_NO_GITHUB_FAST_PATH": "1",  # uv would ask GitHub itself
        "UV_PYTHON": sys.executable,
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "UV_TOOL_DIR": str(tmp_path / "uv"),
        "PATH": f"{tmp_path / 'own' / 'bin'}:{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}",
    }


@pytest.mark.parametrize("line", COMMANDS.splitlines(), ids=lambda line: line.split(maxsplit=1)[0])
def test_the_page_installs_a_tag(line: str, source: Source, from_git: dict[str, str], tmp_path: Path) -> None:
    """Each line of its first block, as it stands there, into an empty environment."""
    tool = line.split(maxsplit=1)[0]
    if tool == "pip":
        run(sys.executable, "-m", "venv", "own", folder=tmp_path)
    elif not any(Path(folder, tool).exists() for folder in from_git["PATH"].split(":")):
        pytest.skip(f"{tool} is not installed here")
    run("bash", "-c", line, folder=tmp_path, **from_git)
    command = tmp_path / ("own" if tool == "pip" else "") / "bin" / "reconcile"
    assert run(command, "--version", folder=tmp_path) == source.version
    assert "no problems" in run(command, "validate", folder=source.repository.root)


def test_the_readme_installs_a_checkout(source: Source, from_git: dict[str, str], tmp_path: Path) -> None:
    """The lines of its second block; what runs is the package, not the folder it was installed from."""
    run("bash", "-e", "-c", CHECKOUT, folder=tmp_path, **from_git)
    python = tmp_path / "reconcile" / ".venv" / "bin" / "python"
    run(python, "-m", "pip", "check", folder=tmp_path)
    place = run(python, "-P", "-c", "import reconcile; print(reconcile.__file__)", folder=tmp_path)
    assert "site-packages" in place
    assert "no problems" in run(python.parent / "reconcile", "validate", folder=source.repository.root)
