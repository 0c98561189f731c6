"""The language of declarations, as data: every key, what may stand there, and one line about it.

The loader's checks and the JSON Schema both come from these tables. The fields of the profile and of the
address are those of ``wire.fields``.
"""

import re

from reconcile.model.contact import ADDABLE_TYPES, USER
from reconcile.model.declaration import Mode
from reconcile.wire.fields import ADDRESS_FIELDS, PROFILE_FIELDS, FieldKind, FieldTable

from .containers import Key, KeyedMapping, ListOf, NamedMapping, ReadAlready, TextOrMapping
from .dates import DateOrInstant
from .scalars import Choice, Flag, Identifier, JsonSchema, Pattern, Text, ValueSchema

EMAIL = Pattern(
    "an e-mail address",
    re.compile(r'[^@\s<>,;"]+@[^@\s<>,;".]+(\.[^@\s<>,;".]+)+'),
    "write the bare address, without a name or brackets",
    private=True,
)

COUNTRY = Pattern("a country code", re.compile(r"[A-Z]{2}"), "write two capital letters such as GB")

ROLE = Text("a role reference")

TAG = Text("a tag")

BUNDLE_NAME = Text("the name of a bundle")

FIELD = Text(nullable=True, private=True)

COMPANY = Text(nullable=True, longest=200, html=False)

PROSE = Text(nullable=True, html=False, lines=True)

WINDOW = (
    Key(
        "starts",
        DateOrInstant(),
        "From when on; a bare date is the start of that day in the configured time zone.",
    ),
    Key("expires", DateOrInstant(), "Until when; a bare date is through the end of that day."),
    Key("reason", Text("a reason"), "Why; shown in the plan."),
)

GRANT = KeyedMapping(
    "a mapping with 'reference'",
    "One access role of a contact.",
    (
        Key("reference", ROLE, "The role's reference, spelt as in the account.", required=True),
        Key("status", Choice(("active",)), "Skips e-mail verification and manual approval."),
        *WINDOW,
    ),
)

TAGGING = KeyedMapping(
    "a mapping with 'value'",
    "One tag of a contact.",
    (Key("value", TAG, "The tag.", required=True), *WINDOW),
)

ROLES = ListOf("a list of roles, such as [customer], or [] for none", TextOrMapping(ROLE, GRANT))

TAGS = ListOf("a list of tags, such as [trade], or [] for none", TextOrMapping(TAG, TAGGING))

BUNDLE = KeyedMapping(
    "a mapping with 'roles' and 'tags'",
    "Roles and tags that several contacts share.",
    (
        Key("roles", ROLES, "The roles that each contact of the bundle gets."),
        Key("tags", TAGS, "The tags that each contact of the bundle gets."),
    ),
    some=True,
)

_FIELD_SCHEMAS: dict[FieldKind, ValueSchema] = {
    FieldKind.PLAIN: FIELD,
    FieldKind.EMAIL: EMAIL,
    FieldKind.COMPANY: COMPANY,
    FieldKind.PROSE: PROSE,
    FieldKind.COUNTRY: COUNTRY,
}


def _field_keys(fields: FieldTable) -> tuple[Key, ...]:
    return tuple(Key(field.name, _FIELD_SCHEMAS[field.kind], field.about) for field in fields.values())


PROFILE = KeyedMapping(
    "a mapping of contact fields",
    "Fields of the contact itself.",
    _field_keys(PROFILE_FIELDS),
    some=True,
)

ADDRESS = KeyedMapping(
    "a mapping of address fields",
    "The primary address. Names and company that it leaves out are those of the contact.",
    _field_keys(ADDRESS_FIELDS),
    some=True,
)

REQUIRED_FIELDS = {
    "user": ("firstname", "lastname"),
    "guest": ("firstname", "lastname"),
    "branch": ("company",),
}
"""What the account needs of a new contact beside its e-mail (Evance help: Adding a Contact)."""

MODE = Choice(tuple(Mode))

MANAGE = KeyedMapping(
    "a mapping with 'roles' and 'tags'",
    "What happens to roles and tags that nobody declares: authoritative revokes them, additive keeps them.",
    (
        Key("roles", MODE, "The mode of the roles."),
        Key("tags", MODE, "The mode of the tags."),
    ),
    some=True,
)

_FILLED: JsonSchema = {"type": "string", "minLength": 1}


def _creation(kind: str, *fields: str) -> JsonSchema:
    """What the schema asks of a contact of a type that is to be created; ``contacts`` checks the same."""
    needed: JsonSchema = {"required": ["type", "email"], "properties": {"id": False}}
    if fields:
        profile = {"required": list(fields), "properties": dict.fromkeys(fields, _FILLED)}
        needed["required"].append("profile")
        needed["properties"]["profile"] = profile
    if kind not in ("", USER):
        needed["required"].append("reference")
    asked: JsonSchema = {"create": {"const": True}, "state": {"not": {"const": "absent"}}}
    if kind:
        asked["type"] = {"const": kind}
    return {
        "if": {"properties": asked, "required": ["create", "type"] if kind else ["create"]},
        "then": needed,
    }


_ABSENT: JsonSchema = {
    "if": {"properties": {"state": {"const": "absent"}}, "required": ["state"]},
    "then": {"properties": dict.fromkeys(("roles", "tags", "bundles", "manage", "create", "type"), False)},
}

CONTACT = KeyedMapping(
    "a mapping that describes a contact",
    "One contact. What it does not name is not managed.",
    (
        Key("id", Identifier(), "Pins one contact."),
        Key("reference", Text("the contact's reference"), "Finds the contact, where no id is given."),
        Key("email", EMAIL, "Finds the contact among the users, where no id and no reference is given."),
        Key("state", Choice(("present", "absent")), "absent: to hold no managed role and no managed tag."),
        Key("create", Flag(), "Whether the contact may be created when there is none."),
        Key("type", Choice(ADDABLE_TYPES), "The type of a contact to be created."),
        Key("bundles", ListOf("a list of bundle names", BUNDLE_NAME), "Bundles whose items it gets."),
        Key("roles", ROLES, "Its access roles; [] revokes all of them."),
        Key("tags", TAGS, "Its tags; [] removes all of them."),
        Key("profile", PROFILE, PROFILE.about),
        Key("address", ADDRESS, ADDRESS.about),
        Key("manage", MANAGE, MANAGE.about),
    ),
    also={
        "anyOf": [{"required": ["email"]}, {"required": ["reference"]}, {"required": ["id"]}],
        "dependentRequired": {"type": ["create"]},
        "allOf": [
            _ABSENT,
            _creation(""),
            *(_creation(kind, *REQUIRED_FIELDS.get(kind, ())) for kind in ADDABLE_TYPES),
        ],
    },
)

FILE = KeyedMapping(
    "a mapping with 'contacts' and 'bundles'",
    "One file of declarations.",
    (
        Key(
            "bundles",
            NamedMapping("a mapping of bundles", BUNDLE_NAME, BUNDLE),
            "Bundles, usable in every file.",
        ),
        Key("contacts", ListOf("a list of contacts", ReadAlready(CONTACT)), "The contacts."),
    ),
)
