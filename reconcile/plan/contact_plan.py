"""The plan of one contact: who it is, what its fold leads to, and the operations that this takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconcile.model.contact import ACTIVE, BY_ROLE, PENDING, Contact, Grant, Identity, State
from reconcile.model.declaration import Declaration
from reconcile.model.facets import FIELDS, SETS, Facet
from reconcile.model.plans.change import Change, ChangeAction, SetAside
from reconcile.model.plans.operation import KEPT_ORIGINS, Action, Operation, Origin, OriginKind
from reconcile.model.plans.plan import PlanContext
from reconcile.wire.contacts_v1 import create_payload, update_payload

from .diff import differs, kept, operations
from .digest import fingerprint
from .fold import Folded, fold
from .set_aside import is_trouble, set_aside
from .settled import is_as_declared

_EMPTY: dict[str, Any] = {**dict.fromkeys(SETS, ()), **{facet: {} for facet in FIELDS}}

EMPTY_STATE = State(**_EMPTY)
"""The state of a contact that does not exist yet."""


@dataclass(frozen=True, slots=True)
class ContactPlan:
    """A declared contact and its live one (None: to be created), folded and compared.

    ``unsettled`` is what it was folded to; None where it is settled: as declared, told from its values alone.
    ``unreadable`` names what a write would have to guess, because the API did not tell it. ``unsafe`` says
    what a write could not keep for sure, although it was told, and what to do. Either sets the contact aside.
    ``postponed`` are the operations that it would need then; see ``at_rest``.
    Access is what is active: a grant that waits or was rejected counts as no role that the contact has.
    """

    declaration: Declaration
    live: Contact | None
    context: PlanContext
    unsettled: Folded | None = None
    operations: tuple[Operation, ...] = ()
    unreadable: tuple[str, ...] = ()
    unsafe: tuple[str, ...] = ()
    postponed: tuple[Operation, ...] = ()

    @property
    def settled(self) -> bool:
        """True when nothing is to be done or in doubt, so that it was not even folded."""
        return self.unsettled is None

    @property
    def folded(self) -> Folded:
        """What the contact is folded to; a settled one anew each time, since few are asked."""
        return self.unsettled or _folded(self.declaration, self.live, self.context)

    @property
    def identity(self) -> Identity:
        """Who the contact is; the id is empty until the account gives one."""
        if self.live is not None:
            return self.live.identity
        declared = self.declaration
        return Identity("", declared.type or "", declared.email or "", declared.reference)

    @property
    def label(self) -> str:
        """How to name the contact to a person."""
        return self.identity.email or self.declaration.label

    @property
    def action(self) -> ChangeAction | None:
        """What happens to the contact, or None when it stays as it is."""
        if self.live is None:
            return ChangeAction.CREATE
        return ChangeAction.UPDATE if self.operations else None

    @property
    def changes(self) -> bool:
        """True when the contact would be written."""
        return self.action is not None

    @property
    def handovers(self) -> tuple[Operation, ...]:
        """The operations that hand the contact to another mailbox; a new contact is nobody's yet."""
        return tuple(step for step in self.operations if step.hands_over) if self.live else ()

    @property
    def set_aside_reason(self) -> str:
        """Why the contact is not written, whatever differs; empty when it may be."""
        if self.unreadable:
            return f"what must be kept could not be read: {', '.join(self.unreadable)}"
        return "; ".join(self.unsafe)

    @property
    def surely_writable(self) -> bool:
        """True when no write of whatever sets could set the contact aside; False may mean either."""
        if self.live is None or self.set_aside_reason or self.live.state.other_tags:
            return False
        grants = self.live.state.roles or ()
        return all(grant.readable and grant.status in {ACTIVE, PENDING} for grant in grants)

    def at_rest(self) -> "ContactPlan":
        """The contact as a run leaves it: where it is set aside, it loses, gains and changes nothing."""
        if not self.set_aside_reason:
            return self
        return replace(self.left_alone(), postponed=self.operations)

    def left_alone(self) -> "ContactPlan":
        """The contact as it is when a run leaves it to another one, whatever differs."""
        if self.settled:
            return self
        return replace(self, unsettled=replace(self.folded, target=self.folded.before), operations=())

    def set_aside(self) -> SetAside | None:
        """The contact as one that is set aside; None for all others."""
        if not self.set_aside_reason:
            return None
        steps = (*self.operations, *self.postponed)
        revocations = [operation.item for operation in steps if operation.revokes]
        return set_aside(self.declaration, self.identity, self.set_aside_reason, self.context, revocations)

    @property
    def roles_before(self) -> int:
        """How many managed roles are open to the contact now."""
        return len(self._open_roles(self.folded.before.roles))

    def roles_after(self, until: datetime) -> int:
        """How many managed roles would be open to the contact, without those cut short before then."""
        return len(set(self._open_roles(self.folded.target.roles)) - self.cut_short(until))

    def loses_last_role(self, until: datetime) -> bool:
        """True when a managed role is open to the contact now and none would be by then, unless it leaves."""
        return not self.declaration.leaves and bool(self.roles_before) and not self.roles_after(until)

    @property
    def loses_roles(self) -> bool:
        """True when a role would be taken, be it one that waits, or would end earlier than before."""
        return any(operation.revokes or operation.shortens for operation in self.operations)

    @property
    def may_lose_roles(self) -> bool:
        """True when a role is open to the contact that neither an ignore pattern nor additive mode keeps."""
        if self.settled:
            declared = {grant.reference for grant in self.declaration.roles or ()}
            return not declared.isdisjoint(self.held_before)
        origins = self.folded.origins
        roles = self._open_roles(self.folded.before.roles)
        return any(origins[Facet.ROLES, role].kind not in KEPT_ORIGINS for role in roles)

    @property
    def held_before(self) -> tuple[str, ...]:
        """The roles that are open to the contact now, whether they are managed or not."""
        return self._open_roles(self._live_roles())

    def held_after(self, until: datetime) -> tuple[str, ...]:
        """The roles that would be open to it, managed or not, without those cut short before then."""
        if self.settled:
            return self.held_before
        short = self.cut_short(until)
        managed = self.declaration.manages(Facet.ROLES) or self.live is None
        roles = self._open_roles(self.folded.target.roles if managed else self._live_roles())
        return tuple(role for role in roles if role not in short)

    def cut_short(self, until: datetime) -> frozenset[str]:
        """The roles that the contact keeps only until then at most, and held for longer before."""
        short = {operation.item for operation in self.operations if operation.shortens}
        grants = (grant for grant in self.folded.target.roles or () if grant.reference in short)
        return frozenset(grant.reference for grant in grants if not grant.held(until))

    def _live_roles(self) -> Iterator[Grant]:
        """What the contact holds now, managed or not."""
        roles = self.live.state.roles if self.live is not None else None
        return (grant for grant in roles or () if grant.held(self.context.now))

    def _open_roles(self, grants: Iterable[Grant] | None) -> tuple[str, ...]:
        """The roles that open something: active ones, and new ones whose role asks for no approval."""
        asking = self.context.asking_roles
        return tuple(
            grant.reference
            for grant in grants or ()
            if grant.opens or (grant.status == BY_ROLE and grant.reference not in asking)
        )

    def change(self) -> Change | None:
        """The change for the plan; None when the contact stays as it is, be it set aside."""
        if self.action is None or self.set_aside_reason:
            return None
        target = self.folded.target
        return Change(
            contact=self.identity,
            source=self.declaration.place,
            action=self.action,
            operations=self.operations,
            kept=kept(self.folded, self.operations),
            lapsed=self.folded.lapsed,
            payload=update_payload(target) if self.live else create_payload(self.declaration, target),
            live_fingerprint=fingerprint(self.live) if self.live else None,
            target=target,
            declaration=self.declaration,
        )


def differing(contacts: Iterable[ContactPlan]) -> tuple[ContactPlan, ...]:
    """Those of the contacts that are not settled: they are to be written or set aside, or may be."""
    return tuple(contact for contact in contacts if contact.unsettled is not None)


def are_unreadable(contacts: Sequence[ContactPlan]) -> bool:
    """True where the account tells of most contacts less than a plan needs: then nobody of them is a note."""
    return is_trouble(sum(bool(contact.unreadable) for contact in contacts), len(contacts))


def plan_contact(declaration: Declaration, live: Contact | None, context: PlanContext) -> ContactPlan:
    """What a declaration takes at its live contact; it is folded unless the contact is as declared."""
    if live is not None and is_as_declared(declaration, live.state, context.policy, context.now):
        return ContactPlan(declaration, live, context)
    return fold_contact(declaration, live, context)


def fold_contact(declaration: Declaration, live: Contact | None, context: PlanContext) -> ContactPlan:
    """Fold one declaration over its live contact and say what differs."""
    folded = _folded(declaration, live, context)
    steps = operations(folded) if differs(folded) else ()
    if live is None:
        steps = (_creation(declaration), *steps)
    unreadable = _unreadable(declaration, live, folded, writes=bool(steps))
    unsafe = tuple(_unsafe(declaration, live, folded, writes=bool(steps)))
    steps = tuple(_with_approval(step, context) for step in steps)
    return ContactPlan(declaration, live, context, folded, steps, unreadable, unsafe)


def _folded(declaration: Declaration, live: Contact | None, context: PlanContext) -> Folded:
    return fold(declaration, live.state if live else EMPTY_STATE, context.policy, context.now)


def _with_approval(step: Operation, context: PlanContext) -> Operation:
    """A new grant that is active at once says whether its role asks for an approval."""
    new = step.before is None and isinstance(step.after, Grant) and step.after.active
    return replace(step, skips_approval=True) if new and step.item in context.asking_roles else step


def _creation(declaration: Declaration) -> Operation:
    origin = Origin(OriginKind.DECLARED, place=declaration.place)
    return Operation(Facet.CONTACT, declaration.label, Action.ADD, None, declaration.type, origin)


def _unreadable(
    declaration: Declaration, live: Contact | None, folded: Folded, *, writes: bool
) -> tuple[str, ...]:
    """The managed facets that were not read; else the roles that a write would send without knowing them."""
    if live is None:
        return ()
    facets = tuple(facet.value for facet in declaration.managed if not live.state.has(facet))
    declared = {grant.reference for grant in declaration.roles or ()}
    return facets or tuple(f"role {name}" for name in folded.unreadable if writes or name in declared)


def _unsafe(declaration: Declaration, live: Contact | None, folded: Folded, *, writes: bool) -> Iterator[str]:
    """What the contact has that no write is known to keep, in words, with what to do about it.

    Written without a status, a grant that was rejected may come alive, and one with a status becomes active:
    the role's own rules apply anew (Evance help: Updating a Contact). A waiting one goes on waiting. No probe
    can find out more, since none can reject a grant.
    """
    if live is None:
        return
    declared = {grant.reference for grant in declaration.roles or ()}
    sent = {grant.reference for grant in folded.target.roles or ()}
    for grant in folded.before.roles or ():
        doubtful = grant.readable and grant.status not in {ACTIVE, PENDING} and grant.reference in sent
        if doubtful and grant.reference in declared:
            yield (
                f"role {grant.reference} is '{grant.status}', which a declaration neither takes over nor "
                "overwrites; approve or remove it in Evance, or declare the contact without it"
            )
        elif doubtful and writes:
            yield (
                f"role {grant.reference} is '{grant.status}', and to send it again with the other roles may "
                "revive it; approve or remove it in Evance"
            )
    if writes and declaration.manages(Facet.TAGS):
        yield from map(_other_tags_text, sorted({tag.type for tag in live.state.other_tags}))


def _other_tags_text(kind: str) -> str:
    return (
        f"it has tags of the type '{kind}', which a write of its tags may take away; remove them in Evance, "
        "or declare the contact without 'tags'"
    )
