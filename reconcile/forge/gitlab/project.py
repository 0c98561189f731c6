"""One project on GitLab: where its endpoints are, and what was read of it already.

GitLab docs: "REST API" (v4). Times have fractions of a second, which are cut off.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from reconcile.documents.json_text import JsonValue
from reconcile.errors import ForgeError
from reconcile.forge.client import ForgeClient, expect_fields

Fact = TypeVar("Fact")

_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class GitLabProject:
    """A project by its id or full path. What does not change while a job runs is asked for once a process."""

    client: ForgeClient
    name: str
    memory: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def path(self, rest: str) -> str:
        """The path of one of its endpoints."""
        return f"/projects/{quoted_part(self.name)}{rest}"

    def once(self, key: tuple[str, ...], read: Callable[[], Fact]) -> Fact:
        """What was read under that key before, else what ``read`` gives now."""
        if key not in self.memory:
            self.memory[key] = read()
        fact: Fact = self.memory[key]
        return fact

    def one(self, rest: str, read: Callable[[JsonValue], Fact], **params: str) -> Fact:
        """What one endpoint says, as ``read`` gives it."""
        path = self.path(rest)
        answer = self.client.read(path, **params)
        with expect_fields("GET", path):
            return read(answer)

    def one_or_none(self, rest: str, read: Callable[[JsonValue], Fact], **params: str) -> Fact | None:
        """The same; None for what is not there."""
        try:
            return self.one(rest, read, **params)
        except ForgeError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def rows(self, rest: str, read: Callable[[JsonValue], Fact | None], **params: str) -> Iterator[Fact]:
        """The members of a list as ``read`` gives them, without those for which it gives None."""
        return self.client.rows(self.path(rest), read, **params)


def quoted_part(text: str) -> str:
    """A text as one part of a path: no slash of a branch or a file ends it."""
    return quote(text, safe="")
