"""What an import will write, file by file, once a plan with these files has been proven to be empty."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconcile.authoring.file_text import edited_text
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.reader import YamlFile
from reconcile.errors import DeclarationError, ReconcileError
from reconcile.importing.layout import Destination
from reconcile.importing.proposal import ImportContext, Proposal, propose
from reconcile.importing.selection import SelectedContacts
from reconcile.model.contact import Identity, email_key
from reconcile.model.edits import FileEdit, Omission
from reconcile.model.problem import Problem
from reconcile.text import escape_unprintable

from .contacts_folder import ContactsFolder
from .file_transaction import ProposedFile
from .plan_check import EMPTY_PLAN, FAULT_OF_OURS, CheckedPlan, check_plan, left_out
from .snapshot import AccountSnapshot

MOST_CHECKS = 3
"""Maximum number of checks: after each but the last, contacts whose plan is not empty are left out."""


@dataclass(frozen=True, slots=True)
class CheckedProposal:
    """A proposal whose plan is empty, with the texts of its files.

    ``excluded`` are contacts that had to be left out for that. ``check`` is what a plan says of all others.
    """

    proposal: Proposal
    files: tuple[ProposedFile, ...]
    excluded: tuple[Omission, ...] = ()
    check: CheckedPlan = EMPTY_PLAN


@dataclass(frozen=True, slots=True)
class CheckedProposer:
    """Proposes files for a folder from what was read of the account, until a plan with them is empty."""

    folder: ContactsFolder
    snapshot: AccountSnapshot
    selection: SelectedContacts
    destination: Destination
    bundles: bool = False

    def propose(self) -> CheckedProposal:
        """The proposal; ReconcileError where no plan right after it is empty, whoever is left out."""
        excluded: tuple[Omission, ...] = ()
        for _ in range(MOST_CHECKS):
            proposal = self._propose({row.contact for row in excluded})
            files = tuple(self._files(proposal))
            check = self._check(proposal, files)
            if not check.faults and (_imported(proposal) or not _are_ours(excluded)):
                return CheckedProposal(proposal, files, excluded, check)
            excluded += check.faults
        raise _fault_of_ours(f"{row.contact.label_with_id}: {row.why}" for row in excluded)

    def _propose(self, excluded: Collection[Identity]) -> Proposal:
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
            text = _edited(None if before is None else before.decode(), edit, self.folder.head(edit.file))
            yield ProposedFile(edit.file, self.folder.path(edit.file), before, text.encode())

    def _check(self, proposal: Proposal, files: Iterable[ProposedFile]) -> CheckedPlan:
        """What a plan would say if the files were written."""
        contents = {file.file: file.after for file in files}
        try:
            loaded = self.folder.load_with(contents)
        except DeclarationError as error:
            return CheckedPlan(_blamed(error.problems, contents, _imported(proposal)))
        return check_plan(loaded, _imported(proposal), self.snapshot)


def _edited(text: str | None, edit: FileEdit, head: tuple[str, ...]) -> str:
    try:
        return edited_text(text, edit, head=head)
    except ValueError as error:
        raise ReconcileError(f"{escape_unprintable(edit.file)}: {error}; nothing was written") from None


def _imported(proposal: Proposal) -> tuple[Identity, ...]:
    return (*proposal.added, *proposal.edited, *proposal.unchanged)


def _are_ours(excluded: Iterable[Omission]) -> bool:
    return any(row.remedy == FAULT_OF_OURS for row in excluded)


def _blamed(
    problems: Iterable[Problem], contents: Mapping[str, bytes], imported: Iterable[Identity]
) -> tuple[Omission, ...]:
    """The imported contacts whose entries have these problems; ReconcileError where that is none."""
    contacts = _Named.of(imported)
    blamed: dict[Identity, str] = {}
    for problem in problems:
        for name in _names_at(problem, contents):
            blamed |= dict.fromkeys(contacts.by_name.get(name, ()), problem.message)
    if not blamed:
        raise _fault_of_ours(map(str, problems))
    return tuple(left_out(identity, why, FAULT_OF_OURS) for identity, why in blamed.items())


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


def _fault_of_ours(reasons: Iterable[str]) -> ReconcileError:
    listed = "\n".join(f"  {escape_unprintable(reason)}" for reason in reasons)
    return ReconcileError(
        f"a plan right after the import would not be empty, so nothing was written:\n{listed}\n"
        "this is a fault of reconcile: please report these lines; import other contacts meanwhile"
    )
