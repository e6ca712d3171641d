"""What may be sent about sub-goals and updates, name by name; everything else the server sets (R17)."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from goals.bulk.columns import SUB_GOALS, UPDATES
from goals.lifecycle import sub_goals, updates
from goals.lifecycle.reviewing import MOST_AT_ONCE
from goals.models import Goal, MeasureProposal, SubGoal, SubGoalText, SubGoalVersion, Target, Update
from indicators.fields import ExactDecimalField
from indicators.models import Indicator
from stakeholders import rights
from stakeholders.api_sent import Choice, Code, Day, Sent, Text, Whole, YesNo

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,12})?", re.ASCII)
LONGEST_REMARK = 2_000
# Named here once for the OpenAPI document (ENUM_NAME_OVERRIDES of the settings).
IMPORT_KINDS = [(SUB_GOALS, SUB_GOALS), (UPDATES, UPDATES)]
EVIDENCE_GRADES = Update.Evidence.choices
SUB_GOAL_STATES = SubGoal.State.choices
UPDATE_STATES = Update.State.choices
PROPOSAL_STATES = MeasureProposal.State.choices


@extend_schema_field({"type": "string", "format": "decimal", "example": "-27.50"})
class ExactNumber(serializers.Field):
    """A number in plain digits, as text or as a JSON number, kept digit for digit."""

    default_error_messages = {
        "invalid": _("Write a plain number such as 1234.5: at most 30 digits, 12 of them decimals.")
    }

    def to_internal_value(self, data: Any) -> Decimal:
        text = str(data) if isinstance(data, str | Decimal) else ""
        if not PLAIN_NUMBER.fullmatch(text) or is_minus_zero(text):
            self.fail("invalid")
        return Decimal(text)

    def to_representation(self, value: Decimal) -> str:
        return format(value, "f")


def is_minus_zero(text: str) -> bool:
    """Databases differ in whether they keep its sign, so it could not be kept exactly."""
    return text.startswith("-") and not text.strip("-0.")


def field_of(model: type[models.Model], name: str) -> serializers.Field:
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    common: dict[str, Any] = {"required": False, "help_text": field.help_text or None}
    if isinstance(field, models.BooleanField):
        return YesNo(**common)
    if field.choices:
        return Choice(choices=field.choices, **common)
    if isinstance(field, models.DateField):
        return Day(allow_null=field.null, **common)
    if isinstance(field, ExactDecimalField):
        return ExactNumber(allow_null=field.null, **common)
    return Text(max_length=field.max_length, **common)


def fields_of(model: type[models.Model], names: Iterable[str]) -> dict[str, serializers.Field]:
    """Strict fields for those that are kept as they are sent."""
    plain = (name for name in names if not model._meta.get_field(name).is_relation)
    return {name: field_of(model, name) for name in plain}


def own_organizations(person: Any) -> models.QuerySet:
    return rights.organizations_of(person)


def own_sub_goals(person: Any) -> models.QuerySet:
    """Those of one's organizations, in any state."""
    return SubGoal.objects.visible_to(person).filter(organization__in=rights.organizations_of(person))


def own_updates(person: Any) -> models.QuerySet:
    own = rights.organizations_of(person)
    return Update.objects.visible_to(person).filter(sub_goal__organization__in=own)


# --- Sub-goals ----------------------------------------------------------------------------------
class SubGoalSent(Sent):
    """Any of the fields of the four steps."""

    SET_BY_SERVER: tuple[str, ...] = (
        "answers_user", "code", "completed_on", "created_at", "created_by", "delivered_stands", "id", "node",
        "organization", "organization_name", "is_sample", "proposal", "published_on", "result", "state",
        "submitted_at",
        "submitted_by", "updates_url", "version", "weight", "withdrawal_reason", "withdrawn_on",
    )  # fmt: skip

    goal = Code(lambda person: Goal.objects.all(), required=False)
    target = Code(
        lambda person: Target.objects.all(), "indicator__code", required=False, allow_null=True,
        help_text="Code of the target's indicator.",
    )  # fmt: skip
    parent = Code(  # type: ignore[assignment]  # the base has an attribute of this name
        SubGoal.objects.visible_to, required=False, allow_null=True
    )
    contributes_to = Code(lambda person: Indicator.objects.all(), required=False, allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), **fields_of(SubGoal, sub_goals.FIELDS)}


class NewSubGoalSent(SubGoalSent):
    SET_BY_SERVER: tuple[str, ...] = tuple(
        name for name in SubGoalSent.SET_BY_SERVER if name != "organization"
    )

    organization = Code(
        own_organizations, required=False, help_text="Needed by who reports for several organizations."
    )


class MeasureSent(Sent):
    """How it is measured and what it contributes from now on; earlier results are not rewritten."""

    contributes_to = Code(lambda person: Indicator.objects.all(), required=False, allow_null=True)
    reason = Text(max_length=LONGEST_REMARK, allow_blank=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), **fields_of(SubGoal, SubGoalVersion.MEASURE)}


class ParentSent(Sent):
    parent = Code(  # type: ignore[assignment]  # the base has an attribute of this name
        SubGoal.objects.visible_to, allow_null=True, help_text="null puts it under none."
    )


class WeightSent(Sent):
    weight = ExactNumber()
    reason = Text(max_length=LONGEST_REMARK, required=False, default="")


class WithdrawalSent(Sent):
    reason = Text(max_length=LONGEST_REMARK, allow_blank=False)
    delivered_stands = YesNo(required=False, default=False)


class TextSent(Sent):
    """Title and description in a further language."""

    language = field_of(SubGoalText, "language")
    title = field_of(SubGoalText, "title")
    description = field_of(SubGoalText, "description")

    def get_fields(self) -> dict[str, serializers.Field]:
        found = super().get_fields()
        found["language"].required = found["title"].required = True
        return found


# --- Updates ------------------------------------------------------------------------------------
class LinkSent(Sent):
    url = Text(max_length=500, allow_blank=False)
    title = Text(max_length=200, required=False, default="")


class UpdateSent(Sent):
    """Any of the fields of an update; `evidence_links` replaces all of them."""

    SET_BY_SERVER: tuple[str, ...] = (
        "author", "corrected_at", "corrected_by", "correction_of", "correction_reason", "corrects",
        "created_at", "evidence_grade", "files", "id", "organization", "published_at", "retracted_at",
        "retraction_reason", "reviews", "state", "sub_goal", "submitted_at", "submitted_by", "unit",
        "version",
    )  # fmt: skip

    evidence_links = LinkSent(many=True, required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {**super().get_fields(), **fields_of(Update, updates.FIELDS)}


class NewUpdateSent(UpdateSent):
    SET_BY_SERVER: tuple[str, ...] = tuple(name for name in UpdateSent.SET_BY_SERVER if name != "sub_goal")

    sub_goal = Code(own_sub_goals)


class CorrectionSent(UpdateSent):
    """What differs from the update that is corrected, and why; the links stay as they are."""

    SET_BY_SERVER: tuple[str, ...] = (*UpdateSent.SET_BY_SERVER, "evidence_links")

    reason = Text(max_length=LONGEST_REMARK, required=False, default="")

    def get_fields(self) -> dict[str, serializers.Field]:
        found = super().get_fields()
        del found["evidence_links"]
        return found


class RetractionSent(Sent):
    reason = Text(max_length=LONGEST_REMARK, allow_blank=False)


class CommentSent(Sent):
    text = Text(max_length=LONGEST_REMARK, allow_blank=False)


# --- Stewards -----------------------------------------------------------------------------------
class QuestionSent(Sent):
    question = Text(max_length=LONGEST_REMARK, allow_blank=False)


class SubGoalApprovalSent(Sent):
    weight = ExactNumber(required=False)
    comment = Text(max_length=LONGEST_REMARK, required=False, default="")


class RemarkSent(Sent):
    comment = Text(max_length=LONGEST_REMARK, required=False, default="")


class GradeSent(Sent):
    grade = Choice(choices=EVIDENCE_GRADES)


class UpdateApprovalSent(Sent):
    grade = Choice(choices=EVIDENCE_GRADES, required=False, default=Update.Evidence.REVIEWED)
    comment = Text(max_length=LONGEST_REMARK, required=False, default="")


class ChosenSubGoalSent(Sent):
    code = Text(max_length=80, allow_blank=False)
    version = Whole()


class ChosenUpdateSent(Sent):
    id = Whole()
    version = Whole()


class SubGoalApprovalsSent(Sent):
    chosen = serializers.ListField(child=ChosenSubGoalSent(), allow_empty=False, max_length=MOST_AT_ONCE)
    comment = Text(max_length=LONGEST_REMARK, required=False, default="")


class UpdateApprovalsSent(UpdateApprovalSent):
    chosen = serializers.ListField(child=ChosenUpdateSent(), allow_empty=False, max_length=MOST_AT_ONCE)


# --- Files --------------------------------------------------------------------------------------
class FileSent(Sent):
    file = serializers.FileField(allow_empty_file=True)


class TextYesNo(YesNo):
    """In a form, where everything is text."""

    def to_internal_value(self, data: Any) -> bool:
        return super().to_internal_value({"true": True, "false": False}.get(data, data))


class ImportSent(Sent):
    """A form with the file; what is not said about columns is taken by their names."""

    kind = Choice(choices=IMPORT_KINDS)
    organization = Code(own_organizations, required=False)
    sheet = Text(max_length=31, required=False, default="")
    mapping = Text(
        max_length=10_000, required=False, default="",
        help_text='JSON object: which column of the file holds what, such as {"title": "Name"}.',
    )  # fmt: skip
    leave_out = Text(
        max_length=10_000, required=False, default="",
        help_text='JSON list: columns of the file that are not taken, such as ["Remarks"].',
    )  # fmt: skip
    submit = TextYesNo(required=False, default=False, help_text="Also send each for review.")
    file = serializers.FileField(allow_empty_file=True)


class ConfirmedImportSent(ImportSent):
    checksum = Text(max_length=64, allow_blank=False, help_text="`sha256` of the preview.")
