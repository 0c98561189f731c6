"""What a caller asks a plan to be cut down to: the base is read from Git, and each name means something."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from reconcile.declare.loader import relative
from reconcile.errors import InvalidScope
from reconcile.model.declaration import Declaration
from reconcile.plan.baseline.scope import Only, ScopeChoice
from reconcile.plan.naming import nearest_name
from reconcile.services.caller import ScopeRequest
from reconcile.services.project import Project
from reconcile.text import quoted

from .base import read_base


def choose_scope(project: Project, request: ScopeRequest, declarations: Sequence[Declaration]) -> ScopeChoice:
    """What the plan of these declarations is cut down to.

    UsageError: there is no such commit. InvalidScope: its declarations are invalid, or a name means nothing,
    neither here nor in the base.
    """
    base = read_base(project, request.base) if request.base is not None else None
    known = (*declarations, *(base.declarations if base else ()))
    return ScopeChoice(base, tuple(_names(project, request.only, known)))


def _names(project: Project, names: Iterable[str], known: Sequence[Declaration]) -> Iterator[Only]:
    unknown: list[str] = []
    for name in names:
        meant = next((only for only in _readings(name, project.choice.checkout) if _means(only, known)), None)
        if meant is not None:
            yield meant
        else:
            unknown.append(_unknown(name, project, known))
    if unknown:
        raise InvalidScope("\n".join(unknown))


def _readings(name: str, checkout: Path) -> Iterator[Only]:
    """A name as a file of the caller's folder, as one of the checkout, and as a contact's alone."""
    if name and "\0" not in name:
        for path in (Path(name).absolute(), checkout / name):
            yield Only(name, relative(path, checkout))
    yield Only(name)


def _means(only: Only, known: Iterable[Declaration]) -> bool:
    return any(only.names(declaration) for declaration in known)


def _unknown(name: str, project: Project, known: Sequence[Declaration]) -> str:
    near = nearest_name(known, name)
    advice = f"did you mean '{near}'?" if near else "name a declared e-mail, reference or id, or a file"
    folder = project.settings.folder(project.target)
    return f"--only: nothing in {folder} is called {quoted(name)}; {advice}"
