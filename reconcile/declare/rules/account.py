"""Rules that only the account can tell: they are checked when a plan is made."""

from .rule import Rule, Where

UNKNOWN_ROLE = Rule(
    "unknown-role",
    "A role that the account does not have; spelling counts to the letter.",
    "`roles: [Customer]` where the account has `customer`.",
    "`roles: [customer]`",
    Where.ACCOUNT,
)

CONTACT_NOT_FOUND = Rule(
    "contact-not-found",
    "A declaration whose contact the account does not have, without `create: true`.",
    "`email: bob@email.con` where the account has `bob@email.com`.",
    "`email: bob@email.com`",
    Where.ACCOUNT,
)

CONTACT_AMBIGUOUS = Rule(
    "contact-ambiguous",
    "A declaration that fits more than one contact.",
    "`reference: CRM-7` where two contacts have that reference.",
    "`id: 13`",
    Where.ACCOUNT,
)

CONTACT_MISMATCH = Rule(
    "contact-mismatch",
    "A declaration whose contact has another e-mail or reference than it says.",
    "`{id: 13, email: bob@email.com}` where contact 13 is ann@email.com.",
    "`{id: 12, email: bob@email.com}`",
    Where.ACCOUNT,
)

CONTACT_CLAIMED_TWICE = Rule(
    "contact-claimed-twice",
    "Two declarations that turn out to mean one contact.",
    "`id: 13` in one file and `email: bob@email.com` in another, where contact 13 is Bob.",
    "One declaration with `id: 13` and `email: bob@email.com`.",
    Where.ACCOUNT,
)
