"""One account for all tests of a file."""

import itertools
from collections.abc import Iterator

import pytest
import requests

from reconcile.sandbox import running, seed
from tests.support.sandbox.sandbox_account import SandboxAccount
from tests.support.shop import NOW


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAccount]:
    """A sandbox that runs for the length of a test file."""
    folder = tmp_path_factory.mktemp("account")
    path = folder / "account" / "sandbox.sqlite3"
    path.parent.mkdir()
    seed(path, now=NOW)
    with running(path, now=NOW) as access, requests.Session() as session:
        session.trust_env = False
        yield SandboxAccount(path, access, folder, session, itertools.count())


@pytest.fixture
def stand(sandbox: SandboxAccount) -> SandboxAccount:
    """The account as it is at first."""
    sandbox.reset()
    return sandbox
