"""Draws and stores the charts of targets: from a judged node to plain chart values, in three languages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from goals import findings, sentences, words
from goals.evaluation import Node, compute
from goals.method.course import course
from goals.method.time import coordinate
from goals.models import Chart, TargetVersion
from indicators import formats, periods
from indicators.areas import area_name
from indicators.charts import inputs
from indicators.charts.comparison import draw_comparison, layout_comparison
from indicators.charts.document import Caption, render_standalone
from indicators.charts.plot import NARROW, WIDE
from indicators.charts.sparkline import draw_sparkline
from indicators.charts.trajectory import draw_trajectory, layout_trajectory

MOST_LINES = 4
MOST_BARS = 16
DWARFING = 3
LAYOUTS = {Chart.Layout.WIDE: WIDE, Chart.Layout.NARROW: NARROW}


@dataclass(frozen=True)
class Picture:
    """A target's case and outcome with the language its chart speaks."""

    node: Node
    language: str

    @property
    def unit(self) -> str:
        return self.indicator.unit

    @property
    def indicator(self):
        assert self.node.target is not None
        return self.node.target.indicator

    @property
    def facts(self) -> sentences.Facts:
        return sentences.facts_of(self.indicator, self.node.case)

    @property
    def finding(self) -> str:
        outcome = self.node.outcome
        return findings.finding(outcome, self.facts, outcome.get("projection"))

    def amount(self, value: Decimal) -> str:
        """A value as it stands beside a mark: digits only, the subtitle tells the unit."""
        return formats.number(value, self.indicator.decimals, self.language)

    def tick(self, value: Decimal) -> str:
        return formats.number(value, formats.decimals_of(value), self.language)

    def lines(self) -> dict[str, list[dict]]:
        """Observed points by the name of their line; one nameless line where there is one subject."""
        case = self.node.case
        if "entities" not in case:
            return {"": case.get("observations", [])}
        return {
            words.subject_name(label): entity["observations"] for label, entity in case["entities"].items()
        }


def draw(nodes: Iterable[Node]) -> int:
    """Draw the charts of these nodes and store those that came out different; return how many did."""
    kept = {(chart.target_id, chart.language, chart.layout): chart for chart in Chart.objects.all()}
    wanted = {key: svg for node in nodes for key, svg in charts_of(node)}
    targets = {key[0] for key in wanted} | {node.target.pk for node in nodes if node.target}
    gone = [chart.pk for key, chart in kept.items() if key[0] in targets and key not in wanted]
    Chart.objects.filter(pk__in=gone).delete()
    added = [
        Chart(target_id=target_id, language=language, layout=layout, svg=svg)
        for (target_id, language, layout), svg in wanted.items()
        if (target_id, language, layout) not in kept
    ]
    changed = [redrawn(kept[key], svg) for key, svg in wanted.items() if key in kept and kept[key].svg != svg]
    Chart.objects.bulk_create(added)
    Chart.objects.bulk_update(changed, ["svg", "drawn_at"])
    return len(gone) + len(added) + len(changed)


def redrawn(chart: Chart, svg: str) -> Chart:
    chart.svg, chart.drawn_at = svg, timezone.now()
    return chart


def charts_of(node: Node) -> Iterator[tuple[tuple[int, str, str], str]]:
    """The charts of one target in every language, keyed by target, language and layout."""
    assert node.target is not None
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for layout, svg in drawings(Picture(node, language)):
                yield (node.target.pk, language, layout), svg


def drawings(picture: Picture) -> Iterator[tuple[str, str]]:
    """Layout and SVG; nothing where there are no values to draw."""
    lines = {name: points for name, points in picture.lines().items() if points}
    if not lines:
        return
    if is_comparison(picture, lines):
        chart = comparison(picture, lines)
        for layout, size in LAYOUTS.items():
            yield layout, draw_comparison(chart, size)
        yield Chart.Layout.FILE, render_standalone(layout_comparison(chart, WIDE), caption(picture))
        return
    if not has_target(picture) and max(map(len, lines.values())) < 2:
        return
    drawn = trajectory(picture, legible(lines, area_name("WLD", picture.language)))
    for layout, size in LAYOUTS.items():
        yield layout, draw_trajectory(drawn, size)
    yield Chart.Layout.FILE, render_standalone(layout_trajectory(drawn, WIDE), caption(picture))
    yield Chart.Layout.SPARKLINE, sparkline(picture, lines, drawn)


def has_target(picture: Picture) -> bool:
    return picture.node.case["kind"] != TargetVersion.Kind.MONITOR


def is_comparison(picture: Picture, lines: dict[str, list[dict]]) -> bool:
    """Bars for several subjects side by side: too many for lines, or without a course to draw."""
    if has_target(picture) or len(lines) < 2:
        return False
    return len(lines) > MOST_LINES or max(map(len, lines.values())) < 3


def caption(picture: Picture) -> Caption:
    return Caption(
        heading=picture.finding,
        subtitle=subtitle(picture),
        source=_("Source and method: %(address)s") % {"address": settings.SITE_URL},
    )


def subtitle(picture: Picture) -> str:
    """What is measured, in which unit, over which years."""
    labels = [point["period"] for points in picture.lines().values() for point in points]
    last = (picture.node.outcome.get("target") or {}).get("period") or max(labels)
    years = sorted({label[:4] for label in [*labels, last]})
    measure = {
        "name": picture.indicator.name,
        "unit": formats.axis_unit(picture.unit, picture.language),
    }
    if len(years) == 1:
        return _("%(name)s, %(unit)s, %(year)s") % {**measure, "year": years[0]}
    return _("%(name)s, %(unit)s, %(first)s to %(last)s") % {**measure, "first": years[0], "last": years[-1]}


# --- Bars ---------------------------------------------------------------------------------------
def comparison(picture: Picture, lines: dict[str, list[dict]]) -> inputs.ComparisonChart:
    """The latest value of each subject, the largest first; a year beside those older than the newest."""
    newest = max(points[-1]["period"] for points in lines.values())
    latest = sorted(((name, points[-1]) for name, points in lines.items()), key=lambda row: -row[1]["value"])
    bars = tuple(
        inputs.Bar(
            label=name if point["period"] == newest else f"{name} ({point['period']})",
            value=point["value"],
            value_label=picture.amount(point["value"]),
        )
        for name, point in latest[:MOST_BARS]
    )
    return inputs.ComparisonChart(
        id_prefix=f"chart-{picture.indicator.code}",
        title=picture.finding,
        description=sentences.lead(picture.node.outcome, picture.facts),
        bars=bars,
    )


def legible(lines: dict[str, list[dict]], world: str) -> dict[str, list[dict]]:
    """The lines without the world's where it would press those of the countries together at the foot."""
    others = {name: points for name, points in lines.items() if name != world}
    if world not in lines or not others:
        return lines
    largest = max(points[-1]["value"] for points in others.values())
    return others if lines[world][-1]["value"] > DWARFING * largest else lines


# --- Lines --------------------------------------------------------------------------------------
def trajectory(picture: Picture, lines: dict[str, list[dict]]) -> inputs.TrajectoryChart:
    outcome = judged(picture)
    return inputs.TrajectoryChart(
        id_prefix=f"chart-{picture.indicator.code}",
        title=picture.finding,
        description=sentences.lead(picture.node.outcome, picture.facts),
        format_value=picture.tick,
        series=tuple(
            line(picture, name, points) for name, points in list(lines.items())[:MOST_LINES]
        ),
        path=required_path(picture, outcome),
        milestones=milestones(picture, outcome),
        target=aim(picture, outcome),
        projection=projection(picture),
        note=projection_note(picture),
        scale="rank" if picture.unit == "rank" else "amount",
        period_years=periods.MONTHS[picture.indicator.frequency] / 12,
    )  # fmt: skip


def judged(picture: Picture) -> dict[str, Any]:
    """The outcome whose path is drawn: of several countries, the binding one's."""
    outcome = picture.node.outcome
    if outcome.get("entities") and outcome.get("binding"):
        return outcome["entities"][outcome["binding"]]
    return outcome


def case_of_path(picture: Picture) -> dict[str, Any]:
    case = picture.node.case
    binding = picture.node.outcome.get("binding")
    if "entities" not in case or not binding:
        return case
    return {**case, **case["entities"][binding], "entities": None}


def line(picture: Picture, name: str, points: list[dict]) -> inputs.Series:
    """One observed line; a lone line tells its first and latest value, several tell their names."""
    ends = {0, len(points) - 1} if not name else set()
    return inputs.Series(
        observations=tuple(
            inputs.Observation(
                t=coordinate(point["period"]),
                value=point["value"],
                label=observation_label(picture, points, index) if index in ends else "",
                is_provisional=point["status"] != "",
            )
            for index, point in enumerate(points)
        ),
        label=name or (_("Observed") if has_target(picture) else ""),
    )


def observation_label(picture: Picture, points: list[dict], index: int) -> str:
    point, amount = points[index], picture.amount(points[index]["value"])
    if index < len(points) - 1:
        return amount
    said = {"period": formats.period(point["period"], picture.language), "value": amount}
    return _("%(period)s: %(value)s") % said


def required_path(picture: Picture, outcome: dict[str, Any]) -> inputs.RequiredPath | None:
    if picture.node.case["kind"] == TargetVersion.Kind.SUSTAIN:
        return held_level(picture)
    if not outcome.get("path_used"):
        return None
    first, last = (coordinate(outcome[name]["period"]) for name in ("baseline", "target"))
    years = [str(year) for year in range(int(first), int(last) + 1)]
    values = compute("path", {**case_of_path(picture), "at": years})["values"]
    points = tuple((coordinate(year), value) for year, value in zip(years, values, strict=True))
    return inputs.RequiredPath(points, _("Required path"), needed_now(picture, outcome))


def held_level(picture: Picture) -> inputs.RequiredPath | None:
    case = picture.node.case
    if case.get("threshold") is None:
        return None
    ends = (case["hold_from"], case["hold_to"])
    label = _("At least %(value)s") if case.get("bound") != "at_most" else _("At most %(value)s")
    return inputs.RequiredPath(
        tuple((Decimal(year), case["threshold"]) for year in ends),
        label % {"value": picture.amount(case["threshold"])},
    )


def needed_now(picture: Picture, outcome: dict[str, Any]) -> inputs.NeededNow | None:
    latest, expected = outcome.get("latest"), outcome.get("expected_value")
    if not latest or expected is None or latest["period"] == outcome["baseline"]["period"]:
        return None
    return inputs.NeededNow(
        coordinate(latest["period"]), expected, _("Needed %(value)s") % {"value": picture.amount(expected)}
    )


def milestones(picture: Picture, outcome: dict[str, Any]) -> tuple[inputs.Milestone, ...]:
    return tuple(
        inputs.Milestone(
            coordinate(milestone["period"]),
            milestone["value"],
            milestone_label(milestone["status"]) % labelled(picture, milestone),
        )
        for milestone in outcome.get("milestones") or ()
    )


def milestone_label(status: str) -> str:
    if status == "met":
        return _("%(year)s milestone %(value)s: met")
    if status == "missed":
        return _("%(year)s milestone %(value)s: not met")
    return _("%(year)s milestone %(value)s")


def labelled(picture: Picture, point: dict[str, Any]) -> dict[str, str]:
    return {"year": point["period"][:4], "value": picture.amount(point["value"])}


def aim(picture: Picture, outcome: dict[str, Any]) -> inputs.Target | None:
    case, target = picture.node.case, outcome.get("target") or {}
    if case["kind"] == TargetVersion.Kind.SUSTAIN and case.get("threshold") is not None:
        target = {"period": str(case["hold_to"]), "value": case["threshold"]}
    if target.get("value") is None:
        return None
    said = labelled(picture, target)
    return inputs.Target(coordinate(target["period"]), target["value"], _("%(year)s target %(value)s") % said)


# --- The projection -----------------------------------------------------------------------------
def projection(picture: Picture) -> inputs.Projection | None:
    found = picture.node.outcome.get("projection") or {}
    if found.get("projection") is None:
        return None
    latest, target = picture.node.outcome["latest"], picture.node.outcome["target"]
    start, end = int(coordinate(latest["period"])) + 1, int(coordinate(target["period"]))
    times = [Decimal(year) for year in range(start, end + 1)]
    value = latest["value"]
    fan = [inputs.FanPoint(coordinate(latest["period"]), value, value, value)]
    fan += [inputs.FanPoint(t, *values) for t, values in zip(times, course(found, times), strict=True)]
    middle = {"value": two_figures(picture, found["projection"])}
    ends = {name: two_figures(picture, found[name]) for name in ("low", "high")}
    return inputs.Projection(
        tuple(fan),
        _("At the current pace %(value)s") % middle,
        _("(80%% range %(low)s to %(high)s)") % ends,
    )


def two_figures(picture: Picture, value: Decimal) -> str:
    shown = formats.significant(value)
    return formats.number(shown, formats.decimals_of(shown), picture.language)


def projection_note(picture: Picture) -> str:
    found = picture.node.outcome.get("projection") or {}
    return _("Too few values for a projection") if found.get("reason") == "too_few_points" else ""


def sparkline(picture: Picture, lines: dict[str, list[dict]], drawn: inputs.TrajectoryChart) -> str:
    """The observed values since 2000 of the first, or the binding, subject beside its required path."""
    binding = picture.node.outcome.get("binding")
    name = words.subject_name(binding) if binding and "entities" in picture.node.case else next(iter(lines))
    points = [(coordinate(point["period"]), point["value"]) for point in lines.get(name, [])]
    return draw_sparkline(
        inputs.Sparkline(
            tuple((t, value) for t, value in points if t >= 2000),
            drawn.path.points if drawn.path else (),
            is_inverted=picture.unit == "rank",
        )
    )
