"""Loads the packaged goals, targets and assumptions; may run again at any time."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from goals.models import Assumption, Goal, Target, TargetVersion
from indicators.catalogue import read
from indicators.models import Document, Indicator

FOLDER = Path(__file__).parent
TEXTS = ("kind", "direction", "path", "baseline_period", "target_period", "bound")
YEARS = ("hold_from", "hold_to")
DECIMALS = ("weight", "baseline_value", "target_value", "change", "threshold", "margin")


def load() -> None:
    """Bring goals, targets and assumptions to the state of the files."""
    documents = {document.code: document for document in Document.objects.all()}
    for row in read(FOLDER / "goals.csv"):
        fields = {**row, "document": documents[row["document"]]}
        Goal.objects.update_or_create(code=fields.pop("code"), defaults=fields)
    for row in read(FOLDER / "targets.csv"):
        load_target(row, documents)
    load_assumptions()


def load_target(row: dict[str, str], documents: dict[str, Document]) -> None:
    target, _ = Target.objects.update_or_create(
        indicator=Indicator.objects.get(code=row["indicator"]),
        defaults={
            "goal": Goal.objects.get(code=row["goal"]),
            "number": row["number"],
            "is_headline": row["is_headline"] == "1",
            "position": row["position"],
        },
    )
    parameters = parameters_of(row)
    newest = target.versions.last()
    if newest and all(getattr(newest, name) == value for name, value in parameters.items()):
        return
    document = documents.get(row["document"])
    TargetVersion.objects.create(
        target=target,
        number=newest.number + 1 if newest else 1,
        valid_from=valid_from(document) if newest is None else timezone.now(),
        document=document,
        reason=row["reason"] if newest is None else f"The packaged catalogue was changed. {row['reason']}",
        **parameters,
    )


def parameters_of(row: dict[str, str]) -> dict[str, Any]:
    """The columns of targets.csv as fields of a version."""
    return {
        **{name: row[name] for name in TEXTS},
        **{name: Decimal(row[name]) if row.get(name) else None for name in DECIMALS},
        **{name: int(row[name]) if row[name] else None for name in YEARS},
        "areas": row["areas"].split("+") if row["areas"] else [],
        "milestones": [milestone(text) for text in row["milestones"].split(";") if text],
    }


def milestone(text: str) -> dict:
    period, value = text.split(":")
    return {"period": period, "value": Decimal(value)}


def valid_from(document: Document | None):
    """A published target holds from its publication on; one of our own from now."""
    now = timezone.now()
    return min(document.published_by(), now) if document else now


def load_assumptions() -> None:
    for row in read(FOLDER / "assumptions.csv"):
        code, target = row.pop("code"), Target.objects.get(indicator__code=row.pop("indicator"))
        Assumption.objects.update_or_create(code=code, defaults={**row, "target": target})
