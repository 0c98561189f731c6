"""A folder that was loaded before is loaded the same without parsing it; any other one is parsed."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reconcile.cache import store as store_module
from reconcile.declare import loader
from reconcile.declare.loader import LoadedDeclarations, load_declarations
from reconcile.declare.settings import read_settings
from reconcile.errors import DeclarationError
from reconcile.model.settings import Mode, Policy, WarningSettings
from reconcile.plan.digest import declarations_digest
from reconcile.services.planning import kept_declarations
from reconcile.services.planning.kept_declarations import KeptDeclarations
from tests.declare import test_cases as cases
from tests.declare import test_fuzz as fuzz
from tests.support.shop import NOW

LONDON = Policy(timezone="Europe/London")

FILE = """\
bundles:
  trade: {roles: [{reference: trade, expires: 2027-02-15}, press], tags: [Trade]}
contacts:
  - email: ann@example.com
    bundles: [trade]
    roles: [{reference: press, starts: 2026-12-01, reason: asked}]
    tags: [vip]
    manage: {roles: additive}
    profile: {firstname: Ann, lastname: null}
  - {id: 17, state: absent}
  - {reference: C-2, address: {line1: 2 Old Hill, city: St Ives}}
"""


@pytest.fixture(autouse=True)
def _every_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """However small it is, and wherever the tests run."""
    monkeypatch.setattr(kept_declarations, "LEAST_BYTES", 0)
    monkeypatch.setattr(store_module, "JOB_VARIABLES", ())


class Parsed(Exception):
    """A file was parsed."""


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], LoadedDeclarations]:
    """Loads a folder, where nothing may be parsed."""

    def refuse(*_given: object) -> None:
        raise Parsed

    def load(root: Path, policy: Policy = LONDON, now: datetime = NOW) -> LoadedDeclarations:
        with monkeypatch.context() as patched:
            patched.setattr(loader, "FileReader", refuse)
            return load_kept(root, policy, now)

    return load


def load_kept(root: Path, policy: Policy = LONDON, now: datetime | None = NOW) -> LoadedDeclarations:
    earlier = KeptDeclarations(root / ".reconcile", "contacts")
    return load_declarations(root / "contacts", policy, root=root, now=now, earlier=earlier)


def outcome(load: Callable[[], LoadedDeclarations]) -> str:
    """Everything that is loaded, but for the digest; or every problem."""
    try:
        loaded = load()
    except DeclarationError as error:
        return repr(error.problems)
    assert loaded.digest in ("", declarations_digest(loaded.declarations))
    shown = (loaded.declarations, loaded.warnings, loaded.files, loaded.allowances, loaded.bundles)
    return repr(shown)


def write(root: Path, text: str, name: str = "a.yaml") -> Path:
    (root / "contacts").mkdir(exist_ok=True)
    (root / "contacts" / name).write_text(text, encoding="utf-8")
    return root


def test_a_kept_folder_says_the_same(tmp_path: Path, warm: Callable[[Path], LoadedDeclarations]) -> None:
    """To the last place, with its bundles and the digest that a plan asks for."""
    cold = load_kept(write(tmp_path, FILE))
    assert cold.digest == declarations_digest(cold.declarations)
    assert repr(warm(tmp_path)) == repr(cold)
    plain = load_declarations(tmp_path / "contacts", LONDON, root=tmp_path, now=NOW)
    assert outcome(lambda: plain) == outcome(lambda: cold)
    assert [item.name for item in cold.declarations[0].passed_over] == ["press"]


@pytest.mark.parametrize("first", ["b", *(pytest.param(one, marks=pytest.mark.long) for one in "acdmrst")])
def test_so_does_that_of_every_case(
    tmp_path: Path, warm: Callable[[Path, Policy], LoadedDeclarations], first: str
) -> None:
    """All that the language has; what has a problem, a warning or an override is parsed each time."""
    kept = [_is_kept(tmp_path / name, name, warm) for name in cases.NAMES if name.startswith(first)]
    assert any(kept)


def _is_kept(root: Path, name: str, warm: Callable[[Path, Policy], LoadedDeclarations]) -> bool:
    """Whether the folder of a case is kept; it says the same in any case."""
    cases.write(cases.read(name), root)
    settings, _ = read_settings(root / "reconcile.yaml")
    if settings is None or not (root / "contacts").exists():
        return False
    policy = settings.policy
    plain = outcome(lambda: load_declarations(root / "contacts", policy, root=root, now=NOW))
    assert outcome(lambda: load_kept(root, policy)) == plain
    try:
        again = outcome(lambda: warm(root, policy))
    except Parsed:
        return False
    assert again == plain
    assert "Problem(" not in again
    return True


def edited(root: Path) -> None:
    write(root, FILE.replace("vip", "VIP"))


def commented(root: Path) -> None:
    write(root, "# a line more\n" + FILE)


def renamed(root: Path) -> None:
    (root / "contacts" / "a.yaml").rename(root / "contacts" / "b.yaml")


def joined(root: Path) -> None:
    write(root, "contacts: [{id: 18, tags: []}]\n", "b.yaml")


@pytest.mark.parametrize("change", [edited, commented, renamed, joined])
def test_a_change_of_any_file_is_parsed(
    tmp_path: Path, warm: Callable[[Path], LoadedDeclarations], change: Callable[[Path], None]
) -> None:
    """Of its text, its name, and which others there are; a removal, too."""
    load_kept(write(tmp_path, FILE))
    change(tmp_path)
    with pytest.raises(Parsed):
        warm(tmp_path)
    load_kept(tmp_path)
    if change is joined:
        (tmp_path / "contacts" / "b.yaml").unlink()
        with pytest.raises(Parsed):
            warm(tmp_path)
    else:
        warm(tmp_path)


@pytest.mark.parametrize(
    "policy",
    [
        Policy(timezone="Europe/Paris"),
        Policy(timezone="Europe/London", tags=Mode.ADDITIVE),
        Policy(timezone="Europe/London", judgement=WarningSettings(reasons=("trade",))),
    ],
)
def test_so_is_another_policy(
    tmp_path: Path, warm: Callable[..., LoadedDeclarations], policy: Policy
) -> None:
    """The zone makes instants of dates, and the policy says what is warned of."""
    load_kept(write(tmp_path, FILE))
    with pytest.raises(Parsed):
        warm(tmp_path, policy)


def test_so_are_other_rules_of_the_zone_and_another_program(
    tmp_path: Path, warm: Callable[[Path], LoadedDeclarations], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an update of either, or while somebody works on the tool itself."""
    load_kept(write(tmp_path, FILE))
    for name, value in (("_rules_of", b"other rules"), ("_program", [("text.py", 1, 2)])):
        with monkeypatch.context() as patched:
            patched.setattr(kept_declarations, name, lambda *_, value=value: value)
            with pytest.raises(Parsed):
                warm(tmp_path)
    warm(tmp_path)


def test_a_window_that_has_closed_long_ago_is_told_all_the_same(
    tmp_path: Path, warm: Callable[..., LoadedDeclarations]
) -> None:
    """The folder is kept while there is nothing to tell, and parsed from then on."""
    load_kept(write(tmp_path, FILE))
    last = datetime.fromisoformat("2027-02-16T00:00:00Z") + timedelta(days=90)
    assert not warm(tmp_path, now=last - timedelta(seconds=1)).warnings
    (warning,) = load_kept(tmp_path, now=last).warnings
    assert (warning.rule, warning.place.line) == ("past-window", 2)


@pytest.mark.parametrize("damage", [b"", b"not a database", None])
def test_a_damaged_cache_is_none(
    tmp_path: Path, warm: Callable[[Path], LoadedDeclarations], damage: bytes | None
) -> None:
    """Nor is one that lies in another folder; the next load makes it anew."""
    load_kept(write(tmp_path, FILE))
    (file,) = (tmp_path / ".reconcile" / "cache").iterdir()
    data = file.read_bytes()
    middle = data.index(b"ann@example.com")
    file.write_bytes(data[:middle] + b"bob" + data[middle + 3 :] if damage is None else damage)
    with pytest.raises(Parsed):
        warm(tmp_path)
    expected = load_declarations(tmp_path / "contacts", LONDON, root=tmp_path, now=NOW)
    assert outcome(lambda: load_kept(tmp_path)) == outcome(lambda: expected)
    load_kept(tmp_path)
    warm(tmp_path)


def test_whatever_is_edited_is_loaded_as_without_a_cache(tmp_path: Path) -> None:
    """Files that are changed at random, put back, and changed again."""
    chance = random.Random(16)
    texts = [fuzz.mutate(chance.choice(fuzz.FILES), chance) for _ in range(40)] + [FILE.encode()] * 20
    file = write(tmp_path, FILE) / "contacts" / "a.yaml"
    for _ in range(80):
        file.write_bytes(chance.choice(texts))
        plain = outcome(lambda: load_declarations(tmp_path / "contacts", LONDON, root=tmp_path, now=NOW))
        assert outcome(lambda: load_kept(tmp_path)) == plain


def test_a_small_folder_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is parsed as soon as a cache is opened."""
    monkeypatch.setattr(kept_declarations, "LEAST_BYTES", 50_000)
    load_kept(write(tmp_path, FILE))
    assert not (tmp_path / ".reconcile").exists()
