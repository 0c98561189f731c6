"""Every rule that a declaration or the configuration can break: its id and what it asks for."""

from dataclasses import dataclass

from reconcile.model import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``about`` says in one line what is wrong when it is broken."""

    id: str
    about: str
    severity: Severity = Severity.ERROR


NOT_UTF8 = Rule("not-utf8", "The file is not UTF-8.")
NOT_YAML = Rule("not-yaml", "The file is not valid YAML.")
CONTROL_CHARACTER = Rule("control-character", "A control character or one that changes reading order.")
DIRECTIVE = Rule("yaml-directive", "A YAML directive (%YAML, %TAG).")
SEVERAL_DOCUMENTS = Rule("several-documents", "More than one YAML document in a file.")
TOO_DEEP = Rule("too-deep", "Lists and mappings nested deeper than any declaration.")
DUPLICATE_KEY = Rule("duplicate-key", "A key that stands twice in one mapping.")
MERGE_KEY = Rule("merge-key", "A YAML merge key.")
COMPLEX_KEY = Rule("complex-key", "A list or a mapping as a key.")
ANCHOR = Rule("yaml-anchor", "A YAML anchor or alias.")
TAG = Rule("yaml-tag", "A YAML tag such as !!python/object.")
WRONG_TYPE = Rule("wrong-type", "A value of another kind than the key takes.")
WRONG_VALUE = Rule("wrong-value", "A word that the key does not take.")
OUT_OF_RANGE = Rule("out-of-range", "A number outside of its limits.")
QUOTES = Rule("quotes", "A word without quotes that YAML reads as something else than text.")
UNKNOWN_KEY = Rule("unknown-key", "A key that the language does not have.")
MISSING_KEY = Rule("missing-key", "A key or value that must be there.")
TOO_LONG = Rule("too-long", "A text longer than the account takes.")
HTML = Rule("html", "HTML in a field that takes none.")
NOT_A_DATE = Rule("not-a-date", "Something else than a date or an instant.")
EXPIRES_BEFORE_START = Rule("expires-before-start", "A window that ends before it begins.")
DUPLICATE_ITEM = Rule("duplicate-item", "A role, tag or bundle that stands twice in one list.")
NO_IDENTITY = Rule("no-identity", "A contact without id, reference and e-mail.")
REFERENCE_MOVES = Rule("reference-moves", "A change of the reference by which the contact is found.")
TYPE_WITHOUT_CREATE = Rule("type-without-create", "A type for a contact that is not to be created.")
ABSENT_WITH_MORE = Rule("absent-with-more", "An absent contact that is to have something.")
CREATE_WITH_ID = Rule("create-with-id", "An id for a contact that is to be created.")
CREATE_NEEDS = Rule("create-needs", "A contact to be created without what its type needs.")
CREATE_WITH_TWO_EMAILS = Rule("create-with-two-emails", "Two addresses for a contact to be created.")
UNKNOWN_BUNDLE = Rule("unknown-bundle", "A bundle that no file gives.")
DUPLICATE_BUNDLE = Rule("duplicate-bundle", "A bundle name given twice.")
BUNDLES_DISAGREE = Rule("bundles-disagree", "Two bundles of a contact that say different things of one item.")
DUPLICATE_CONTACT = Rule("duplicate-contact", "A contact that is declared twice.")
IGNORED_AND_DECLARED = Rule("ignored-and-declared", "A role or tag that is both declared and ignored.")
NO_FOLDER = Rule("no-folder", "The contacts folder does not exist.")
NO_CONTACTS = Rule("no-contacts", "No file declares a contact.")
LINK_OUTSIDE = Rule("link-outside", "A symbolic link that leads out of the contacts folder.")
UNREADABLE = Rule("unreadable", "A file or folder that can't be read.")
NO_CONFIGURATION = Rule("no-configuration", "The configuration file does not exist.")
CREDENTIAL = Rule("credential", "A credential in the configuration.")
UNFIT_KEY = Rule("unfit-key", "A key that the kind of target does not have.")
UNKNOWN_TARGET = Rule("unknown-target", "A default target that is not one of the targets.")
UNKNOWN_TIMEZONE = Rule("unknown-timezone", "A time zone that the IANA database does not have.")
NESTED_FOLDERS = Rule("nested-folders", "A target's folder within the folder of another.")
