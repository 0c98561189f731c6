"""Reads the contacts of a plan; one that can't be read does not keep the others from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconcile.errors import ApiError, ChangedSinceListed, Forbidden, ServerFailure, Unreachable
from reconcile.evance.listing import Listing
from reconcile.evance.reader import Reader
from reconcile.model.contact import Contact, Identity
from reconcile.model.declaration import Declaration
from reconcile.model.partial_fields import FieldNeeds, needs_of
from reconcile.plan.set_aside import is_trouble
from reconcile.services.caller import Progress
from reconcile.text import count


@dataclass(slots=True)
class UnreadContacts:
    """The contacts that can't be read, and why, while they are few.

    ``listed_again``: whoever was changed since the account was listed is nobody to set aside yet, since the
    account can be listed again. ``asked`` is the number of contacts that were asked for one by one so far.
    """

    listed_again: bool = False
    asked: int = 0
    errors: dict[str, ApiError] = field(default_factory=dict)

    def note(self, identity: Identity, error: ApiError) -> None:
        """Take note of one; the error is raised where it is not about that one alone."""
        if self.listed_again and isinstance(error, ChangedSinceListed):
            raise error
        self.errors[identity.id] = error
        if is_trouble(len(self.errors), self.asked + 1):
            raise self._trouble(error)

    def _trouble(self, error: ApiError) -> ApiError:
        """The error that stands for all; where each is about another contact, ids may have two meanings."""
        if not all(isinstance(one, ChangedSinceListed) for one in self.errors.values()):
            return error
        others = count(len(self.errors) - 1, "other contact")
        return ApiError(
            f"{error}; it is so with {others}: if this stays, the account numbers contacts differently in "
            "its two API versions, which 'reconcile probe' finds out on a development account"
        )

    def refuse_trouble(self) -> None:
        """Raise the error where not one contact could be read, and all of them would meet it.

        That is trouble of the server or the network; and a refusal, unless there is a single one to refuse.
        """
        trouble = (ServerFailure, Unreachable, *((Forbidden,) if self.asked > 1 else ()))
        for error in self.errors.values() if len(self.errors) == self.asked else ():
            if isinstance(error, trouble):
                raise error

    @property
    def reasons(self) -> Mapping[str, str]:
        """Why each one can't be read and what to do, by its id."""
        return {number: _reason(error) for number, error in self.errors.items()}


def _reason(error: ApiError) -> str:
    if isinstance(error, ChangedSinceListed):
        return str(error)
    return f"{error}; it stays as it is until it can be read: plan again, or look at it in Evance"


@dataclass(slots=True)
class _GroupProgress:
    """The progress over all contacts, a group of them at a time; it counts those that were asked for."""

    progress: Progress
    unread: UnreadContacts
    total: int
    begun: int = 0
    told: int | None = None

    def begin(self, size: int) -> None:
        """The next group, which has that many."""
        self.begun, self.told = self.begun + size, None

    def note(self, done: int, of_group: int | None) -> None:
        """So many of the group are done; at first those that the list told of."""
        self.unread.asked += done - self.told if self.told is not None else 0
        self.told = done
        self.progress("Reading contacts", self.begun - (of_group or 0) + done, self.total)


def read_contacts(
    matched: Sequence[tuple[Declaration, Identity]],
    account: Reader,
    listing: Listing,
    progress: Progress,
    unread: UnreadContacts,
) -> dict[str, Contact]:
    """The matched contacts by id; one request each, unless the listing told all that is managed of it."""
    groups: defaultdict[FieldNeeds, list[Identity]] = defaultdict(list)
    for declaration, identity in matched:
        groups[needs_of(declaration)].append(identity)
    live: dict[str, Contact] = {}
    counting = _GroupProgress(progress, unread, len(matched))
    for needed, group in groups.items():
        counting.begin(len(group))
        live |= account.contacts(group, counting.note, known=listing, needs=needed, when_unread=unread.note)
    unread.refuse_trouble()
    return live
