"""The commitment gap: what organizations have set out to do beside what the shared targets need."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals import commitments
from goals.choices import ALL, QueryFilter, choice, goal_choices, set_choices
from goals.commitments import Gap
from goals.models import Commitment
from goals.words import language
from indicators import cells
from indicators.areas import area_name
from stakeholders.models import Organization

COLUMNS = (
    "goal", "target", "indicator", "unit", "needed_change", "area", "type", "committed", "share_of_need",
    "organizations", "sub_goals", "counted_at",
)  # fmt: skip
NINE = Decimal(1).scaleb(-9)


class GapFilter(QueryFilter):
    goal = choice(_("Goal"))
    area = choice(_("Country or region"))
    type = forms.ChoiceField(
        label=_("Kind of organization"), required=False, choices=[ALL, *Organization.Type.choices]
    )

    def full_clean(self) -> None:
        areas = Commitment.objects.order_by().values_list("area", flat=True).distinct()
        named = sorted(((code, area_name(code, language())) for code in areas), key=lambda one: one[1])
        set_choices(self, goal=goal_choices(), area=[ALL, *named])
        super().full_clean()

    def gaps(self) -> list[Gap]:
        return commitments.gaps(self.chosen("goal"), self.chosen("area"), self.chosen("type"))


# --- The page -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Part:
    """What one country or one kind of organization has set out to do."""

    name: str
    amount: Decimal
    share: Decimal | None


@dataclass(frozen=True)
class GapView:
    gap: Gap

    @property
    def unit(self) -> str:
        return self.gap.target.indicator.unit

    @property
    def by_country(self) -> list[Part]:
        return self.parts("area")

    @property
    def by_type(self) -> list[Part]:
        return self.parts("type")

    def parts(self, field: str) -> list[Part]:
        """The largest first."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.gap.rows:
            sums[getattr(row, field)] += row.amount
        found = [
            Part(part_name(field, key), amount, commitments.share_of(amount, self.gap.need))
            for key, amount in sums.items()
        ]
        return sorted(found, key=lambda part: -abs(part.amount))


def part_name(field: str, key: str) -> str:
    return area_name(key, language()) if field == "area" else str(Organization.Type(key).label)


def gap_page(query: Any) -> dict[str, Any]:
    chosen = GapFilter(query)
    found = chosen.gaps()
    counted = [row.counted_at for gap in found for row in gap.rows]
    return {
        "filter": chosen,
        "query": chosen.query,
        "declared": [GapView(gap) for gap in found if gap.rows],
        "undeclared": [gap for gap in found if not gap.rows],
        "counted_at": max(counted, default=None),
        "at": "gap",
    }


# --- The file -----------------------------------------------------------------------------------
def csv_lines(query: Any) -> Iterator[str]:
    yield line(COLUMNS)
    for gap in GapFilter(query).gaps():
        for row in gap.rows or (None,):
            yield line(cells.row(record(gap, row), COLUMNS))


def record(gap: Gap, row: Commitment | None) -> dict[str, Any]:
    """One line; of a target toward which nothing is declared, what it needs alone."""
    target = gap.target
    needed = {
        "goal": target.goal.code,
        "target": target.number,
        "indicator": target.indicator.code,
        "unit": target.indicator.unit,
        "needed_change": plain(gap.need),
    }
    if row is None:
        return needed
    share = commitments.share_of(row.amount, gap.need)
    return needed | {
        "area": row.area,
        "type": row.type,
        "committed": plain(row.amount),
        "share_of_need": plain(None if share is None else share.quantize(NINE)),
        "organizations": row.organizations,
        "sub_goals": row.sub_goals,
        "counted_at": row.counted_at.isoformat(),
    }


def plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize() + 0, "f")


def line(values: Any) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(values)
    return written.getvalue()
