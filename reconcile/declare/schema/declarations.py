"""The language of declarations, as data: every key, what may stand there, and one line about it.

The loader's checks and the JSON Schema both come from these mappings. The fields of the profile and of the
address are those of ``wire.fields``.
"""

from reconcile.model.contact import ADDABLE_TYPES, USER
from reconcile.model.declaration import Mode
from reconcile.wire.fields import (
    ADDRESS_FIELDS,
    COUNTRY_CODE,
    COUNTRY_SLIPS,
    LONGEST_COMPANY,
    PROFILE_FIELDS,
    FieldKind,
    FieldTable,
)

from .allowances import EMAIL, allowances_key
from .containers import Key, KeyedMapping, ListOf, NamedMapping, TextOrMapping
from .scalars import Choice, DateOrInstant, Flag, Identifier, JsonSchema, ValueSchema
from .texts import Pattern, Text

ROLE = Text("a role reference")

TAG = Text("a tag")

BUNDLE_NAME = Text("the name of a bundle")

WINDOW = (
    Key(
        "starts",
        DateOrInstant(),
        "From when on; a bare date is the start of that day in the configured time zone.",
        also=("from", "begin", "begins", "since", "startdate", "validfrom"),
    ),
    Key(
        "expires",
        DateOrInstant(),
        "Until when; a bare date is through the end of that day.",
        also=("until", "to", "end", "ends", "enddate", "validuntil", "validto", "expiry", "expiration"),
    ),
    Key(
        "reason",
        Text("a reason"),
        "Why; shown in the plan.",
        also=("why", "because", "note", "comment", "description"),
    ),
)

GRANT = KeyedMapping(
    "a mapping with 'reference'",
    "One access role of a contact.",
    (
        Key(
            "reference",
            ROLE,
            "The role's reference, spelt as in the account.",
            required=True,
            also=("name", "role", "id", "ref", "key", "slug", "value", "title"),
        ),
        Key("status", Choice(("active",)), "Skips e-mail verification and manual approval."),
        *WINDOW,
    ),
)

TAGGING = KeyedMapping(
    "a mapping with 'value'",
    "One tag of a contact.",
    (
        Key("value", TAG, "The tag.", required=True, also=("name", "tag", "label", "id", "key", "reference")),
        *WINDOW,
    ),
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
    not_empty=True,
)

_FIELD_SCHEMAS: dict[FieldKind, ValueSchema] = {
    FieldKind.PLAIN: Text(nullable=True, private=True),
    FieldKind.EMAIL: EMAIL,
    FieldKind.COMPANY: Text(nullable=True, longest=LONGEST_COMPANY, html=False),
    FieldKind.PROSE: Text(nullable=True, html=False, lines=True),
    FieldKind.COUNTRY: Pattern(
        "a country code",
        COUNTRY_CODE,
        "write two capital letters such as GB",
        instead=COUNTRY_SLIPS,
    ),
}

_FIELDS_ALSO = {
    "biography": ("bio", "about"),
    "company": ("organisation", "organization", "companyname"),
    "firstname": ("forename", "givenname"),
    "lastname": ("surname", "familyname"),
    "mobile": ("cell", "mobilephone"),
    "phone": ("tel", "telephone"),
    "position": ("job", "jobtitle"),
    "taxNumber": ("vat", "vatnumber"),
    "website": ("url", "web", "homepage"),
    "line1": ("street", "street1", "address", "address1"),
    "line2": ("street2", "address2"),
    "line3": ("street3", "address3"),
    "city": ("town", "place"),
    "region": ("county", "state", "province"),
    "countryCode": ("country",),
    "zip": ("postcode", "postalcode", "zipcode"),
}
"""Other words for fields, where it is no near spelling, or another field is nearer."""


def _field_keys(fields: FieldTable) -> tuple[Key, ...]:
    return tuple(
        Key(field.name, _FIELD_SCHEMAS[field.kind], field.about, also=_FIELDS_ALSO.get(field.name, ()))
        for field in fields.values()
    )


def profile_mapping() -> KeyedMapping:
    """The fields of the contact itself."""
    keys = _field_keys(PROFILE_FIELDS)
    return KeyedMapping("a mapping of contact fields", "Fields of the contact itself.", keys, not_empty=True)


def address_mapping() -> KeyedMapping:
    """The fields of the primary address."""
    about = "The primary address. Names and company that it leaves out are those of the contact."
    return KeyedMapping("a mapping of address fields", about, _field_keys(ADDRESS_FIELDS), not_empty=True)


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
    (Key("roles", MODE, "The mode of the roles."), Key("tags", MODE, "The mode of the tags.")),
    not_empty=True,
)

_FILLED: JsonSchema = {"type": "string", "minLength": 1}


def _creation_schema(contact_type: str, *fields: str) -> JsonSchema:
    """What a contact of a type needs that is to be created; ``contacts`` checks the same. "" is any type."""
    needed: JsonSchema = {"required": ["type", "email"], "properties": {"id": False}}
    if fields:
        profile = {"required": list(fields), "properties": dict.fromkeys(fields, _FILLED)}
        needed["required"].append("profile")
        needed["properties"]["profile"] = profile
    if contact_type not in ("", USER):
        needed["required"].append("reference")
    condition: JsonSchema = {"create": {"const": True}, "state": {"not": {"const": "absent"}}}
    if contact_type:
        condition["type"] = {"const": contact_type}
    return {
        "if": {"properties": condition, "required": ["create", "type"] if contact_type else ["create"]},
        "then": needed,
    }


_ABSENT: JsonSchema = {
    "if": {"properties": {"state": {"const": "absent"}}, "required": ["state"]},
    "then": {"properties": dict.fromkeys(("roles", "tags", "bundles", "manage", "create", "type"), False)},
}


_IDENTITY = (
    Key("id", Identifier(), "Pins one contact."),
    Key(
        "reference",
        Text("the contact's reference"),
        "Finds the contact, where no id is given.",
        also=("ref", "externalid", "customernumber"),
    ),
    Key(
        "email",
        EMAIL,
        "Finds the contact among the users, where no id and no reference is given.",
        also=("mail", "emailaddress"),
    ),
)

_ITEMS = (
    Key(
        "roles",
        ROLES,
        "Its access roles; [] revokes all of them.",
        also=("role", "accessroles", "access", "grants", "group", "groups", "permissions"),
    ),
    Key("tags", TAGS, "Its tags; [] removes all of them.", also=("tag", "label", "labels")),
)


def contact_mapping() -> KeyedMapping:
    """One contact."""
    profile, address = profile_mapping(), address_mapping()
    return KeyedMapping(
        "a mapping that describes a contact",
        "One contact. What it does not name is not managed.",
        (
            *_IDENTITY,
            Key(
                "state", Choice(("present", "absent")), "absent: to hold no managed role and no managed tag."
            ),
            Key("create", Flag(), "Whether the contact may be created when there is none."),
            Key("type", Choice(ADDABLE_TYPES), "The type of a contact to be created."),
            Key("bundles", ListOf("a list of bundle names", BUNDLE_NAME), "Bundles whose items it gets."),
            *_ITEMS,
            Key("profile", profile, profile.about),
            Key("address", address, address.about),
            Key("manage", MANAGE, MANAGE.about),
        ),
        further_schema={
            "anyOf": [{"required": ["email"]}, {"required": ["reference"]}, {"required": ["id"]}],
            "dependentRequired": {"type": ["create"]},
            "allOf": [
                _ABSENT,
                _creation_schema(""),
                *(_creation_schema(name, *REQUIRED_FIELDS.get(name, ())) for name in ADDABLE_TYPES),
            ],
        },
    )


def file_mapping(contact: KeyedMapping) -> KeyedMapping:
    """One file of declarations, with contacts of that form."""
    return KeyedMapping(
        "a mapping with 'contacts', 'bundles' and 'allow'",
        "One file of declarations.",
        (
            Key(
                "bundles",
                NamedMapping("a mapping of bundles", BUNDLE_NAME, BUNDLE),
                "Bundles, usable in every file.",
            ),
            Key(
                "contacts",
                ListOf("a list of contacts", contact),
                "The contacts.",
                also=("contact", "customer", "customers", "user", "users", "people"),
            ),
            allowances_key(),
        ),
    )


def declarations_json_schema() -> JsonSchema:
    """The JSON Schema of one file of declarations."""
    return file_mapping(contact_mapping()).json_schema_document("Declarations of reconcile")
