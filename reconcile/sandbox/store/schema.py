"""Tables and indexes of the sandbox. Constraints hold the rules of the account once more, below the code."""

import sqlite3

VERSION = 2

TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE clients (
    client_id   TEXT PRIMARY KEY CHECK (client_id LIKE '%.app.evance.me'),
    private_key TEXT NOT NULL CHECK (length(private_key) = 64),
    scopes      TEXT
) WITHOUT ROWID;

CREATE TABLE tokens (
    token     TEXT PRIMARY KEY CHECK (length(token) = 40),
    client_id TEXT NOT NULL REFERENCES clients ON DELETE CASCADE,
    scopes    TEXT,
    expires   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE roles (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    reference            TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (reference <> ''),
    title                TEXT NOT NULL CHECK (title <> ''),
    denied_url           TEXT CHECK (denied_url LIKE '/%'),
    approval_method      TEXT NOT NULL DEFAULT 'none' CHECK (approval_method IN ('none', 'email', 'admin')),
    email_validation_url TEXT CHECK (email_validation_url LIKE '/%'),
    admin_pending_url    TEXT CHECK (admin_pending_url LIKE '/%'),
    admin_approved_url   TEXT CHECK (admin_approved_url LIKE '/%'),
    admin_rejected_url   TEXT CHECK (admin_rejected_url LIKE '/%'),
    admin_approval_email TEXT,
    protected            INTEGER NOT NULL DEFAULT 0 CHECK (protected IN (0, 1)),
    created              INTEGER NOT NULL,
    modified             INTEGER NOT NULL
);

CREATE TABLE contacts (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    type               TEXT CHECK (type IN ('user', 'guest', 'branch', 'recipient', 'hq')),
    first_name         TEXT, last_name TEXT, email TEXT,
    unique_email       TEXT,
    company            TEXT CHECK (length(company) <= 200),
    reference          TEXT, username TEXT, title TEXT, position TEXT, department TEXT, division TEXT,
    phone              TEXT, mobile TEXT, registered_number TEXT, tax_number TEXT, website TEXT,
    facebook           TEXT, flickr TEXT, google_plus TEXT, linked_in TEXT, pinterest TEXT, instagram TEXT,
    twitter            TEXT, vimeo TEXT, you_tube TEXT, thumbnail TEXT, biography TEXT,
    start_date         TEXT, leave_date TEXT,
    consents_to_email  INTEGER NOT NULL DEFAULT 0 CHECK (consents_to_email IN (0, 1)),
    consents_to_sms    INTEGER NOT NULL DEFAULT 0 CHECK (consents_to_sms IN (0, 1)),
    consents_to_post   INTEGER NOT NULL DEFAULT 0 CHECK (consents_to_post IN (0, 1)),
    consents_to_phone  INTEGER NOT NULL DEFAULT 0 CHECK (consents_to_phone IN (0, 1)),
    has_password       INTEGER NOT NULL DEFAULT 0 CHECK (has_password IN (0, 1)),
    email_verified     INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
    created            INTEGER NOT NULL,
    modified           INTEGER NOT NULL,
    deleted            INTEGER,
    CHECK (type IS NULL OR type = 'hq' OR email IS NOT NULL),
    CHECK (type NOT IN ('user', 'guest') OR (first_name IS NOT NULL AND last_name IS NOT NULL)),
    CHECK (type <> 'branch' OR company IS NOT NULL),
    CHECK (has_password = 0 OR type = 'user'),
    CHECK ((email IS NULL) = (unique_email IS NULL))
);

CREATE TABLE addresses (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    contact_id   INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    is_primary   INTEGER NOT NULL DEFAULT 1 CHECK (is_primary IN (0, 1)),
    title        TEXT, first_name TEXT, last_name TEXT, company TEXT,
    line1        TEXT, line2 TEXT, line3 TEXT, city TEXT, region TEXT,
    country_code TEXT CHECK (length(country_code) = 2),
    zip          TEXT, latitude TEXT, longitude TEXT
);

CREATE TABLE grants (
    contact_id INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    role_id    INTEGER NOT NULL REFERENCES roles ON DELETE CASCADE,
    status     TEXT NOT NULL CHECK (status <> ''),
    awaits     TEXT CHECK (awaits IN ('email', 'admin')),
    expires    INTEGER,
    granted    INTEGER NOT NULL,
    PRIMARY KEY (contact_id, role_id),
    CHECK ((status = 'pending') = (awaits IS NOT NULL))
) WITHOUT ROWID;

CREATE TABLE tags (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE CHECK (value <> ''));

CREATE TABLE contact_tags (
    contact_id INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    tag_id     INTEGER NOT NULL REFERENCES tags ON DELETE CASCADE,
    PRIMARY KEY (contact_id, tag_id)
) WITHOUT ROWID;

CREATE TABLE other_tags (
    contact_id INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    type       TEXT NOT NULL CHECK (type NOT IN ('', 'contact')),
    value      TEXT NOT NULL CHECK (value <> ''),
    PRIMARY KEY (contact_id, type, value)
) WITHOUT ROWID;

CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL
        CHECK (kind IN ('invitation', 'verification', 'approval-request', 'approved', 'rejected', 'granted')),
    recipient  TEXT NOT NULL,
    contact_id INTEGER NOT NULL,
    role       TEXT
);

CREATE TABLE changes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    by         TEXT NOT NULL CHECK (by IN ('caller', 'somebody')),
    contact_id INTEGER NOT NULL,
    before     TEXT,
    after      TEXT
);

CREATE TABLE requests (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    method TEXT NOT NULL,
    path   TEXT NOT NULL,
    status INTEGER NOT NULL,
    wrote  INTEGER NOT NULL CHECK (wrote IN (0, 1))
);
"""

INDEXES = {
    "people_by_email": (
        "UNIQUE INDEX people_by_email ON contacts (unique_email) WHERE type IN ('user', 'recipient')"
    ),
    "branches_by_email": "UNIQUE INDEX branches_by_email ON contacts (unique_email) WHERE type = 'branch'",
    "contacts_by_email": "INDEX contacts_by_email ON contacts (email COLLATE NOCASE)",
    "contacts_by_reference": "INDEX contacts_by_reference ON contacts (reference)",
    "contacts_by_created": "INDEX contacts_by_created ON contacts (deleted, created)",
    "contacts_by_modified": "INDEX contacts_by_modified ON contacts (deleted, modified)",
    "contacts_listed": "INDEX contacts_listed ON contacts (deleted)",
    "primary_addresses": "UNIQUE INDEX primary_addresses ON addresses (contact_id) WHERE is_primary",
    "addresses_of_contact": "INDEX addresses_of_contact ON addresses (contact_id)",
    "grants_by_role": "INDEX grants_by_role ON grants (role_id)",
    "contacts_by_tag": "INDEX contacts_by_tag ON contact_tags (tag_id)",
}
"""Apart from the tables, because a seed of a million contacts makes the indexes last."""

ACCOUNT_TABLES = (
    "other_tags", "contact_tags", "tags", "grants", "addresses", "contacts", "roles", "outbox", "changes",
    "requests",
)  # fmt: skip
"""What a reset empties; credentials, tokens and switches stay."""


def make_tables(db: sqlite3.Connection) -> None:
    """Make every table, in an empty file."""
    for statement in TABLES.split(";"):
        if statement.strip():
            db.execute(statement)


def make_indexes(db: sqlite3.Connection) -> None:
    """Make every index."""
    for definition in INDEXES.values():
        db.execute(f"CREATE {definition}")


def drop_indexes(db: sqlite3.Connection) -> None:
    """Remove every index; `make_indexes` must follow in the same transaction."""
    for name in INDEXES:
        db.execute(f"DROP INDEX {name}")


def empty_account(db: sqlite3.Connection) -> None:
    """Delete all contacts and roles and what belongs to them; ids begin at 1 again."""
    for table in ACCOUNT_TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - our words
    db.execute("DELETE FROM sqlite_sequence")
