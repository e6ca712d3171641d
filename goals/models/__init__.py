"""Where we want to be and how far we are: goals, targets, sub-goals, updates and stored results."""

from goals.models.commitments import Commitment
from goals.models.declarations import Declaration, DeclaredSum
from goals.models.proposals import MeasureProposal
from goals.models.publications import Publication
from goals.models.results import Chart, Result, ResultQuerySet
from goals.models.standings import FixedPointField, Standing, Step
from goals.models.sub_goals import SubGoal, SubGoalQuerySet, SubGoalText, SubGoalVersion
from goals.models.targets import (
    Assumption,
    Direction,
    Goal,
    Path,
    Target,
    TargetVersion,
    TargetVersionQuerySet,
)
from goals.models.updates import Comment, EvidenceFile, EvidenceLink, Review, Update, UpdateQuerySet

__all__ = [
    "Assumption",
    "Chart",
    "Comment",
    "Commitment",
    "Declaration",
    "DeclaredSum",
    "Direction",
    "EvidenceFile",
    "EvidenceLink",
    "FixedPointField",
    "Goal",
    "MeasureProposal",
    "Path",
    "Publication",
    "Result",
    "ResultQuerySet",
    "Review",
    "Standing",
    "Step",
    "SubGoal",
    "SubGoalQuerySet",
    "SubGoalText",
    "SubGoalVersion",
    "Target",
    "TargetVersion",
    "TargetVersionQuerySet",
    "Update",
    "UpdateQuerySet",
]
