"""Rules of files and folders."""

from .rule import Rule, Where

NO_FOLDER = Rule(
    "no-folder",
    "A contacts folder that does not exist.",
    "`contacts: contact/` where the folder is `contacts/`.",
    "`contacts: contacts/`",
    Where.FILES,
)

NO_CONTACTS = Rule(
    "no-contacts",
    "A folder in which no file declares a contact: most likely the files were moved.",
    "An empty `contacts/`, or files that hold bundles and comments only.",
    "At least one contact in one file.",
    Where.FILES,
)

LINK_OUTSIDE = Rule(
    "link-outside",
    "A symbolic link that leads out of the contacts folder, or a contacts folder that lies outside of the"
    " configuration's own.",
    "`contacts/shared.yaml` as a link to `../../shared.yaml`.",
    "The file itself in `contacts/`.",
    Where.FILES,
)

UNREADABLE = Rule(
    "unreadable",
    "A file or folder that can't be read, or something that is no regular file.",
    "A file without read permission, a broken link, a named pipe.",
    "A file that can be read.",
    Where.FILES,
)

NO_CONFIGURATION = Rule(
    "no-configuration",
    "No configuration file.",
    "`reconcile validate` in a folder without reconcile.yaml.",
    "The same in the folder of reconcile.yaml, or with `--config FILE`.",
    Where.FILES,
)
