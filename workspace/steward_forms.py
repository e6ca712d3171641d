"""What a steward fills in. Each form carries the version that its reader has seen (R10)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.models import Update
from workspace.fields import NumberField, VersionForm
from workspace.update_forms import ReportForm

LONGEST = 2_000


def text(label, *, required: bool = True, hint="") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=hint, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ApproveUpdateForm(VersionForm):
    grade = forms.ChoiceField(
        label=_("Evidence"), choices=Update.Evidence, initial=Update.Evidence.REVIEWED,
        help_text=_("How well the report is proven; the public sees it beside the value."),
    )  # fmt: skip
    comment = text(_("Remark"), required=False, hint=_("Public, with the update. May stay empty."))


class ApproveSubGoalForm(VersionForm):
    weight = NumberField(
        label=_("Weight"), initial=1,
        help_text=_("Among the sub-goals of this organization under the goal: above 0 and up to 10."),
    )  # fmt: skip
    comment = text(_("Remark"), required=False, hint=_("Public, with the sub-goal. May stay empty."))


class SendBackForm(VersionForm):
    question = text(
        _("Question to the organization"),
        hint=_("What has to be answered or changed before this can be published."),
    )


class CommentForm(VersionForm):
    text = text(_("Comment"), hint=_("Read by the organization and the stewards, not by the public."))


class CorrectionForm(ReportForm):
    """What was wrong in a published update, and why; what proves it and who wrote it stay."""

    reason = text(_("Reason"), hint=_("What was wrong. Shown to the public."))

    def __init__(self, data: Any, update: Update) -> None:
        super().__init__(data, None, update.sub_goal, update)
        self.fields["jump_reason"].help_text = _("Only needed where it does.")


class WeightForm(VersionForm):
    weight = NumberField(label=_("Weight"))
    reason = text(_("Reason"))
