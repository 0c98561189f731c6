"""The shop's account in a sandbox: one for each test, one for a test file, or a scratch contact in one."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from reconcile.sandbox import running, seed
from tests.support.project import Project, project_for
from tests.support.sandbox.sandbox_account import SandboxAccount
from tests.support.sandbox.scratch_account import ScratchAccount, open_scratch_account
from tests.support.shop import NOW, Shop


@pytest.fixture(scope="session")
def seeded_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the built-in shop, to be copied."""
    path = tmp_path_factory.mktemp("seeded") / "sandbox.sqlite3"
    seed(path, now=NOW)
    return path


@pytest.fixture
def shop(seeded_shop: Path, tmp_path: Path) -> Iterator[Shop]:
    """The built-in shop account, served on loopback for the length of a test."""
    folder = tmp_path / "account"
    folder.mkdir()
    path = Path(shutil.copy(seeded_shop, folder / "sandbox.sqlite3"))
    with running(path, now=NOW) as access:
        yield Shop(path, access)


@pytest.fixture
def project(shop: Shop, tmp_path: Path) -> Project:
    """A project whose target is the running sandbox."""
    root = tmp_path / "project"
    root.mkdir()
    return project_for(shop, root)


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAccount]:
    """A sandbox that runs for the length of a test file, as the test before has left it."""
    folder = tmp_path_factory.mktemp("account")
    path = folder / "account" / "sandbox.sqlite3"
    path.parent.mkdir()
    seed(path, now=NOW)
    with running(path, now=NOW) as access, requests.Session() as session:
        session.trust_env = False
        yield SandboxAccount(path, access, folder, session, itertools.count())


@pytest.fixture
def sandbox_account(running_sandbox: SandboxAccount) -> SandboxAccount:
    """The account as it is at first."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def scratch_account(seeded_shop: Path, tmp_path: Path) -> Iterator[ScratchAccount]:
    """A scratch contact in a sandbox that behaves as documented."""
    folder = tmp_path / "account"
    folder.mkdir()
    with open_scratch_account(seeded_shop, folder, {}) as account:
        yield account
