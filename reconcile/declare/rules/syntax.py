"""Rules of the YAML itself: a small part of YAML, so that a file means what it looks like."""

from .rule import Rule, Where

NOT_UTF8 = Rule(
    "not-utf8",
    "A file that is not UTF-8.",
    "A file saved as Latin-1 or UTF-16.",
    "The same file saved as UTF-8, with or without a byte order mark.",
    Where.FILES,
)

NOT_YAML = Rule(
    "not-yaml",
    "A file that is not YAML.",
    "contacts: [{email: bob@example.com",
    "contacts: [{email: bob@example.com, tags: [trade]}]",
)

CONTROL_CHARACTER = Rule(
    "control-character",
    "A control character, an invisible one, or one that changes the reading order; a line break or tab in a"
    " value of one line.",
    'contacts:\n  - email: bob@example.com\n    tags: ["tr\\u202Eade"]',
    "contacts:\n  - email: bob@example.com\n    tags: [trade]",
)

DIRECTIVE = Rule(
    "yaml-directive",
    "A YAML directive.",
    "%YAML 1.2\n---\ncontacts:\n  - {email: bob@example.com, tags: [trade]}",
    "contacts:\n  - {email: bob@example.com, tags: [trade]}",
)

SEVERAL_DOCUMENTS = Rule(
    "several-documents",
    "A second YAML document in a file.",
    "contacts:\n  - {email: bob@example.com, tags: [trade]}\n---\ncontacts: []",
    "contacts:\n  - {email: bob@example.com, tags: [trade]}",
)

TOO_DEEP = Rule(
    "too-deep",
    "Lists and mappings nested deeper than 16 levels.",
    "contacts: [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]",
    "contacts:\n  - {email: bob@example.com, tags: [trade]}",
)

DUPLICATE_KEY = Rule(
    "duplicate-key",
    "A key that stands twice in one mapping.",
    "contacts:\n  - email: bob@example.com\n    tags: [trade]\n    tags: [vip]",
    "contacts:\n  - email: bob@example.com\n    tags: [trade, vip]",
)

MERGE_KEY = Rule(
    "merge-key",
    "A YAML merge key.",
    "contacts:\n  - email: bob@example.com\n    <<: {tags: [trade]}",
    "contacts:\n  - email: bob@example.com\n    tags: [trade]",
)

COMPLEX_KEY = Rule(
    "complex-key",
    "A list or a mapping as a key.",
    "contacts:\n  - email: bob@example.com\n    [tags]: [trade]",
    "contacts:\n  - email: bob@example.com\n    tags: [trade]",
)

ANCHOR = Rule(
    "yaml-anchor",
    "A YAML anchor or alias.",
    "contacts:\n  - {email: bob@example.com, tags: &usual [trade]}\n"
    "  - {email: ann@example.com, tags: *usual}",
    "bundles:\n  usual: {tags: [trade]}\ncontacts:\n  - {email: bob@example.com, bundles: [usual]}\n"
    "  - {email: ann@example.com, bundles: [usual]}",
)

TAG = Rule(
    "yaml-tag",
    "A YAML tag.",
    "contacts:\n  - email: bob@example.com\n    tags: [!!str 2027]",
    'contacts:\n  - email: bob@example.com\n    tags: ["2027"]',
)
