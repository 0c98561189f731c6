"""A stand-in for GitHub, and the client that talks to it without waiting."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from reconcile.forge.client import ForgeClient
from reconcile.forge.github.comments import GitHub
from reconcile.forge.github.evidence import GitHubEvidence
from reconcile.forge.github.repository import GitHubRepository
from reconcile.http.rate_limiter import Timing
from tests.support.forge.fake_github import REPOSITORY, TOKEN, FakeGitHub, serve_github
from tests.support.forge.fake_gitlab import FakeGitLab, serve_gitlab

NOW = 1_795_424_400.0


@dataclass
class Slept:
    """The waits that were asked for, instead of the waits."""

    seconds: list[float] = field(default_factory=list)

    @property
    def timing(self) -> Timing:
        return Timing(wall=lambda: NOW, sleep=self.seconds.append)


@pytest.fixture
def fake_github() -> Iterator[FakeGitHub]:
    """A stand-in for GitHub."""
    with serve_github() as fake_github:
        yield fake_github


@pytest.fixture
def fake_gitlab() -> Iterator[FakeGitLab]:
    """A stand-in for GitLab."""
    with serve_gitlab() as fake_gitlab:
        yield fake_gitlab


@pytest.fixture
def slept() -> Slept:
    """The waits so far."""
    return Slept()


@pytest.fixture
def forge_client(fake_github: FakeGitHub, slept: Slept) -> ForgeClient:
    """A client of the stand-in, as the bot."""
    return ForgeClient(fake_github.api.url, TOKEN, slept.timing)


@pytest.fixture
def github(fake_github: FakeGitHub, forge_client: ForgeClient, slept: Slept) -> GitHub:
    """What GitHub offers, from the stand-in, as the bot."""
    return GitHub(forge_client, REPOSITORY)


@pytest.fixture
def evidence(forge_client: ForgeClient) -> GitHubEvidence:
    """What the stand-in records, as the bot asks for it."""
    return GitHubEvidence(GitHubRepository(forge_client, REPOSITORY))
