"""The form of an update: value, day, what happened, what proves it, in which language."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from goals.lifecycle.updates import MOST_LINKS
from goals.models import SubGoal, Update
from workspace.fields import DayField, NumberField, VersionForm, capital, long_text

LONGEST_NOTE = 600


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; what each may be is checked where they are kept."""

    widget = Files(attrs={"multiple": True, "accept": ".pdf,.png,.jpg,.jpeg,.csv,.xlsx"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data]
        return [one for one in given if one]


class DoneField(forms.TypedChoiceField):
    """Of something that is done or not."""

    widget = forms.RadioSelect

    def __init__(self, reached: Decimal | None) -> None:
        choices = [("0", _("Under way")), ("1", _("Done"))]
        if reached is not None and reached not in (0, 1):
            choices.insert(1, (format(reached, "f"), _("In part")))
        super().__init__(label=_("State"), choices=choices, coerce=Decimal, empty_value=None, required=False)

    def prepare_value(self, value: Any) -> Any:
        return format(value.normalize() + 0, "f") if isinstance(value, Decimal) else value


class ReportForm(VersionForm):
    """What is reported of a sub-goal: its value on a day, and what happened."""

    value = NumberField(label=_("Value"), required=False)
    date = DayField(label=_("Day the value describes"), required=False)
    jump_reason = forms.CharField(
        label=_("Why did the value move by more than usual?"),
        required=False,
        max_length=2_000,
        widget=long_text(3),
    )
    note = forms.CharField(
        label=_("What happened"), required=False, widget=long_text(6), max_length=LONGEST_NOTE,
        help_text=_("Up to 600 characters: what was done, what it changed, what comes next."),
    )  # fmt: skip
    KEPT: tuple[str, ...] = ("value", "date", "jump_reason", "note")

    def __init__(self, data: Any, files: Any, sub_goal: SubGoal, update: Update | None) -> None:
        initial = {name: getattr(update, name) for name in self.KEPT} if update else first_values(sub_goal)
        super().__init__(data, files, initial=initial | {"version": update.version if update else 0})
        self.sub_goal, self.update_ = sub_goal, update
        if sub_goal.is_deliverable:
            self.fields["value"] = DoneField(update.value if update else None)
        longest = max(LONGEST_NOTE, len(update.note) if update else 0)
        self.fields["note"] = forms.CharField(
            label=self.fields["note"].label, help_text=self.fields["note"].help_text, required=False,
            max_length=longest, widget=forms.Textarea(attrs={"rows": 6, "data-longest": longest}),
        )  # fmt: skip

    @property
    def kept(self) -> dict[str, Any]:
        """What goes into the update; files and version go their own ways."""
        return {name: self.cleaned_data.get(name) for name in self.KEPT}

    @property
    def given(self) -> dict[str, Any]:
        return self.kept

    @property
    def asks_reason(self) -> bool:
        return bool(self["jump_reason"].errors or self["jump_reason"].value())


class UpdateForm(ReportForm):
    """The report of an organization, with what proves it and who wrote it."""

    evidence_url = forms.URLField(
        label=_("Link to the evidence"), required=False, max_length=500, assume_scheme="https",
        help_text=_("A page or document anybody can open, such as https://example.org/report.pdf."),
    )  # fmt: skip
    files = FilesField(  # type: ignore[assignment]  # a form has what was sent under this name
        label=_("Files"), required=False,
        help_text=_("PDF, PNG, JPEG, CSV or XLSX, up to 10 MB each. They are public once the update is."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of this text"), choices=capital(settings.LANGUAGES))
    author_role = forms.CharField(
        label=_("Your role (optional)"), required=False, max_length=60,
        help_text=_("Shown with the update instead of your name. For example: Plant manager."),
    )  # fmt: skip

    KEPT = (*ReportForm.KEPT, "evidence_url", "language", "author_role")


def first_values(sub_goal: SubGoal) -> dict[str, Any]:
    return {"language": sub_goal.language}


class LinkForm(forms.Form):
    """A further address that proves something."""

    url = forms.URLField(label=_("Address"), required=False, max_length=500, assume_scheme="https")
    title = forms.CharField(label=_("What is it?"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("title") and not given.get("url") and "url" not in self.errors:
            self.add_error("url", _("A link needs its address."))
        return given


LinkForms: Any = forms.formset_factory(LinkForm, extra=2, max_num=MOST_LINKS, validate_max=True)


def link_forms(data: Any, update: Update | None) -> Any:
    rows = update.evidence_links.all() if update else ()
    initial = [{"url": link.url, "title": link.title} for link in rows]
    return LinkForms(data, initial=initial, prefix="links", form_kwargs={"label_suffix": ""})


def links_given(forms_: Iterable[forms.Form]) -> list[dict[str, str]]:
    """Those with an address; a row that was emptied is taken away."""
    rows = [form.cleaned_data for form in forms_ if form.cleaned_data]
    return [{"url": row["url"], "title": row.get("title", "")} for row in rows if row.get("url")]
