"""Adopts what somebody changed outside into a project's declarations: compare, edit, check, write."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from reconcile.authoring.file_text import edited_text
from reconcile.declare.loader import LoadedDeclarations
from reconcile.errors import DeclarationError, InvalidScope, ReconcileError
from reconcile.importing.adoption import BY_HAND, Adoption, adopt, leave
from reconcile.importing.held_sets import ImportRules, usual_spellings
from reconcile.journal.record import PlannedEntry
from reconcile.model.baseline import EntryKey
from reconcile.model.declaration import Declaration
from reconcile.model.edits import WHOLE_CONTACT, FileEdit, Omission
from reconcile.model.facets import item_key
from reconcile.model.partial_fields import is_read_whole
from reconcile.model.plans.change import SetAside
from reconcile.model.plans.operation import Operation
from reconcile.model.reports.drift import Drift
from reconcile.model.reports.importing import AdoptionReport, ImportedFile
from reconcile.plan.contact_plan import plan_contact
from reconcile.plan.digest import resolved_digest
from reconcile.plan.naming import declarations_named, nearest_name, parse_contact_id
from reconcile.services.accounts import open_reader
from reconcile.services.caller import Console, nothing_written
from reconcile.services.planning.project_plan import DriftCheck, examine_drift
from reconcile.services.project import Project
from reconcile.text import escape_unprintable, quoted

from .contacts_folder import ContactsFolder
from .file_transaction import ProposedFile, write_files
from .plan_check import FAULT_OF_OURS


def adopt_drift(
    project: Project, console: Console, names: Sequence[str] = (), *, dry_run: bool = False
) -> AdoptionReport:
    """Write what was changed outside into the declarations, unless it is a dry run; of named contacts alone.

    InvalidScope: a name means no declared contact. DeclarationError: the folder is invalid already. Refusal:
    something could not be seen, or somebody else changed a file meanwhile. Whatever is raised, no file is
    changed; and nothing is ever written to the account.
    """
    with nothing_written():  # no interrupt comes once the first file is in place
        folder = ContactsFolder.read(project)
        loaded = folder.loaded if folder.loaded.declarations else project.load()
        wanted = _Names(tuple(names), loaded.declarations)
        wanted.refuse_unknown()
        check = examine_drift(project, console, loaded)
        keys, mistold = wanted.keys(check.fresh.planned), _mistold(project, console, check)
        adopting = _ProjectAdoption(folder, check, keys, mistold)
        adoptions, files = adopting.adopt()
        if files and not dry_run:
            write_files(files, console, folder.changed_files)
    return _report(check, adoptions, files, adopting.set_aside(), dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class _Names:
    """The contacts that were asked for, by what a declaration or, for an id, the account calls them."""

    names: tuple[str, ...]
    declarations: Sequence[Declaration]

    def refuse_unknown(self) -> None:
        """InvalidScope for each name that nobody has, before the account is asked; an id, it may know."""
        self._refuse(name for name in self.names if not (self._declared(name) or parse_contact_id(name)))

    def keys(self, planned: Iterable[PlannedEntry]) -> frozenset[EntryKey] | None:
        """The keys of the declarations that are meant; None for all. InvalidScope for an unknown id."""
        by_id = {entry.contact: entry.declaration for entry in planned if entry.contact}
        found = {name: self._declared(name) or _of_id(name, by_id) for name in self.names}
        self._refuse(name for name, declarations in found.items() if not declarations)
        keys = frozenset(declaration.key for named in found.values() for declaration in named)
        return keys if self.names else None

    def _declared(self, name: str) -> tuple[Declaration, ...]:
        return declarations_named(self.declarations, name)

    def _refuse(self, unknown: Iterable[str]) -> None:
        if lines := list(map(self._unknown, unknown)):
            raise InvalidScope("\n".join(lines))

    def _unknown(self, name: str) -> str:
        near = nearest_name(self.declarations, name)
        advice = f"did you mean '{near}'?" if near else "give a declared e-mail, reference or id"
        return f"--adopt: no declared contact is called {quoted(name)}; {advice}"


def _of_id(name: str, by_id: Mapping[str, Declaration]) -> tuple[Declaration, ...]:
    declaration = by_id.get(parse_contact_id(name) or "")
    return (declaration,) if declaration else ()


@dataclass(frozen=True, slots=True)
class _ProjectAdoption:
    """Adopts the drift of some contacts, each by an edit of its own entry. ``wanted`` None: of all.

    ``mistold`` are the ids of those who are left, since the list tells otherwise than they do themselves.
    """

    folder: ContactsFolder
    check: DriftCheck
    wanted: frozenset[EntryKey] | None
    mistold: frozenset[str] = frozenset()

    def adopt(self) -> tuple[list[Adoption], tuple[ProposedFile, ...]]:
        """What becomes of each contact, and the files, after which no plan has what is adopted.

        ReconcileError: a plan would still have some of it, whoever is left out.
        """
        adoptions = list(self._adoptions())
        try:
            files = self._files(adoptions)
        except ReconcileError:  # one entry that is laid out too oddly must not keep the others
            adoptions = [self._editable(adoption) for adoption in adoptions]
            files = self._files(adoptions)
        faulty = self._faulty(adoptions, files)
        if not faulty:
            return adoptions, files
        why = "a plan right after the edit would not be as it should"
        adoptions = [leave(one, why, FAULT_OF_OURS) if one in faulty else one for one in adoptions]
        files = self._files(adoptions)
        if self._faulty(adoptions, files):
            raise _fault_of_ours(adoption.declaration.label for adoption in faulty)
        return adoptions, files

    def set_aside(self) -> Iterator[Omission]:
        """Who is set aside: named ones, or those of whom no run has told yet."""
        for entry in self.check.drift.plan.set_aside:
            if self._is_wanted(entry):
                why = f"{entry.source}: set aside: {entry.reason}"
                yield Omission(entry.contact, WHOLE_CONTACT, why, "")

    def _is_wanted(self, entry: SetAside) -> bool:
        if self.wanted is None:
            return not entry.known
        places = {one.place for one in self.check.fresh.folder if one.key in self.wanted}
        return entry.source in places

    def _adoptions(self) -> Iterator[Adoption]:
        fresh, drift = self.check.fresh, self.check.drift
        changed = [live for key in _changed(drift) if (live := fresh.live.get(key))]
        rules = ImportRules(
            fresh.context.policy,
            fresh.context.now,
            usual_spellings(changed, fresh.folder),
            self.check.roles,
        )
        for _, group in groupby(drift.differences, key=lambda difference: difference.change.key):
            differences = list(group)
            change = differences[0].change
            if self.wanted is None or change.declaration.key in self.wanted:
                adoption = adopt(differences, fresh.live.get(change.contact.id), rules)
                is_mistold = change.contact.id in self.mistold
                yield leave(adoption, _MISTOLD, _BELIEVE_NO_ROW) if is_mistold else adoption

    def _files(self, adoptions: Iterable[Adoption]) -> tuple[ProposedFile, ...]:
        edits = sorted((one.edit for one in adoptions if one.edit), key=lambda edit: edit.place)
        return tuple(
            self._file(FileEdit(file, edited=tuple(group)))
            for file, group in groupby(edits, key=lambda edit: edit.place.file)
        )

    def _file(self, edit: FileEdit) -> ProposedFile:
        before = self.folder.files[edit.file]
        try:
            text = edited_text(before.decode(), edit)
        except ValueError as error:
            raise ReconcileError(f"{escape_unprintable(edit.file)}: {error}") from None
        return ProposedFile(edit.file, self.folder.path(edit.file), before, text.encode())

    def _editable(self, adoption: Adoption) -> Adoption:
        """The same, without its edit where its entry is laid out so that it can't be edited."""
        try:
            self._files([adoption])
        except ReconcileError as error:
            return leave(adoption, str(error), BY_HAND)
        return adoption

    def _faulty(self, adoptions: Sequence[Adoption], files: Sequence[ProposedFile]) -> list[Adoption]:
        """The contacts of whom a plan with these files would not be as it should."""
        if not files:
            return []
        edited = [adoption for adoption in adoptions if adoption.edit]
        with suppress(DeclarationError):
            loaded = self.folder.load_with({file.file: file.after for file in files})
            return self._differing(edited, loaded)
        return edited

    def _differing(self, edited: Sequence[Adoption], loaded: LoadedDeclarations) -> list[Adoption]:
        """Those whose plan has anything but what was left; all of them where another entry has changed."""
        policy = self.check.fresh.context.policy
        after = {declaration.key: declaration for declaration in loaded.declarations}
        before = {declaration.key: declaration for declaration in self.folder.loaded.declarations}
        own = {adoption.declaration.key for adoption in edited}
        others = before.keys() - own
        same = after.keys() == before.keys() and all(
            resolved_digest(after[key], policy) == resolved_digest(before[key], policy) for key in others
        )
        return [one for one in edited if not (same and self._is_settled(one, after[one.declaration.key]))]

    def _is_settled(self, adoption: Adoption, declaration: Declaration) -> bool:
        """Whether the plan of the edited entry has what was left, and nothing else."""
        contact = self.check.fresh.live[adoption.identity.id]
        plan = plan_contact(declaration, contact, self.check.fresh.context)
        adopted = {_item(difference.operation) for difference in adoption.adopted}
        steps = (difference.operation for difference in self.check.drift.differences_of(adoption.identity))
        expected = {_item(step) for step in steps} - adopted
        return not plan.set_aside_reason and {_item(step) for step in plan.operations} == expected


_MISTOLD = "the account's list tells otherwise than the contact itself"

_BELIEVE_NO_ROW = (
    "if it was changed just now, call it again; if this stays, run 'reconcile probe', or write "
    "'profile_from: contact' (or roles_from, tags_from, address_from) into evance.capabilities.yaml"
)


def _mistold(project: Project, console: Console, check: DriftCheck) -> frozenset[str]:
    """The ids of the contacts of whom a row of the list shows a difference, and they themselves another one.

    A row may be late, or have a value under the wrong field. A plan that is wrong because of it does no harm,
    since an apply reads whom it writes; but what is declared by it would be written.
    """
    live, context = check.fresh.live, check.fresh.context
    declared = {change.contact.id: change.declaration for change in check.drift.plan.changes}
    listed = {id_: live[id_] for id_ in declared if id_ in live and not is_read_whole(live[id_])}
    if not listed:
        return frozenset()
    with open_reader(project, console) as account:
        identities = [contact.identity for contact in listed.values()]
        now = {read.identity.id: read for read in account.looked_up(identities) if read}
    return frozenset(
        id_
        for id_, contact in listed.items()
        if plan_contact(declared[id_], now.get(id_), context).operations
        != plan_contact(declared[id_], contact, context).operations
    )


def _item(step: Operation) -> tuple[str, str, str]:
    return step.facet, item_key(step.facet, step.item), step.action


def _changed(drift: Drift) -> Iterator[str]:
    return (change.contact.id for change in drift.plan.changes)


def _fault_of_ours(names: Iterable[str]) -> ReconcileError:
    listed = ", ".join(map(escape_unprintable, names))
    return ReconcileError(
        f"a plan right after the adoption would not be as it should, so nothing was written: {listed}; "
        "this is a fault of reconcile: please report this line; adopt other contacts meanwhile"
    )


def _report(
    check: DriftCheck,
    adoptions: Sequence[Adoption],
    files: Sequence[ProposedFile],
    set_aside: Iterable[Omission],
    *,
    dry_run: bool,
) -> AdoptionReport:
    adopted = [difference for adoption in adoptions for difference in adoption.adopted]
    return AdoptionReport(
        adopted=check.drift.cut_down_to(adopted),
        dry_run=dry_run,
        files=tuple(_imported_file(file, adoptions) for file in files),
        left=(*(row for adoption in adoptions for row in adoption.left), *set_aside),
    )


def _imported_file(file: ProposedFile, adoptions: Iterable[Adoption]) -> ImportedFile:
    edited = sum(one.edit is not None and one.edit.place.file == file.file for one in adoptions)
    return ImportedFile(file.file, 0, edited, 0, (file.before or b"").decode(), file.after.decode())
