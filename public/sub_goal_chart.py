"""The chart of a sub-goal that is measured by a number: what was reported beside the path to its target."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from goals import known, rows
from goals.method.parameters import Anchor, Point
from goals.method.path import build_path
from goals.method.subgoals import values_of
from goals.method.time import coordinate
from goals.models import SubGoal
from indicators import periods
from indicators.charts import inputs
from indicators.charts.plot import NARROW, WIDE, Layout
from indicators.charts.trajectory import draw_trajectory
from public import presenting
from public.sub_goal_history import measure_text

FEWEST = 2
MOST = 60
"""Of the newest; the list of updates holds them all."""
PATH_STEPS = 24
HALF_A_YEAR = Decimal("0.5")
"""The method puts a year at its middle; among days, the mark of a year stands where it begins."""


def chart_of(sub_goal: SubGoal, today: date) -> "SubGoalChart | None":
    """None where there is no number of its own, or too few reports for a line."""
    if sub_goal.is_deliverable or sub_goal.progress_from == SubGoal.ProgressFrom.CHILDREN:
        return None
    [found] = rows.ask(known.published([sub_goal], today))
    reported = known.points_by_sub_goal(found)[sub_goal.pk]
    levels = values_of(known.sub_goal_parameters(sub_goal), reported, today)
    points = [point for point in levels if point.value is not None][-MOST:]
    return SubGoalChart(sub_goal, points) if len(points) >= FEWEST else None


@dataclass(frozen=True)
class SubGoalChart:
    """Levels by day, oldest first; of increments, what they add up to."""

    sub_goal: SubGoal
    points: list[Point]

    @property
    def title(self) -> str:
        latest = self.points[-1]
        return _("%(value)s on %(day)s; to be reached by %(end)s: %(target)s") % {
            "value": presenting.in_own_unit(latest.value, self.sub_goal.unit),
            "day": presenting.day(date.fromisoformat(latest.period)),
            "end": presenting.day(self.sub_goal.target_date),
            "target": presenting.in_own_unit(self.sub_goal.target_value, self.sub_goal.unit),
        }

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Day, kind and value of everything that is drawn, for the table."""
        start, end = self.ends
        reported = [(point.period, _("Reported"), point.value) for point in self.points]
        all_of_them = [
            (start.period, _("Baseline"), start.value), *reported, (end.period, _("Target"), end.value),
        ]  # fmt: skip
        return [
            (presenting.day(date.fromisoformat(day)), kind, presenting.in_own_unit(value, self.sub_goal.unit))
            for day, kind, value in all_of_them
        ]

    @property
    def wide(self) -> SafeString:
        return self.drawn(WIDE)

    @property
    def narrow(self) -> SafeString:
        return self.drawn(NARROW)

    def drawn(self, layout: Layout) -> SafeString:
        return mark_safe(draw_trajectory(self.chart, layout))  # noqa: S308 - our own SVG, its texts are escaped

    # --- What is drawn --------------------------------------------------------------------------
    @property
    def ends(self) -> tuple[Anchor, Anchor]:
        parameters = known.sub_goal_parameters(self.sub_goal)
        return parameters.baseline, parameters.target

    @cached_property
    def chart(self) -> inputs.TrajectoryChart:
        _start, end = self.ends
        assert end.value is not None
        said = {"year": end.period[:4], "value": presenting.exact(end.value)}
        return inputs.TrajectoryChart(
            id_prefix=f"chart-{self.sub_goal.code}",
            title=self.title,
            description=measure_text(self.sub_goal),
            format_value=presenting.exact,
            series=(self.line,),
            path=inputs.RequiredPath(self.path_points, _("Required path")),
            target=inputs.Target(on_axis(end.period), end.value, _("%(year)s target %(value)s") % said),
            period_years=Decimal(periods.MONTHS[self.sub_goal.cadence]) / 12,
        )

    @property
    def line(self) -> inputs.Series:
        last = len(self.points) - 1
        return inputs.Series(
            tuple(
                inputs.Observation(
                    on_axis(point.period), point.value or Decimal(0),
                    presenting.exact(point.value or Decimal(0)) if index in (0, last) else "",
                )
                for index, point in enumerate(self.points)
            ),
            _("Reported"),
        )  # fmt: skip

    @property
    def path_points(self) -> tuple[tuple[Decimal, Decimal], ...]:
        start, end = self.ends
        path = build_path(start, (), end, self.sub_goal.path)
        first, last = coordinate(start.period), coordinate(end.period)
        times = [first + (last - first) * step / PATH_STEPS for step in range(PATH_STEPS + 1)]
        return tuple((t + HALF_A_YEAR, path.value_at(t)) for t in times)


def on_axis(day: str) -> Decimal:
    return coordinate(day) + HALF_A_YEAR
