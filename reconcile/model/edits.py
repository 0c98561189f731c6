"""What is to be written into files of declarations: new entries and bundles, and edits of entries.

Made by ``importing`` from live contacts; put into text by ``authoring``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from .contact import Fields, Identity
from .facets import Facet
from .problem import Place


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """A role or tag as it is to stand in a list: by its name alone, or with the end of its window.

    ``expires``: a date is through the end of that day in the configured time zone, an instant is itself.
    ``comment`` stands behind the item. ``dropped_keys`` are deleted where the item stands already.
    """

    name: str
    expires: date | datetime | None = None
    comment: str = ""
    dropped_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewBundle:
    """A bundle that is to be added to a file."""

    name: str
    roles: tuple[WrittenItem, ...] = ()
    tags: tuple[WrittenItem, ...] = ()


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A contact's entry that is to be added. A facet that is None is not declared.

    ``comment`` says what a reader should know of the whole entry, such as the name of a contact that only
    its id tells apart.
    """

    id: str | None = None
    reference: str | None = None
    email: str | None = None
    comment: str = ""
    bundles: tuple[str, ...] = ()
    roles: tuple[WrittenItem, ...] | None = None
    tags: tuple[WrittenItem, ...] | None = None


@dataclass(frozen=True, slots=True)
class SetEdit:
    """What changes in the list of roles or tags of an entry that stands in a file.

    ``removed`` are names, the tags among them as they are declared. ``put`` are items that are added, or that
    stand there and get this end of their window; their other keys and their comments stay. A name that is
    both removed and put stays. With neither, a list that is missing is declared as empty.
    """

    removed: tuple[str, ...] = ()
    put: tuple[WrittenItem, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryEdit:
    """What changes in the entry that stands at ``place``; all else of it stays as it is written.

    ``fields`` are values of the profile and the address. ``dropped_keys`` are deleted with their values, such
    as ``state``, or ``roles`` where the roles can't be declared. ``comment`` is added above what changed, if
    anything does. A list of bundles that is left empty goes with its key.
    """

    place: Place
    sets: Mapping[Facet, SetEdit] = field(default_factory=dict)
    dropped_bundles: tuple[str, ...] = ()
    fields: Mapping[Facet, Fields] = field(default_factory=dict)
    dropped_keys: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class FileEdit:
    """All that is to be written into one file, which need not exist. ``file`` is as in `Place`."""

    file: str
    bundles: tuple[NewBundle, ...] = ()
    added: tuple[NewEntry, ...] = ()
    edited: tuple[EntryEdit, ...] = ()


WHOLE_CONTACT = "the contact"
"""What an omission is about where nothing of a contact is imported."""


@dataclass(frozen=True, slots=True)
class Omission:
    """Something of a contact that an import leaves out, most often since no declaration can say it.

    ``what`` is the facet, the item or the field (``role preview``), or the whole contact. ``why`` is a
    clause without a subject, ``remedy`` says what to do.
    """

    contact: Identity
    what: str
    why: str
    remedy: str
