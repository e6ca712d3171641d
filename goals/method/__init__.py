"""How progress is judged and rolled up, as docs/method.md says: pure functions of plain values.

Nothing here knows of Django, of a clock or of files. Numbers are Decimal, missing is None, rounding is left
to whoever displays. Every stored result carries `METHOD_VERSION`.
"""

from goals.method.changes import Row, Step, step
from goals.method.contributions import Contributions, Declared, contributions
from goals.method.countries import judge_countries, judge_target
from goals.method.exact import weighted_mean
from goals.method.judging import judge_monitored, judge_reach, path_of, resolve
from goals.method.layers import (
    IndicatorLayer,
    IndicatorRow,
    Numbers,
    OrganizationNode,
    Rolled,
    StakeholderLayer,
    SubgoalNode,
    combine,
    indicator_layer,
    roll_subgoal,
    roll_subgoals,
    stakeholder_layer,
)
from goals.method.outcomes import CountriesJudgement, Judgement, SubgoalJudgement, SustainedJudgement
from goals.method.overall import (
    GoalNode,
    GoalOutcome,
    OverallOutcome,
    goal_outcome,
    overall_outcome,
    roll_goal,
    roll_overall,
)
from goals.method.parameters import Anchor, Entity, Point, SubgoalParameters, TargetParameters, problems
from goals.method.path import Path, build_path
from goals.method.projection import Projection, project
from goals.method.status import DISPLAY_WORDS, WORST_FIRST
from goals.method.subgoals import judge_subgoal
from goals.method.sustained import judge_sustained
from goals.method.time import Freshness, coordinate, freshness_limits, judge_freshness, period_end
from goals.method.trends import median_slope, trend
from goals.method.vintages import as_known

METHOD_VERSION = "1.0"

__all__ = [
    "DISPLAY_WORDS",
    "METHOD_VERSION",
    "WORST_FIRST",
    "Anchor",
    "Contributions",
    "CountriesJudgement",
    "Declared",
    "Entity",
    "Freshness",
    "GoalNode",
    "GoalOutcome",
    "IndicatorLayer",
    "IndicatorRow",
    "Judgement",
    "Numbers",
    "OrganizationNode",
    "OverallOutcome",
    "Path",
    "Point",
    "Projection",
    "Rolled",
    "Row",
    "StakeholderLayer",
    "Step",
    "SubgoalJudgement",
    "SubgoalNode",
    "SubgoalParameters",
    "SustainedJudgement",
    "TargetParameters",
    "as_known",
    "build_path",
    "combine",
    "contributions",
    "coordinate",
    "freshness_limits",
    "goal_outcome",
    "indicator_layer",
    "judge_countries",
    "judge_freshness",
    "judge_monitored",
    "judge_reach",
    "judge_subgoal",
    "judge_sustained",
    "judge_target",
    "median_slope",
    "overall_outcome",
    "path_of",
    "period_end",
    "problems",
    "project",
    "resolve",
    "roll_goal",
    "roll_overall",
    "roll_subgoal",
    "roll_subgoals",
    "stakeholder_layer",
    "step",
    "trend",
    "weighted_mean",
]
