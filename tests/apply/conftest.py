"""One account for all tests of a file."""

import itertools
from collections.abc import Iterator

import pytest
import requests

from reconcile.sandbox import running, seed
from tests.apply.party import Stand
from tests.conftest import NOW


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A sandbox that runs for the length of a test file."""
    folder = tmp_path_factory.mktemp("account")
    path = folder / "account" / "sandbox.sqlite3"
    path.parent.mkdir()
    seed(path, now=NOW)
    with running(path, now=NOW) as access, requests.Session() as session:
        session.trust_env = False
        yield Stand(path, access, folder, session, itertools.count())


@pytest.fixture
def stand(sandbox: Stand) -> Stand:
    """The account as it is at first."""
    sandbox.reset()
    return sandbox
