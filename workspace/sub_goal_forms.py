"""The four steps in which a sub-goal is registered, and the forms of what becomes of it."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from goals.lifecycle.sub_goals import FORM_STEPS
from goals.models import Direction, Goal, Path, SubGoal, SubGoalVersion
from indicators.models import Frequency
from stakeholders.models import User
from workspace.fields import DayField, NumberField, VersionForm, capital, long_text
from workspace.goal_choices import GoalChoice, IndicatorChoice, TargetChoice
from workspace.own import Place

NONE = _("None")
LONGEST_LIST = 100


class SubGoalForm(VersionForm):
    """Some fields of a sub-goal, filled with what is there."""

    def __init__(self, data: Any, place: Place, sub_goal: SubGoal | None = None) -> None:
        initial = {name: getattr(sub_goal, name) for name in self.base_fields if hasattr(sub_goal, name)}
        super().__init__(data, initial=initial or {"language": get_language()})
        self.place, self.sub_goal = place, sub_goal
        self.prepare()

    def prepare(self) -> None:
        """For choices that depend on where the person is."""

    @property
    def current(self) -> dict[str, Any]:
        return dict(self.initial)


class ParentField(forms.CharField):
    """Another sub-goal by its code, chosen from the own ones or copied from its page."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return SubGoal.objects.filter(pk=value).values_list("code", flat=True).first() or ""
        return getattr(value, "code", value)


ANY_PARENT = _("Its code. Choose one of your own from the list, or copy the code from another page.")


def parent_field(help_text: Any = ANY_PARENT) -> ParentField:
    return ParentField(
        label=_("Part of another sub-goal (optional)"), required=False, max_length=80, help_text=help_text,
        widget=forms.TextInput(attrs={"list": "parents", "autocomplete": "off"}),
    )  # fmt: skip


def seen_parent(form: "SubGoalForm") -> SubGoal | None:
    """What a person cannot see does not exist for them, as a parent either."""
    code = (form.cleaned_data.get("parent") or "").strip().rstrip("/").rpartition("/")[2]
    if not code:
        return None
    found = SubGoal.objects.visible_to(form.place.person).filter(code=code).first()
    if found is None:
        raise ValidationError(_("There is no such sub-goal."))
    return found


class WhichGoal(SubGoalForm):
    goal: Any = GoalChoice(
        Goal.objects.all(), label=_("Which shared goal does it serve?"), empty_label=_("Choose")
    )
    target: Any = TargetChoice()
    parent = parent_field()
    title = forms.CharField(
        label=_("Title"), max_length=200, required=False,
        help_text=_("What will be done, in one line, such as: Open two more truck lanes at the crossing."),
    )  # fmt: skip
    description = forms.CharField(
        label=_("Description (optional)"), required=False, max_length=10_000, widget=long_text(),
        help_text=_("What it consists of and how it helps, for readers who do not know you."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of this text"), choices=capital(settings.LANGUAGES))

    def prepare(self) -> None:
        chosen = self.sub_goal.target_id if self.sub_goal else None
        field = self.fields["target"]
        assert isinstance(field, TargetChoice)
        field.offer(chosen)

    def clean_parent(self) -> SubGoal | None:
        return seen_parent(self)

    @property
    def parents(self) -> Any:
        """Own sub-goals to choose from, as many as a list is good for."""
        own = SubGoal.objects.filter(organization=self.place.organization)
        own = own.exclude(state=SubGoal.State.WITHDRAWN).order_by("title")
        return (own.exclude(pk=self.sub_goal.pk) if self.sub_goal else own)[:LONGEST_LIST]


class Contribution(SubGoalForm):
    """What it adds to an indicator, as a part of a form that stands folded until it is used."""

    contributes_to: Any = IndicatorChoice()
    contribution_factor = NumberField(
        label=_("Factor from your unit to the indicator's"), required=False,
        help_text=_(
            "Your value times this factor is the quantity in the indicator's unit. For example: your unit is "
            "persons and the indicator counts million persons, then the factor is 0.000001."
        ),
    )  # fmt: skip
    attribution = NumberField(
        label=_("Share you claim, above 0 and up to 1"), required=False,
        help_text=_("1 if all of it is yours; less if others have a part in it."),
    )  # fmt: skip
    shared_effort = forms.CharField(
        label=_("Name of a shared effort"), max_length=60, required=False,
        help_text=_("Organizations that write the same name report on the same thing; it is counted once."),
    )  # fmt: skip
    shared_effort_share = NumberField(label=_("Your share of the shared effort, 0 to 1"), required=False)
    leads_shared_effort = forms.BooleanField(label=_("We lead the shared effort"), required=False)

    AT_THE_END: tuple[str, ...] = ()
    """Fields that stand below the folded part."""

    def prepare(self) -> None:
        own = self.sub_goal.goal_id if self.sub_goal else None
        field = self.fields["contributes_to"]
        assert isinstance(field, IndicatorChoice)
        field.offer(own)

    @property
    def main_fields(self) -> list[forms.BoundField]:
        apart = (*SubGoalVersion.CONTRIBUTION, *self.AT_THE_END)
        return [field for field in self.visible_fields() if field.name not in apart]

    @property
    def contribution_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in SubGoalVersion.CONTRIBUTION]

    @property
    def last_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.AT_THE_END]

    @property
    def contributes(self) -> bool:
        """Whether the folded part is in use, so that it stands open."""
        return any(field.value() or field.errors for field in self.contribution_fields)


class Quantity(SubGoalForm):
    is_deliverable = forms.TypedChoiceField(
        label=_("How is it measured?"), coerce=lambda text: text == "True", widget=forms.RadioSelect,
        choices=[
            (False, _("By a number that moves, such as trucks a day or people trained")),
            (True, _("Done or not done, such as a lane that opens")),
        ],
        help_text=_("For what is done or not done, leave the number, unit and direction below as they are."),
    )  # fmt: skip
    unit = forms.CharField(
        label=_("Unit, in your own words"),
        max_length=60,
        required=False,
        help_text=_("For example: trucks a day"),
    )
    direction = forms.ChoiceField(label=_("Which way is better?"), choices=capital(Direction.choices))
    baseline_value = NumberField(label=_("Value at the start"), required=False)
    target_value = NumberField(label=_("Value to be reached"), required=False)
    progress_from = forms.ChoiceField(
        label=_("Where does its progress come from?"), choices=capital(SubGoal.ProgressFrom.choices)
    )


class WhatAndHowMuch(Contribution, Quantity):
    """What and how much, with what it adds to an indicator, if it does."""


class WhenAndHow(SubGoalForm):
    start_date = DayField(label=_("Start"), required=False)
    target_date = DayField(label=_("To be reached by"), required=False)
    cadence = forms.ChoiceField(
        label=_("How often will you report?"), choices=capital(Frequency.choices),
        help_text=_("You are reminded before each due day."),
    )  # fmt: skip
    reporting = forms.ChoiceField(
        label=_("What does an update say?"), choices=capital(SubGoal.Reporting.choices)
    )
    path = forms.ChoiceField(label=_("Expected way from start to target"), choices=capital(Path.choices))


class WhoAnswers(SubGoalForm):
    answers_name = forms.CharField(
        label=_("Name"), max_length=200, required=False,
        help_text=_("Who answers for this sub-goal. It is known to the Project."),
    )  # fmt: skip
    answers_role = forms.CharField(label=_("Role"), max_length=100, required=False)
    answers_user = forms.ModelChoiceField(
        User.objects.none(), label=_("Colleague with an account (optional)"), required=False,
        empty_label=NONE,
        help_text=_("Reminders go to this person first."),
    )  # fmt: skip

    def prepare(self) -> None:
        members = User.objects.filter(memberships__organization=self.place.organization, is_active=True)
        colleague = self.fields["answers_user"]
        assert isinstance(colleague, forms.ModelChoiceField)
        colleague.queryset = members.order_by("last_name", "first_name", "pk")


STEPS: dict[int, tuple[Any, type[SubGoalForm]]] = {
    1: (_("Which goal"), WhichGoal),
    2: (_("What and how much"), WhatAndHowMuch),
    3: (_("When and how it is measured"), WhenAndHow),
    4: (_("Who answers"), WhoAnswers),
}


def step_of(name: str) -> int:
    """The step in which a field is filled in; the last where it is in none."""
    return next((number for number, names in FORM_STEPS.items() if name in names), 4)


# --- Once it is public --------------------------------------------------------------------------
class Words(SubGoalForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=10_000, widget=long_text()
    )


class HowMeasured(SubGoalForm):
    unit = forms.CharField(label=_("Unit, in your own words"), max_length=60, required=False)
    direction = forms.ChoiceField(label=_("Which way is better?"), choices=capital(Direction.choices))
    baseline_value = NumberField(label=_("Value at the start"))
    target_value = NumberField(label=_("Value to be reached"))
    start_date = DayField(label=_("Start"))
    target_date = DayField(label=_("To be reached by"))
    cadence = forms.ChoiceField(label=_("How often will you report?"), choices=capital(Frequency.choices))
    reporting = forms.ChoiceField(
        label=_("What does an update say?"), choices=capital(SubGoal.Reporting.choices)
    )
    path = forms.ChoiceField(label=_("Expected way from start to target"), choices=capital(Path.choices))
    progress_from = forms.ChoiceField(
        label=_("Where does its progress come from?"), choices=capital(SubGoal.ProgressFrom.choices)
    )


class Measure(Contribution, HowMeasured):
    AT_THE_END = ("reason",)

    reason = forms.CharField(
        label=_("Reason for the change"), max_length=2_000, widget=long_text(3),
        help_text=_("Shown to the public beside the new version. Earlier results are not rewritten."),
    )  # fmt: skip

    @property
    def measure(self) -> dict[str, Any]:
        """What was entered, without the reason."""
        return {name: self.cleaned_data[name] for name in SubGoalVersion.MEASURE}


class Nest(SubGoalForm):
    parent = parent_field(_("Its code. Choose one of your own from the list."))

    clean_parent = seen_parent
    parents = WhichGoal.parents


class Weigh(SubGoalForm):
    weight = NumberField(
        label=_("Weight"), help_text=_("Above 0 and up to 10, with at most two decimals; 1 is usual.")
    )


class OtherLanguage(SubGoalForm):
    """The original stands beside each field."""

    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=10_000, widget=long_text()
    )


class Confirm(VersionForm):
    """A step without more to say."""


class Withdraw(VersionForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=2_000, widget=long_text(3), help_text=_("Shown to the public.")
    )
    delivered_stands = forms.BooleanField(
        label=_("What was delivered so far goes on counting in the declared contribution"), required=False
    )


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"), max_length=2_000, widget=long_text(3),
        help_text=_("Read by your organization and the stewards of the Project; not public."),
    )  # fmt: skip
