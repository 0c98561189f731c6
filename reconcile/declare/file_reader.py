"""Reads one file of declarations: by its lines where it has the usual layout, else with the YAML parser."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from reconcile.model.allowance import Allowance

from .allowances import AllowanceReader
from .bundles import Bundle, ItemHolder, read_bundle
from .contacts import ContactInFile, DeclarationReader
from .line_reader import LineReader
from .problems import MappingNode, ProblemList
from .schema.containers import CheckedMapping
from .schema.declarations import contact_mapping, file_mapping
from .yaml.reader import YamlFile


@dataclass(frozen=True, slots=True)
class FileContents:
    """What stands in a file, or in all files of a folder.

    ``whole`` is False when something could not be read, so that a bundle may be missing.
    """

    contacts: tuple[ContactInFile, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    whole: bool = True
    files: int = 1
    allowances: tuple[Allowance, ...] = ()

    @property
    def item_holders(self) -> list[ItemHolder]:
        """What has roles and tags: the contacts without their bundles, and the bundles."""
        return [*(contact.declaration for contact in self.contacts), *self.bundles]

    @property
    def used_bundles(self) -> set[str]:
        """The names of the bundles that contacts have."""
        return {name for contact in self.contacts for name, _ in contact.bundles}


class FileReader:
    """Reads the files of one folder, whose bare dates are days in that time zone.

    ``now`` is None where nothing about time is told.
    """

    __slots__ = ("_contact_schema", "_lines", "_now", "_schema", "_zone")

    def __init__(self, zone: ZoneInfo, now: datetime | None) -> None:
        self._zone, self._now = zone, now
        self._contact_schema = contact_mapping()
        self._schema = file_mapping(self._contact_schema)
        self._lines = LineReader(zone, self._contact_schema)

    def read(self, data: bytes | None, problems: ProblemList) -> FileContents:
        """What stands in a file; None stands for bytes that could not be read."""
        return self.by_lines(data, problems.file) or self.parsed(data, problems)

    def by_lines(self, data: bytes | None, file: str) -> FileContents | None:
        """What stands in a file of the usual layout, with which nothing is wrong; None for any other."""
        usual = self._lines.read(data, file)
        if usual is None or usual.rest is None:
            return usual and FileContents(usual.contacts)
        problems = ProblemList(file, [])
        rest = self.parsed(usual.rest, problems)
        # The contact that stands for the others is only read where 'contacts' is a key of the file.
        places = [contact.declaration.place for contact in rest.contacts]
        read = places == [usual.place] and not problems.problems
        return replace(rest, contacts=usual.contacts) if read else None

    def parsed(self, data: bytes | None, problems: ProblemList) -> FileContents:
        """What the YAML parser reads in a file. Contacts are taken one by one: it may be of any size."""
        reader, file = DeclarationReader(problems, self._zone, self._contact_schema), YamlFile(data, problems)
        contacts = [(key, reader.contact(node)) for key, node in file.items("contacts")]
        if file.root is None:
            return FileContents(whole=file.whole)
        mapping = self._schema.read(file.root, problems)
        if not isinstance(mapping, CheckedMapping):
            return FileContents(whole=False)
        # A second list of contacts, whose key is refused, is checked like the first and does not count.
        first = mapping.node.keys.get("contacts")
        values = mapping.values
        bundles = [read_bundle(key, name, bundle, reader) for key, name, bundle in values.get("bundles", ())]
        return FileContents(
            tuple([contact for key, contact in contacts if contact is not None and key is first]),
            tuple(bundles),
            file.whole and len(bundles) == _bundles_written(mapping),
            allowances=AllowanceReader(problems, self._zone, self._now).read(values.get("allow", ())),
        )


def _bundles_written(mapping: CheckedMapping) -> int:
    """The number of bundles that stand in a file, even if they could not be read."""
    node = mapping.node.entries.get("bundles")
    return len(node.entries) if isinstance(node, MappingNode) else 0 if node is None else -1
