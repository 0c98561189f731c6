"""Rules of the configuration beyond those of every file."""

from .rule import Rule, Where

CREDENTIAL = Rule(
    "credential",
    "A credential: it belongs into the environment, never into a file under Git.",
    "version: 1\ntargets:\n  shop:\n    kind: evance\n    account: example.evance.me\n    private_key: abc",
    "version: 1\ntargets:\n  shop:\n    kind: evance\n    account: example.evance.me",
    Where.CONFIGURATION,
)

OUT_OF_RANGE = Rule(
    "out-of-range",
    "A number outside of its limits.",
    "version: 1\ntargets:\n  shop: {kind: evance, account: example.evance.me, concurrency: 200}",
    "version: 1\ntargets:\n  shop: {kind: evance, account: example.evance.me, concurrency: 8}",
    Where.CONFIGURATION,
    in_schema=True,
)

UNFIT_KEY = Rule(
    "unfit-key",
    "A key that the target's kind does not take: url for an account, account for a sandbox.",
    "version: 1\ntargets:\n  sandbox: {kind: sandbox, account: example.evance.me}",
    "version: 1\ntargets:\n  shop: {kind: evance, account: example.evance.me}",
    Where.CONFIGURATION,
    in_schema=True,
)

UNKNOWN_TARGET = Rule(
    "unknown-target",
    "A default target that is none of the targets, or none at all where there are several.",
    "version: 1\ntarget: shpo\ntargets:\n  shop: {kind: evance, account: example.evance.me}",
    "version: 1\ntarget: shop\ntargets:\n  shop: {kind: evance, account: example.evance.me}",
    Where.CONFIGURATION,
)

UNKNOWN_TIMEZONE = Rule(
    "unknown-timezone",
    "A time zone that the IANA database does not have.",
    "version: 1\ntimezone: Europe/Lundon",
    "version: 1\ntimezone: Europe/London",
    Where.CONFIGURATION,
)

NESTED_FOLDERS = Rule(
    "nested-folders",
    "A target's folder within the folder of another target, whose contacts both would get.",
    "version: 1\ntarget: shop\ntargets:\n  shop: {kind: evance, account: shop.evance.me}\n"
    "  outlet: {kind: evance, account: outlet.evance.me, contacts: contacts/outlet}",
    "version: 1\ntarget: shop\ntargets:\n"
    "  shop: {kind: evance, account: shop.evance.me, contacts: contacts/shop}\n"
    "  outlet: {kind: evance, account: outlet.evance.me, contacts: contacts/outlet}",
    Where.CONFIGURATION,
)
