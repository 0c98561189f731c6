"""Draws how time and memory grow with the contacts, as an SVG: two panels with logarithmic axes.

It brings its own ground, so that it can be read on a light and on a dark page, whichever of them the reader's
system asks for.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 360

TOP, BOTTOM = 48, 76
"""Room above and below a panel."""

_STYLE = """\
    .ground { fill: #ffffff } .grid { stroke: #d9dde3 } .axis { stroke: #6b7280 }
    text { fill: #1f2937; font: 12px system-ui, sans-serif } .title { font-weight: 600; font-size: 13px }
    .line { fill: none; stroke-width: 2 } .plan { stroke: #1d4ed8 } .yaml { stroke: #b45309 }
    .yaml.line { stroke-dasharray: 6 4 } .dot.plan { fill: #1d4ed8 } .dot.yaml { fill: #b45309 }
    @media (prefers-color-scheme: dark) {
      .ground { fill: #16181d } .grid { stroke: #343a43 } .axis { stroke: #9ca3af } text { fill: #e5e7eb }
      .plan { stroke: #7aa7ff } .dot.plan { fill: #7aa7ff }
      .yaml { stroke: #f5a34a } .dot.yaml { fill: #f5a34a }
    }
"""

_POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


@dataclass(frozen=True, slots=True)
class Curve:
    """The figures of one contender, as (contacts, figure). ``kind`` is ``plan`` or ``yaml``."""

    kind: str
    label: str
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its curves over the number of contacts."""

    title: str
    unit: str
    curves: tuple[Curve, ...]
    left: int
    width: int = 290

    @property
    def xs(self) -> tuple[int, int]:
        """The powers of ten at both ends of the horizontal axis."""
        return _powers([x for curve in self.curves for x, _ in curve.points])

    @property
    def ys(self) -> tuple[int, int]:
        """The powers of ten at both ends of the vertical axis."""
        return _powers([y for curve in self.curves for _, y in curve.points])

    def x(self, value: float) -> float:
        return self.left + self.width * _share(value, self.xs)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - _share(value, self.ys))

    def elements(self) -> Iterator[str]:
        """The elements of the panel, from the ground up."""
        yield from self._horizontal()
        yield from self._vertical()
        for curve in self.curves:
            yield from self._curve(curve)
        yield _text(self.left, TOP - 16, f"{self.title}, {self.unit}", kind="title")

    def _horizontal(self) -> Iterator[str]:
        bottom, right = HEIGHT - BOTTOM, self.left + self.width
        for power in range(self.ys[0], self.ys[1] + 1):
            y = self.y(10.0**power)
            yield _line(self.left, y, right, y, "axis" if power == self.ys[0] else "grid")
            yield _text(self.left - 8, y + 4, _number(power), anchor="end")
        yield _text(self.left + self.width / 2, bottom + 38, "contacts in the account", anchor="middle")

    def _vertical(self) -> Iterator[str]:
        bottom = HEIGHT - BOTTOM
        for power in range(self.xs[0], self.xs[1] + 1):
            x = self.x(10.0**power)
            yield _line(x, TOP, x, bottom, "axis" if power == self.xs[0] else "grid")
            yield _text(x, bottom + 18, f"10{_POWERS[power]}", anchor="middle")

    def _curve(self, curve: Curve) -> Iterator[str]:
        places = [(self.x(x), self.y(y)) for x, y in curve.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline class="line {curve.kind}" points="{path}"/>'
        for x, y in places:
            yield f'<circle class="dot {curve.kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def _powers(values: Sequence[float]) -> tuple[int, int]:
    return math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)


def _share(value: float, ends: tuple[int, int]) -> float:
    return (math.log10(value) - ends[0]) / max(1, ends[1] - ends[0])


def _number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "label") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def drawing(panels: Sequence[Panel], title: str, description: str) -> str:
    """The whole SVG; ``title`` and ``description`` are for who can't see it."""
    parts = (*(element for panel in panels for element in panel.elements()), *_legend(panels[0].curves))
    elements = "\n  ".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' width="{WIDTH}" height="{HEIGHT}">\n'
        f"  <title>{escape(title)}</title>\n  <desc>{escape(description)}</desc>\n"
        f"  <style>\n{_STYLE}  </style>\n"
        f'  <rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="6"/>\n  {elements}\n</svg>\n'
    )


def _legend(curves: Sequence[Curve]) -> Iterator[str]:
    """One line below the panels: what each curve is."""
    left, y, each = 230, HEIGHT - 16, 160
    for number, curve in enumerate(curves):
        x = left + number * each
        yield f'<polyline class="line {curve.kind}" points="{x},{y - 4} {x + 30},{y - 4}"/>'
        yield _text(x + 38, y, curve.label)


def slope(smaller: tuple[int, float], larger: tuple[int, float]) -> float:
    """The power with which a figure grows from one point to the next: 1 is linear."""
    return math.log(larger[1] / smaller[1]) / math.log(larger[0] / smaller[0])
