"""Rules of keys and values: what may stand where."""

from .rule import Rule

UNKNOWN_KEY = Rule(
    "unknown-key",
    "A key that the language does not have.",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, expire_at: 2027-01-31}]",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, expires: 2027-01-31}]",
    in_schema=True,
)

MISSING_KEY = Rule(
    "missing-key",
    "A mapping or list without what it needs.",
    "contacts:\n  - email: bob@example.com\n    roles: [{status: active}]",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, status: active}]",
    in_schema=True,
)

WRONG_TYPE = Rule(
    "wrong-type",
    "A value of another kind than the key takes, or none at all.",
    "contacts:\n  - email: bob@example.com\n    roles: customer",
    "contacts:\n  - email: bob@example.com\n    roles: [customer]",
    in_schema=True,
)

WRONG_VALUE = Rule(
    "wrong-value",
    "A word that the key does not take.",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, status: pending}]",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, status: active}]",
    in_schema=True,
)

QUOTES = Rule(
    "quotes",
    "A word without quotes that YAML readers take for a number, a boolean, a date or nothing.",
    "contacts:\n  - email: bob@example.com\n    tags: [2027]\n    address: {countryCode: NO}",
    'contacts:\n  - email: bob@example.com\n    tags: ["2027"]\n    address: {countryCode: "NO"}',
    in_schema=True,
)

TOO_LONG = Rule(
    "too-long",
    "A text that is longer than the account takes.",
    "contacts:\n  - email: bob@example.com\n    profile: {company: " + "Bobsworth & Daughters " * 10 + "}",
    "contacts:\n  - email: bob@example.com\n    profile: {company: Bobsworth & Daughters}",
    in_schema=True,
)

HTML = Rule(
    "html",
    "HTML where the account takes none.",
    "contacts:\n  - email: bob@example.com\n    profile: {company: <b>Bobsworth</b>}",
    "contacts:\n  - email: bob@example.com\n    profile: {company: Bobsworth}",
    in_schema=True,
)

NOT_A_DATE = Rule(
    "not-a-date",
    "Something else than a day (YYYY-MM-DD) or a date-time with offset.",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, expires: next quarter}]",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, expires: 2027-03-31}]",
    in_schema=True,
)

NO_SUCH_DATE = Rule(
    "no-such-date",
    "A day or time that the calendar does not have.",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, expires: 2027-02-30}]",
    "contacts:\n  - email: bob@example.com\n    roles: [{reference: preview, expires: 2027-02-28}]",
)

EXPIRES_BEFORE_START = Rule(
    "expires-before-start",
    "A window that ends before it begins.",
    "contacts:\n  - email: bob@example.com\n"
    "    roles: [{reference: preview, starts: 2027-02-01, expires: 2027-01-31}]",
    "contacts:\n  - email: bob@example.com\n"
    "    roles: [{reference: preview, starts: 2027-02-01, expires: 2027-02-01}]",
)

DUPLICATE_ITEM = Rule(
    "duplicate-item",
    "A role, tag or bundle that stands twice in one list; tags that differ by case or blanks are the same.",
    "contacts:\n  - email: bob@example.com\n    tags: [vip, VIP]",
    "contacts:\n  - email: bob@example.com\n    tags: [vip]",
)
