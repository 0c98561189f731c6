"""The folder as a whole: what is read, what is not, and that order changes nothing."""

import gc
import os
from pathlib import Path

import pytest

from reconcile.declare.loader import load_declarations
from reconcile.declare.settings import load_settings, read_settings
from reconcile.errors import DeclarationError
from reconcile.model.settings import Policy

ANN = "contacts:\n  - {email: ann@example.com, tags: [vip]}\n"

BOB = "contacts:\n  - {email: bob@example.com, tags: [vip]}\n"


def problems(folder: Path, root: Path | None = None) -> list[str]:
    with pytest.raises(DeclarationError) as caught:
        load_declarations(folder, Policy(), root=root or folder.parent)
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    """A contacts folder with one contact."""
    folder = tmp_path / "project" / "contacts"
    folder.mkdir(parents=True)
    (folder / "ann.yaml").write_text(ANN, encoding="utf-8")
    return folder


def test_what_is_loaded_says_how_much_it_was(contacts: Path) -> None:
    """Files are counted, and declarations are sorted by place."""
    (contacts / "a").mkdir()
    (contacts / "a" / "b.yml").write_text(
        "bundles:\n  t: {roles: [x]}\ncontacts:\n  - {email: bob@example.com, roles: [w], bundles: [t]}\n",
        encoding="utf-8",
    )
    loaded = load_declarations(contacts, Policy(), root=contacts.parent)
    assert loaded.files == 2
    assert [str(entry.place) for entry in loaded.declarations] == [
        "contacts/a/b.yml:4:5",
        "contacts/ann.yaml:2:5",
    ]


def test_every_field_has_its_place(contacts: Path) -> None:
    """A changed field can be explained by the line that declares it."""
    text = "contacts:\n  - id: 13\n    profile:\n      phone: null\n    address: {zip: IP4}\n"
    (contacts / "ann.yaml").write_text(text, encoding="utf-8")
    (entry,) = load_declarations(contacts, Policy(), root=contacts.parent).declarations
    assert [(facet, name, str(place)) for facet, name, place in entry.field_places] == [
        ("profile", "phone", "contacts/ann.yaml:4:14"),
        ("address", "zip", "contacts/ann.yaml:5:20"),
    ]


def test_items_of_bundles_that_count_no_more_are_remembered(contacts: Path) -> None:
    """Those that the contact overrides, and those that an earlier bundle gives, with their places."""
    text = (
        "bundles:\n  b: {roles: [x], tags: [VIP, t]}\n  a: {roles: [x, z], tags: [t]}\n"
        "contacts:\n  - {email: ann@example.com, bundles: [b, a], roles: [z], tags: [vip]}\n"
    )
    (contacts / "ann.yaml").write_text(text, encoding="utf-8")
    (entry,) = load_declarations(contacts, Policy(), root=contacts.parent).declarations
    assert sorted((item.bundle, str(item.place)) for item in entry.passed_over) == [
        ("a", "contacts/ann.yaml:3:18"),
        ("b", "contacts/ann.yaml:2:15"),
        ("b", "contacts/ann.yaml:2:26"),
        ("b", "contacts/ann.yaml:2:31"),
    ]
    assert [(grant.reference, grant.bundle) for grant in entry.roles or ()] == [("x", "a"), ("z", None)]


def test_a_folder_of_other_files_names_them(contacts: Path) -> None:
    """Whoever wrote JSON or gave a file the ending of another program sees why nothing was read."""
    (contacts / "ann.yaml").unlink()
    (contacts / "more").mkdir()
    for name in ("a.json", "more/b.yaml.txt", ".hidden.json", "README.md"):
        (contacts / name).write_text("contacts: []", encoding="utf-8")
    (told,) = problems(contacts)
    only = "contacts: declarations are *.yaml files, and this folder holds only a.json, more/b.yaml.txt; "
    assert told == f"{only}rename them, or correct 'contacts' [no-contacts]"
    (contacts / "c.yml").write_text("contacts: []", encoding="utf-8")
    (told,) = problems(contacts)
    assert told.startswith("contacts: no file here declares a contact; ")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """A folder that is not there would declare nobody."""
    (told,) = problems(tmp_path / "contacts")
    ways = "'reconcile init' begins one, 'reconcile import' fills it from the account"
    assert told == f"contacts: there is no such folder; {ways}, or correct 'contacts' [no-folder]"


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    """A file of that name is no folder."""
    (tmp_path / "contacts").write_text(ANN, encoding="utf-8")
    assert problems(tmp_path / "contacts")[0].endswith("[no-folder]")


def test_a_link_to_a_file_outside_is_refused(contacts: Path) -> None:
    """No file outside of the folder is read, not even to tell what is wrong in it."""
    outside = contacts.parent / "secret.yaml"
    outside.write_text("password: hunter2\n", encoding="utf-8")
    (contacts / "x.yaml").symlink_to(outside)
    assert problems(contacts) == [
        "contacts/x.yaml: this link leads out of the folder; put the file itself here [link-outside]"
    ]


def test_a_link_to_a_folder_outside_is_refused(contacts: Path) -> None:
    """A folder outside is not walked, and not passed over in silence."""
    (contacts.parent / "more").mkdir()
    (contacts.parent / "more" / "bob.yaml").write_text(BOB, encoding="utf-8")
    (contacts / "more").symlink_to(contacts.parent / "more")
    assert [line.split(":")[0] for line in problems(contacts)] == ["contacts/more"]


def test_a_folder_that_is_a_link_out_of_the_project_is_refused(contacts: Path) -> None:
    """The contacts folder itself must be the project's."""
    elsewhere = contacts.parent.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "bob.yaml").write_text(BOB, encoding="utf-8")
    (contacts.parent / "people").symlink_to(elsewhere)
    assert problems(contacts.parent / "people")[0].endswith("[link-outside]")


def test_a_link_within_the_folder_is_read_once(contacts: Path) -> None:
    """A file and a link to it declare one contact; a hidden file is read through its link."""
    (contacts / "again.yaml").symlink_to(contacts / "ann.yaml")
    (contacts / ".store").mkdir()
    (contacts / ".store" / "bob.yaml").write_text(BOB, encoding="utf-8")
    (contacts / "bob.yaml").symlink_to(contacts / ".store" / "bob.yaml")
    loaded = load_declarations(contacts, Policy(), root=contacts.parent)
    assert [str(entry.place) for entry in loaded.declarations] == [
        "contacts/ann.yaml:2:5",
        "contacts/bob.yaml:2:5",
    ]


def test_a_loop_of_links_ends(contacts: Path) -> None:
    """Links to folders within are not followed, so that no loop is walked; a link to itself is no file."""
    (contacts / "loop").symlink_to(contacts)
    assert load_declarations(contacts, Policy(), root=contacts.parent).files == 1
    (contacts / "self.yaml").symlink_to(contacts / "self.yaml")
    assert problems(contacts)[0].endswith("[unreadable]")


def test_a_broken_link_is_told(contacts: Path) -> None:
    """What a link should show is missing, and so may be a declaration."""
    (contacts / "x.yaml").symlink_to(contacts / "gone.yaml")
    assert problems(contacts) == [
        "contacts/x.yaml: this is not a regular file; put a file here or delete it [unreadable]"
    ]


def test_a_pipe_is_not_waited_for(contacts: Path) -> None:
    """A named pipe would keep the command waiting for ever."""
    os.mkfifo(contacts / "pipe.yaml")
    assert problems(contacts)[0].startswith("contacts/pipe.yaml: this is not a regular file")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads everything")
def test_a_file_that_may_not_be_read_is_told(contacts: Path) -> None:
    """Permissions are told like any other problem, with the file."""
    (contacts / "x.yaml").write_text(BOB, encoding="utf-8")
    (contacts / "x.yaml").chmod(0)
    assert problems(contacts)[0].endswith("check its permissions [unreadable]")


def test_a_folder_named_like_a_file_is_walked(contacts: Path) -> None:
    """Only files are files."""
    (contacts / "team.yaml").mkdir()
    (contacts / "team.yaml" / "bob.yaml").write_text(BOB, encoding="utf-8")
    assert load_declarations(contacts, Policy(), root=contacts.parent).files == 2


def test_a_name_with_a_line_break_stays_on_one_line(contacts: Path) -> None:
    """No file name can forge a line of the output."""
    (contacts / "a\n::error::b.yaml").write_text("x: y\n", encoding="utf-8")
    assert [line for line in problems(contacts) if "\n" in line] == []


@pytest.mark.parametrize(
    ("name", "shown", "sign"),
    [
        ("ann\u200b.yaml", "ann\\u200b.yaml", "U+200B (zero width space)"),
        ("ann\x07.yaml", "ann\\x07.yaml", "U+0007"),
        ("ann\ufe0f.yaml", "ann\\ufe0f.yaml", "U+FE0F (variation selector-16)"),
        ("ann\xa0.yaml", "ann\\xa0.yaml", "U+00A0 (no-break space)"),
        ("a\u202ed/ann.yaml", "a\\u202ed/ann.yaml", "U+202E (right-to-left override)"),
        (os.fsdecode(b"ann\xff.yaml"), "ann\\udcff.yaml", "U+DCFF"),
    ],
)
def test_a_file_whose_name_looks_like_another_is_refused(
    contacts: Path, name: str, shown: str, sign: str
) -> None:
    """Places are told by names: two files that look alike would have one place, and one would go unread."""
    (contacts / name).parent.mkdir(exist_ok=True)
    (contacts / name).write_text(BOB, encoding="utf-8")
    message = f"the name of this file or of its folder holds {sign}, which no reader sees or knows"
    assert problems(contacts) == [f"contacts/{shown}: {message} from other characters; rename it [file-name]"]


def test_a_name_that_is_spelt_like_an_unseen_one_has_a_place_of_its_own(contacts: Path) -> None:
    """A backslash is a character like others; what it could be taken for is refused."""
    (contacts / "ann\\u200b.yaml").write_text(BOB, encoding="utf-8")
    loaded = load_declarations(contacts, Policy(), root=contacts.parent).declarations
    assert len({entry.place for entry in loaded}) == 2


def test_files_in_any_order_give_the_same_declarations(tmp_path: Path) -> None:
    """Splitting declarations over files changes their places and nothing else."""
    bundle = "bundles:\n  t: {roles: [customer], tags: [trade]}\n"
    entries = [f"  - {{email: c{number}@example.com, bundles: [t]}}\n" for number in range(6)]
    one, many = tmp_path / "one", tmp_path / "many"
    one.mkdir()
    (one / "all.yaml").write_text(bundle + "contacts:\n" + "".join(entries), encoding="utf-8")
    many.mkdir()
    for number, entry in enumerate(reversed(entries)):
        (many / f"{number}.yaml").write_text("contacts:\n" + entry, encoding="utf-8")
    (many / "z.yaml").write_text(bundle, encoding="utf-8")
    found = []
    for folder in (one, many):
        loaded = load_declarations(folder, Policy(), root=tmp_path).declarations
        found.append({entry.email: [grant.reference for grant in entry.roles or ()] for entry in loaded})
    assert found[0] == found[1]


def test_a_long_list_is_read_in_batches_like_a_short_one(tmp_path: Path) -> None:
    """Around the size of a batch no contact is lost or told twice, nor is what is wrong in it."""
    for count in (127, 128, 129, 256, 257):
        entries = [f"  - {{email: c{number}@example.com, tags: [vip]}}\n" for number in range(count)]
        (tmp_path / "all.yaml").write_text("contacts:\n" + "".join(entries), encoding="utf-8")
        loaded = load_declarations(tmp_path, Policy(), root=tmp_path)
        assert [entry.place.line for entry in loaded.declarations] == list(range(2, count + 2))
        (tmp_path / "all.yaml").write_text(
            "contacts:\n" + "".join(entries).replace("tags", "tag"), encoding="utf-8"
        )
        assert len(problems(tmp_path)) == count


def test_the_collector_is_on_again_after_loading(contacts: Path) -> None:
    """Switching it off is for the load alone, also when the load fails."""
    load_declarations(contacts, Policy(), root=contacts.parent)
    assert gc.isenabled()
    (contacts / "x.yaml").write_text("x: y\n", encoding="utf-8")
    problems(contacts)
    assert gc.isenabled()


def test_a_missing_configuration_says_what_to_do(tmp_path: Path) -> None:
    """The first command in a new folder tells how to begin."""
    with pytest.raises(DeclarationError) as caught:
        load_settings(tmp_path / "reconcile.yaml")
    assert "reconcile init" in str(caught.value)
    assert str(caught.value).startswith("reconcile.yaml: ")


def test_a_configuration_with_problems_still_tells_where_to_look(tmp_path: Path) -> None:
    """So one run tells the problems of the configuration and those of the declarations."""
    path = tmp_path / "reconcile.yaml"
    path.write_text("version: 1\ncontacts: people\ntimezone: nowhere\n", encoding="utf-8")
    settings, told = read_settings(path)
    assert settings is not None
    assert settings.contacts == "people"
    assert [problem.rule for problem in told] == ["unknown-timezone"]


@pytest.mark.parametrize(
    "text", ["version: 1\ncontacts: [x]\n", "version: 1\ntargets: {a: {kind: sandbox, contacts: /}}\n"]
)
def test_a_configuration_that_hides_its_folders_gives_no_settings(text: str, tmp_path: Path) -> None:
    """A guess at the folder would only tell of problems that are none."""
    path = tmp_path / "reconcile.yaml"
    path.write_text(text, encoding="utf-8")
    settings, told = read_settings(path)
    assert settings is None
    assert told
