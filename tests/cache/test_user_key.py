"""The user's own key: made once, outside of any checkout, and nobody else's."""

from pathlib import Path

import pytest

from reconcile.cache.user_key import KEY_SIZE, user_key


def state_of(folder: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(folder), "HOME": "/nonexistent"}


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """Each call has the same one, and so each run."""
    state, project = state_of(tmp_path / "state"), tmp_path / "shop"
    key = user_key(state, project)
    assert key is not None
    assert len(key) == KEY_SIZE
    assert user_key(state, project) == key
    (file,) = (tmp_path / "state" / "reconcile").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_another_user_has_another_key(tmp_path: Path) -> None:
    """What one has marked says nothing to the other."""
    project = tmp_path / "shop"
    assert user_key(state_of(tmp_path / "one"), project) != user_key(state_of(tmp_path / "other"), project)


def test_it_lies_in_the_home_where_nothing_else_is_said(tmp_path: Path) -> None:
    """A relative path says nothing (XDG Base Directory Specification)."""
    for given in ({}, {"XDG_STATE_HOME": ""}, {"XDG_STATE_HOME": "state"}):
        assert user_key({**given, "HOME": str(tmp_path / "home")}, tmp_path / "shop") is not None
    assert [path.name for path in (tmp_path / "home").rglob("*.key")] == ["cache.key"]


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"HOME": "home", "XDG_STATE_HOME": "state"}])
def test_who_has_no_place_of_their_own_has_no_key(tmp_path: Path, environment: dict[str, str]) -> None:
    """Then there is no cache, and nothing else is missing."""
    assert user_key(environment, tmp_path) is None


def test_no_key_lies_in_the_project(tmp_path: Path) -> None:
    """It would come with the checkout, together with the caches that it is to judge."""
    assert user_key(state_of(tmp_path / "shop" / "state"), tmp_path / "shop") is None
    (tmp_path / "link").symlink_to(tmp_path / "shop")
    assert user_key(state_of(tmp_path / "link" / "state"), tmp_path / "shop") is None
    assert list(tmp_path.rglob("*.key")) == []


def test_no_key_lies_in_another_checkout(tmp_path: Path) -> None:
    """A worktree has a file of that name, and not a folder."""
    (tmp_path / ".git").write_text("gitdir: elsewhere", encoding="utf-8")
    assert user_key(state_of(tmp_path / "state"), tmp_path / "shop") is None


@pytest.mark.parametrize("spoil", ["read by others", "short", "long", "empty", "a link"])
def test_what_is_no_key_is_replaced(tmp_path: Path, spoil: str) -> None:
    """A key that others could read, or have chosen, proves nothing."""
    state, project = state_of(tmp_path / "state"), tmp_path / "shop"
    before = user_key(state, project)
    file, other = tmp_path / "state" / "reconcile" / "cache.key", tmp_path / "chosen.key"
    if spoil == "read by others":
        file.chmod(0o644)
    elif spoil == "a link":
        other.write_bytes(b"x" * KEY_SIZE)
        other.chmod(0o600)
        file.unlink()
        file.symlink_to(other)
    else:
        file.write_bytes(b"x" * {"short": 31, "long": 33, "empty": 0}[spoil])
    key = user_key(state, project)
    assert key not in (None, before, b"x" * KEY_SIZE)
    assert user_key(state, project) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert not file.is_symlink()


def test_a_place_that_can_not_be_written_gives_no_key(tmp_path: Path) -> None:
    """That is no error."""
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    assert user_key(state_of(tmp_path / "state"), tmp_path / "shop") is None
    (tmp_path / "other" / "reconcile" / "cache.key").mkdir(parents=True)
    assert user_key(state_of(tmp_path / "other"), tmp_path / "shop") is None
