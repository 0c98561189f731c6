"""Rules of contacts and bundles: what keys of an entry, and entries of all files, ask of each other."""

from .rule import Rule, Where

NO_IDENTITY = Rule(
    "no-identity",
    "A contact without e-mail, reference and id.",
    "contacts:\n  - tags: [trade]",
    "contacts:\n  - email: bob@example.com\n    tags: [trade]",
    in_schema=True,
)

DUPLICATE_CONTACT = Rule(
    "duplicate-contact",
    "A contact that is declared twice, in one file or in two.",
    "contacts:\n  - {email: bob@example.com, tags: [trade]}\n  - {email: Bob@example.com, tags: [vip]}",
    "contacts:\n  - {email: bob@example.com, tags: [trade, vip]}",
)

REFERENCE_MOVES = Rule(
    "reference-moves",
    "A change of the reference by which the contact is found: the next plan would not find it.",
    "contacts:\n  - reference: CRM-7\n    profile: {reference: CRM-8}",
    "contacts:\n  - id: 13\n    profile: {reference: CRM-8}",
)

ABSENT_WITH_MORE = Rule(
    "absent-with-more",
    "A contact with 'state: absent' that is to have something.",
    "contacts:\n  - email: bob@example.com\n    state: absent\n    tags: [trade]",
    "contacts:\n  - email: bob@example.com\n    state: absent",
    in_schema=True,
)

TYPE_WITHOUT_CREATE = Rule(
    "type-without-create",
    "A type for a contact that is not to be created.",
    "contacts:\n  - email: bob@example.com\n    type: user\n    tags: [trade]",
    "contacts:\n  - email: bob@example.com\n    tags: [trade]",
    in_schema=True,
)

CREATE_WITH_ID = Rule(
    "create-with-id",
    "An id for a contact that is to be created: the account gives it.",
    "contacts:\n  - id: 13\n    email: bob@example.com\n    create: true\n    type: user\n"
    "    profile: {firstname: Bob, lastname: Bobsworth}",
    "contacts:\n  - email: bob@example.com\n    create: true\n    type: user\n"
    "    profile: {firstname: Bob, lastname: Bobsworth}",
    in_schema=True,
)

CREATE_NEEDS = Rule(
    "create-needs",
    "A contact to be created without what its type needs: type and e-mail; names for user and guest, company"
    " for branch; a reference for all but user, since only users are found again by their e-mail.",
    "contacts:\n  - email: depot@example.com\n    create: true\n    type: branch",
    "contacts:\n  - email: depot@example.com\n    reference: DEPOT-1\n    create: true\n    type: branch\n"
    "    profile: {company: Bobsworth Depot}",
    in_schema=True,
)

CREATE_WITH_TWO_EMAILS = Rule(
    "create-with-two-emails",
    "Two different addresses for a contact to be created.",
    "contacts:\n  - email: bob@example.com\n    create: true\n    type: user\n"
    "    profile: {firstname: Bob, lastname: Bobsworth, email: bobsworth@example.com}",
    "contacts:\n  - email: bobsworth@example.com\n    create: true\n    type: user\n"
    "    profile: {firstname: Bob, lastname: Bobsworth}",
)

UNKNOWN_BUNDLE = Rule(
    "unknown-bundle",
    "A bundle that no file has.",
    "bundles:\n  trade-customer: {roles: [customer]}\ncontacts:\n"
    "  - {email: bob@example.com, bundles: [trade-costumer]}",
    "bundles:\n  trade-customer: {roles: [customer]}\ncontacts:\n"
    "  - {email: bob@example.com, bundles: [trade-customer]}",
)

DUPLICATE_BUNDLE = Rule(
    "duplicate-bundle",
    "A bundle name that two files have.",
    "`bundles: {trade: {tags: [trade]}}` in one file, `bundles: {trade: {tags: [shop]}}` in another.",
    "`bundles: {trade: {tags: [trade]}}` in one file, `bundles: {retail: {tags: [shop]}}` in another.",
    Where.FILES,
)

BUNDLES_DISAGREE = Rule(
    "bundles-disagree",
    "Two bundles of a contact that give one role or tag with different status or window.",
    "bundles:\n  a: {roles: [preview]}\n  b: {roles: [{reference: preview, expires: 2027-01-31}]}\n"
    "contacts:\n  - {email: bob@example.com, bundles: [a, b]}",
    "bundles:\n  a: {roles: [preview]}\n  b: {roles: [{reference: preview, expires: 2027-01-31}]}\n"
    "contacts:\n  - {email: bob@example.com, bundles: [a, b], roles: [preview]}",
)

IGNORED_AND_DECLARED = Rule(
    "ignored-and-declared",
    "A role or tag that is declared although the configuration ignores it.",
    "contacts:\n  - {email: bob@example.com, roles: [staff-discount]}",
    "contacts:\n  - {email: bob@example.com, roles: [customer]}",
    settings="ignore: {roles: [staff-*]}",
)
