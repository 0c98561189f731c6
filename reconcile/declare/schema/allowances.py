"""The language of entries under ``allow``: which guard, for whom or how far, until when, and why."""

import json
from dataclasses import dataclass
from typing import Any

from reconcile.declare import rules
from reconcile.declare.problems import ListNode, MappingNode, ProblemList, ScalarNode, YamlNode
from reconcile.model.allowance import MOST_DAYS
from reconcile.model.contact import EMAIL_FORM
from reconcile.model.guards import GUARDS, LiftedBy, guard_named, liftable_guards
from reconcile.text import quoted

from .containers import Key, KeyedMapping, ListOf
from .scalars import Choice, DateOrInstant, Identifier, JsonSchema, Number, refuse
from .texts import Pattern, Text

EMAIL = Pattern(
    "an e-mail address",
    EMAIL_FORM,
    "write the bare address, without a name or brackets",
    private=True,
)


@dataclass(frozen=True, slots=True)
class LiftableGuard:
    """The name of a guard that entries lift."""

    names: Choice

    @property
    def noun(self) -> str:
        """The names, as a person would list them."""
        return self.names.noun

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The name; one of a guard that nothing lifts is refused with what to do instead."""
        name = node.text if type(node) is ScalarNode else ""
        if name in GUARDS and not guard_named(name).liftable:
            message = f"nothing lifts the guard {quoted(name)}; {guard_named(name).remedy}, and delete this"
            return refuse(rules.WRONG_VALUE, node, message, problems)
        return self.names.read(node, problems)

    def json_schema(self) -> JsonSchema:
        """One of the names."""
        return self.names.json_schema()


NAMED_CONTACT = KeyedMapping(
    "a mapping with 'id', 'reference' or 'email'",
    "A contact for whom the guard is lifted.",
    (
        Key("id", Identifier(), "The contact's id."),
        Key("reference", Text("the contact's reference"), "The contact's reference."),
        Key("email", EMAIL, "The address that the contact has now, or is created with."),
    ),
    not_empty=True,
)


def allowance_mapping() -> KeyedMapping:
    """One entry."""
    number = Number("a whole number, 1 or more", 1, 999_999_999)
    contacts = ListOf("a list of contacts, such as [{id: 40}]", NAMED_CONTACT, shortest=1)
    return KeyedMapping(
        "a mapping with 'guard', 'contacts' or 'ceiling', 'until' and 'reason'",
        "What lifts a guard once: for named people, or up to a ceiling.",
        (
            Key(
                "guard", LiftableGuard(Choice(liftable_guards())), "The guard that is lifted.", required=True
            ),
            Key("contacts", contacts, "For whom it is lifted."),
            Key("ceiling", number, "How far it is lifted, where nobody is named."),
            Key("until", DateOrInstant(), "Its last day, at most 14 days ahead.", required=True),
            Key("reason", Text("a reason"), "Why; shown at the head of the plan.", required=True),
        ),
        further_schema=_one_of_both(),
    )


def _one_of_both() -> JsonSchema:
    """Contacts or a ceiling, and for some guards only a ceiling; the reader checks the same."""
    only_ceiling = [name for name in liftable_guards() if LiftedBy.CONTACTS not in GUARDS[name].lifted_by]
    return {
        "oneOf": [{"required": ["contacts"]}, {"required": ["ceiling"]}],
        "if": {"properties": {"guard": {"enum": only_ceiling}}, "required": ["guard"]},
        "then": {"properties": {"contacts": False}},
    }


@dataclass(frozen=True, slots=True)
class MovedAllow:
    """Overrides as ``reconcile.yaml`` had them, each bound to the digest of a plan. Always refused."""

    noun: str = "nothing"

    def read(self, node: YamlNode, problems: ProblemList) -> Any:
        """The problem has the same overrides as declarations say them."""
        entries = node.items if type(node) is ListNode else []
        flow = ", ".join(_as_declared(entry) for entry in entries if type(entry) is MappingNode)
        message = (
            "overrides of guards stand in the declarations now, beside 'contacts:', and lift once where they "
            f"are new; delete this, and write there what is still to come, with 'until' within {MOST_DAYS} "
            f"days: allow: [{flow}]"
        )
        return refuse(rules.MOVED_KEY, node, message, problems)

    def json_schema(self) -> JsonSchema:
        """Nothing may stand here."""
        return {"not": {}}


def _as_declared(entry: MappingNode) -> str:
    written = {name: node.text for name, node in entry.entries.items() if type(node) is ScalarNode}
    reason = json.dumps(written.get("reason", ""), ensure_ascii=False)
    values = {"guard": written.get("guard", ""), "ceiling": written.get("ceiling", "1")}
    return f"{{guard: {values['guard']}, ceiling: {values['ceiling']}, until: YYYY-MM-DD, reason: {reason}}}"


def allowances_key() -> Key:
    """The list of entries in a file of declarations."""
    entries = ListOf("a list of entries that lift a guard", allowance_mapping())
    return Key("allow", entries, "What lifts a guard, once, in the pull request that needs it.")
