"""A stand-in for GitHub, and the client that talks to it without waiting."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from reconcile.forge.client import ForgeClient
from reconcile.forge.github import GitHub
from reconcile.http.rate_limiter import Timing
from tests.support.forge.fake_github import REPOSITORY, TOKEN, FakeGitHub, serve_github

NOW = 1_795_424_400.0


@dataclass
class Slept:
    """The waits that were asked for, instead of the waits."""

    seconds: list[float] = field(default_factory=list)

    @property
    def timing(self) -> Timing:
        return Timing(wall=lambda: NOW, sleep=self.seconds.append)


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    """A stand-in for GitHub."""
    with serve_github() as hub:
        yield hub


@pytest.fixture
def slept() -> Slept:
    """What was waited."""
    return Slept()


@pytest.fixture
def door(hub: FakeGitHub, slept: Slept) -> ForgeClient:
    """The door to the stand-in, as the bot."""
    return ForgeClient(hub.api.url, TOKEN, slept.timing)


@pytest.fixture
def github(hub: FakeGitHub, door: ForgeClient, slept: Slept) -> GitHub:
    """The client of the stand-in, as the bot."""
    return GitHub(door, ForgeClient(f"{hub.api.url}/graphql", TOKEN, slept.timing), REPOSITORY)
