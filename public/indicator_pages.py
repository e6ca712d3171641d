"""What the list of indicators and an indicator's page show, read from stored results and charts."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.http import Http404
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from goals import findings, sentences, words
from goals.models import Assumption, Chart, Result, Standing, SubGoal, Target, TargetVersion
from goals.models.sub_goals import is_public
from indicators import formulas
from indicators.models import Indicator
from public import contributions, key_figures, presenting, status_history
from public.contributions import Contributions
from public.explaining import Explanation
from public.filters import IndicatorFilter
from public.goal_pages import IndicatorRow, goal_trail, target_results
from public.observation_tables import DataTable
from public.target_words import TargetView

SUB_GOALS_SHOWN = 100


# --- The list -----------------------------------------------------------------------------------
def indicator_list(query: Any) -> dict[str, Any]:
    """All indicators by goal, the headline ones first, as far as the filter lets them through."""
    results = target_results().select_related("target__indicator", "target__goal").defer("explanation")
    ordered = results.order_by("target__goal__number", "-target__is_headline", "target__position")
    rows = [IndicatorRow(result) for result in ordered]
    chosen = IndicatorFilter(query, goals={row.target.goal.pk: row.target.goal for row in rows}.values())
    narrowed = chosen.narrow(rows)
    return {
        "filter": chosen,
        "count": len(narrowed),
        "groups": [
            (presenting.goal_name(goal), goal, list(group))
            for goal, group in groupby(narrowed, key=lambda row: row.target.goal)
        ],
        "section": "indicators",
        "trail": [(_("Indicators"), "")],
    }


# --- An indicator -------------------------------------------------------------------------------
@dataclass(frozen=True)
class IndicatorPage:
    """The stored result of a target with everything its page says; rows come from `indicator_page`."""

    result: Result
    target: Target
    history: list[dict[str, Any]]
    sub_goals: list[dict[str, Any]]
    contributions: Contributions | None
    versions: list[TargetVersion]
    table: DataTable
    assumptions: list[Assumption]
    inputs: list[Indicator]

    @property
    def indicator(self) -> Indicator:
        return self.target.indicator

    @property
    def case(self) -> dict[str, Any]:
        return self.result.explanation["input"]

    @property
    def outcome(self) -> dict[str, Any]:
        return self.result.outcome

    @cached_property
    def facts(self) -> sentences.Facts:
        return sentences.facts_of(self.indicator, self.case)

    @cached_property
    def status(self) -> words.StatusTag:
        direction = presenting.direction_of(self.case)
        return presenting.tag(self.outcome, self.result.as_of, direction)

    @property
    def as_of(self) -> str:
        return presenting.day(self.result.as_of)

    @property
    def has_target(self) -> bool:
        return self.result.status != "monitored"

    @property
    def lead(self) -> str:
        return sentences.lead(self.outcome, self.facts)

    @property
    def finding(self) -> str:
        return findings.finding(self.outcome, self.facts, self.outcome.get("projection"))

    @property
    def what_would_change(self) -> str:
        return findings.what_would_change(self.outcome, self.facts)

    @property
    def rests_on(self) -> str:
        """On how many values the verdict rests; of several countries, the binding one's."""
        case = (self.case.get("entities") or {}).get(self.outcome.get("binding") or "", self.case)
        observations = case.get("observations") or []
        if not observations or not self.has_target:
            return ""
        return findings.rests_on(len(observations), observations[-1]["period"])

    @property
    def outlook(self) -> str:
        """Where the pace leads, in the target's unit, or why it is not said."""
        projection = self.outcome.get("projection")
        if not projection or not self.outcome.get("latest"):
            return ""
        return findings.outlook(projection, self.outcome, self.facts)

    @property
    def flags(self) -> list[str]:
        return presenting.flags(self.outcome)

    @property
    def figures(self) -> list[presenting.Figure]:
        return key_figures.figures(self.indicator, self.case, self.outcome)

    # --- The chart ---
    @property
    def chart_wide(self) -> SafeString:
        return drawing(self.result, "chart_wide")

    @property
    def chart_narrow(self) -> SafeString:
        return drawing(self.result, "chart_narrow")

    @property
    def subtitle(self) -> str:
        return self.table.subtitle

    # --- Countries and other subjects ---
    @property
    def subjects(self) -> list[dict[str, Any]]:
        """Each country, or each partner or product, with its own status and numbers."""
        return [self.subject(label, outcome) for label, outcome in presenting.subjects(self.outcome).items()]

    def subject(self, label: str, outcome: words.Outcome) -> dict[str, Any]:
        latest, target = outcome.get("latest") or {}, outcome.get("target") or {}
        direction = presenting.direction_of(self.case)
        return {
            "name": words.subject_name(label),
            "is_binding": label == self.outcome.get("binding"),
            "status": presenting.tag(outcome, self.result.as_of, direction),
            "latest": presenting.amount(self.indicator, latest.get("value")),
            "period": presenting.period(latest["period"]) if latest else "",
            "needed": presenting.amount(self.indicator, outcome.get("expected_value")),
            "target": presenting.amount(self.indicator, target.get("value")),
        }

    # --- What stands around it ---
    @property
    def formula(self) -> str:
        """The formula with the names of its inputs and of their areas in place of codes."""
        names = {one.code: one.name for one in self.inputs}
        return formula_text(self.indicator.formula, names)

    @cached_property
    def aim(self) -> TargetView:
        return TargetView(self.indicator, self.versions, self.facts, self.outcome)

    @cached_property
    def explanation(self) -> Explanation:
        return Explanation(self.indicator, self.result)

    @property
    def strip(self) -> list[dict[str, Any]]:
        return list(reversed(self.history))


def indicator_page(code: str) -> dict[str, Any]:
    result = current_result(code)
    target = result.target
    assert target is not None
    page = IndicatorPage(
        result=result,
        target=target,
        history=history_of(target),
        sub_goals=linked_sub_goals(target),
        contributions=contributions.in_full(target.indicator, result),
        versions=list(
            TargetVersion.objects.filter(target=target).select_related("document").order_by("-number")
        ),
        table=DataTable.of(target.indicator, result),
        assumptions=list(target.assumptions.all()),
        inputs=inputs_of(target.indicator),
    )
    return {
        "page": page,
        "indicator": target.indicator,
        "target": target,
        "section": "indicators",
        "trail": [*goal_trail(target.goal)[1:], (target.indicator.name, "")],
    }


def current_result(code: str) -> Result:
    """The judged target with its goal, indicator and charts in the active language, or 404."""
    result = (
        Result.objects.current()
        .filter(level=Result.Level.TARGET, target__indicator__code=code)
        .select_related("target__indicator", "target__goal__document")
        .annotate(chart_wide=chart(Chart.Layout.WIDE), chart_narrow=chart(Chart.Layout.NARROW))
        .first()
    )
    if result is None:
        raise Http404
    return result


def drawing(result: Result, layout: str) -> SafeString:
    """A stored chart that was selected with the result; empty while none is drawn."""
    return mark_safe(getattr(result, layout, None) or "")  # noqa: S308 - our own drawing, its texts escaped


def chart(layout: str) -> Subquery:
    drawn = Chart.objects.filter(target=OuterRef("target"), language=words.language(), layout=layout)
    return Subquery(drawn.values("svg")[:1])


def history_of(target: Target) -> list[dict[str, Any]]:
    """The history of a target's status."""
    rows = Result.objects.filter(target=target).defer("outcome", "explanation")
    return status_history.changes(rows.order_by("-as_of", "-recorded_at"))


def linked_sub_goals(target: Target) -> list[dict[str, Any]]:
    """The newest sub-goals that help a target or declare a quantity for its indicator, as they stand."""
    linked = Q(sub_goal__target=target) | Q(sub_goal__contributes_to=target.indicator_id)
    rows = (
        Standing.objects.filter(linked, is_public("sub_goal__"))
        .select_related("sub_goal__organization")
        .order_by("-sub_goal__published_on", "node")
    )
    return [linked_sub_goal(row) for row in rows[:SUB_GOALS_SHOWN]]


def linked_sub_goal(row: Standing) -> dict[str, Any]:
    sub_goal = row.sub_goal
    assert sub_goal is not None
    withdrawn = sub_goal.state == SubGoal.State.WITHDRAWN
    return {
        "sub_goal": sub_goal,
        "organization": sub_goal.organization,
        "lang": presenting.foreign(sub_goal.language),
        "withdrawn": str(words.SUBGOAL_STATES["withdrawn"]) if withdrawn else "",
        "status": None if withdrawn or not row.status else words.status_tag(stored_status(row)),
        "progress": presenting.share_text(row.progress, 0),
    }


def stored_status(row: Standing) -> dict[str, Any]:
    return {"status": row.status, "reason": row.reason}


def inputs_of(indicator: Indicator) -> list[Indicator]:
    """The indicators a calculated one is computed from."""
    if indicator.origin != Indicator.Origin.DERIVED:
        return []
    references = formulas.parse(indicator.formula).references
    return list(Indicator.objects.filter(code__in={reference.indicator for reference in references}))


def formula_text(formula: str, names: dict[str, str]) -> str:
    """“{gdp-current:MEX}” as “Gross domestic product (Mexico)”; placeholders stand for each country."""

    def named(found: re.Match) -> str:
        code, area, partner, product = found.groups()
        codes = [part for part in (area, partner) if part and part[0] not in "@*"]
        products = [product] if product and product[0] not in "@*" else []
        places = [*map(words.subject_name, codes), *products]
        name = names.get(code, code)
        return f"{name} ({', '.join(places)})" if places else name

    return (
        formulas.REFERENCE.sub(named, formula.partition("=")[2].strip()).replace("*", "×").replace("/", "÷")
    )


def chart_file(code: str, language: str) -> str:
    """The stand-alone SVG of an indicator's chart, or 404."""
    drawn = Chart.objects.filter(
        target__indicator__code=code, language=language, layout=Chart.Layout.FILE
    ).first()
    if drawn is None:
        raise Http404
    return drawn.svg
