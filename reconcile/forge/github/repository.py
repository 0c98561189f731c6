"""One repository on GitHub: where its endpoints are, what is its own, and what was read of it already."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from reconcile.documents.json_text import JsonValue
from reconcile.errors import ForgeError
from reconcile.forge.client import ForgeClient, expect_fields

Fact = TypeVar("Fact")


@dataclass(slots=True)
class LazyRows:
    """A list of the forge, newest first, of which no page is read before somebody asks for it.

    One that broke off stays broken: what was read of it is not taken for all that there is.
    """

    rows: Iterator[Any]
    read: list[Any] = field(default_factory=list)
    failure: ForgeError | None = None

    def __iter__(self) -> Iterator[Any]:
        position = 0
        while position < len(self.read) or self._advance():
            yield self.read[position]
            position += 1

    def _advance(self) -> bool:
        if self.failure is not None:
            raise self.failure
        try:
            self.read.append(next(self.rows))
        except StopIteration:
            return False
        except ForgeError as error:
            self.failure = error
            raise
        return True


@dataclass(frozen=True, slots=True)
class GitHubRepository:
    """``name`` is ``owner/name``. What does not change while a job runs is asked for once a process."""

    client: ForgeClient
    name: str
    memory: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def owner(self) -> str:
        """The user or organisation."""
        return self.name.partition("/")[0]

    def path(self, rest: str) -> str:
        """The path of one of its endpoints."""
        return f"/repos/{self.name}{rest}"

    def is_own(self, repository: JsonValue) -> bool:
        """True for this repository; a fork that was deleted is null. GitHub's names ignore case."""
        return not repository.absent and repository.key("full_name").text().casefold() == self.name.casefold()

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


def login_of(row: JsonValue, key: str = "user") -> str:
    """The login of whoever wrote something; empty for one whose account was deleted."""
    user = row.key(key)
    return "" if user.absent else user.key("login").text()
