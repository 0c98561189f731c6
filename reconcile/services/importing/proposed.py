"""What an import writes, file by file, with a plan that is proven empty before anything is written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconcile.authoring.file_text import edited_text
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.reader import YamlFile
from reconcile.errors import DeclarationError, ReconcileError
from reconcile.importing.layout import Destination
from reconcile.importing.proposal import ImportContext, Proposal, propose
from reconcile.importing.selection import SelectedContacts
from reconcile.model.contact import Identity, email_key
from reconcile.model.edits import NotExpressed
from reconcile.model.problem import Problem

from .check import check_plan
from .file_set import ProposedFile
from .folder import ContactsFolder
from .snapshot import AccountSnapshot

MOST_CHECKS = 3
"""Maximum number of checks: after each but the last, contacts whose plan is not empty are left out."""

_REMEDY = "declare it by hand, and please report this as a fault of reconcile"


@dataclass(frozen=True, slots=True)
class CheckedProposal:
    """A proposal whose plan is empty, with the texts of its files.

    ``excluded`` are contacts that had to be left out for that. ``differing`` is the number of other contacts
    for which a plan has changes.
    """

    proposal: Proposal
    files: tuple[ProposedFile, ...]
    excluded: tuple[NotExpressed, ...] = ()
    differing: int = 0


@dataclass(frozen=True, slots=True)
class Proposing:
    """Makes a proposal for a folder from what was read of the account, and checks it."""

    folder: ContactsFolder
    snapshot: AccountSnapshot
    selection: SelectedContacts
    destination: Destination
    bundles: bool = False

    def propose_checked(self) -> CheckedProposal:
        """The proposal; ReconcileError where no plan right after it would be empty."""
        excluded: dict[Identity, str] = {}
        for _ in range(MOST_CHECKS):
            proposal = self._propose(excluded)
            files = tuple(self._files(proposal))
            faults, differing = self._faults(proposal, files)
            if not faults:
                rows = (NotExpressed(who, "the contact", why, _REMEDY) for who, why in excluded.items())
                return CheckedProposal(proposal, files, tuple(rows), differing)
            excluded |= faults
        raise _fault_of_ours(excluded)

    def _propose(self, excluded: Mapping[Identity, str]) -> Proposal:
        left = (contact for contact in self.selection.contacts if contact.identity not in excluded)
        selection = replace(self.selection, contacts=tuple(left))
        loaded, context = self.folder.loaded, self.snapshot.context
        importing = ImportContext(
            context.policy,
            context.now,
            self.snapshot.listing.identities,
            loaded.declarations,
            self.snapshot.claims(loaded.declarations).matches,
            loaded.bundles,
            context.remembered,
            frozenset(role.reference for role in self.snapshot.roles),
        )
        return propose(selection, importing, self.destination, bundles=self.bundles)

    def _files(self, proposal: Proposal) -> Iterator[ProposedFile]:
        """The files with their texts, those with new bundles first: others may use these."""
        for edit in sorted(proposal.files, key=lambda edit: (not edit.bundles, edit.file)):
            before = self.folder.files.get(edit.file)
            text = edited_text(None if before is None else before.decode(), edit)
            yield ProposedFile(edit.file, self.folder.path(edit.file), before, text.encode())

    def _faults(self, proposal: Proposal, files: Iterable[ProposedFile]) -> tuple[dict[Identity, str], int]:
        """Why the plan is not empty, by contact; and how many others differ."""
        imported = {one.id: one for one in (*proposal.added, *proposal.edited, *proposal.unchanged)}
        contents = {file.file: file.after for file in files}
        try:
            loaded = self.folder.load_with(contents)
        except DeclarationError as error:
            return self._blamed(error.problems, contents, imported.values()), 0
        checked = check_plan(loaded, imported, self.snapshot)
        return {imported[contact]: fault for contact, fault in checked.faults.items()}, checked.differing

    def _blamed(
        self, problems: Iterable[Problem], contents: Mapping[str, bytes], imported: Iterable[Identity]
    ) -> dict[Identity, str]:
        """The imported contacts whose entries have these problems; ReconcileError where that is none."""
        contacts = _Named.of(imported)
        blamed: dict[Identity, str] = {}
        for problem in problems:
            for name in _names_at(problem, contents):
                blamed |= dict.fromkeys(contacts.by_name.get(name, ()), problem.message)
        if not blamed:
            raise _fault_of_ours({}, map(str, problems))
        return blamed


@dataclass(frozen=True, slots=True)
class _Named:
    """Contacts by everything that an entry of theirs may name them by."""

    by_name: dict[tuple[str, str], list[Identity]] = field(default_factory=dict)

    @classmethod
    def of(cls, contacts: Iterable[Identity]) -> "_Named":
        named = cls()
        for contact in contacts:
            pins = (("id", contact.id), ("reference", contact.reference), ("email", email_key(contact.email)))
            for kind, name in pins:
                named.by_name.setdefault((kind, name or ""), []).append(contact)
        return named


def _names_at(problem: Problem, contents: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """By what the entry of a proposed file that has a problem names its contact."""
    place = problem.place
    file = YamlFile(contents.get(place.file, b""), ProblemList(place.file, []))
    above = [entry for _, entry in file.items("contacts") if entry.mark.line < place.line]
    for kind, node in getattr(above[-1], "entries", {}).items() if above else ():
        if kind in {"id", "reference", "email"} and hasattr(node, "text"):
            yield kind, email_key(node.text) if kind == "email" else node.text


def _fault_of_ours(faults: Mapping[Identity, str], problems: Iterable[str] = ()) -> ReconcileError:
    lines = [*problems, *(f"{contact.label_with_id}: {fault}" for contact, fault in faults.items())]
    listed = "\n".join(f"  {line}" for line in lines)
    return ReconcileError(
        f"a plan right after the import would not be empty, so nothing was written:\n{listed}\n"
        "this is a fault of reconcile: please report these lines; import other contacts meanwhile"
    )
