"""A stand-in for GitHub, and the client that talks to it without waiting."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from reconcile.forge import Door, GitHub, Waiting
from tests.forge.hub import REPOSITORY, TOKEN, Hub, hub_serving

NOW = 1_795_424_400.0


@dataclass
class Slept:
    """The waits that were asked for, instead of the waits."""

    seconds: list[float] = field(default_factory=list)

    @property
    def waiting(self) -> Waiting:
        return Waiting(wall=lambda: NOW, sleep=self.seconds.append)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A stand-in for GitHub."""
    with hub_serving() as hub:
        yield hub


@pytest.fixture
def slept() -> Slept:
    """What was waited."""
    return Slept()


@pytest.fixture
def door(hub: Hub, slept: Slept) -> Door:
    """The door to the stand-in, as the bot."""
    return Door(hub.api.url, TOKEN, slept.waiting)


@pytest.fixture
def github(hub: Hub, door: Door, slept: Slept) -> GitHub:
    """The client of the stand-in, as the bot."""
    return GitHub(door, Door(f"{hub.api.url}/graphql", TOKEN, slept.waiting), REPOSITORY)
