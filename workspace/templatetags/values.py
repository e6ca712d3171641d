"""Days, numbers and rights as pages of the workspace write them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from goals import words
from goals.due import due_on
from goals.lifecycle import updates
from goals.models import Standing, SubGoal, SubGoalText, Update
from goals.words import StatusTag, language
from indicators import formats
from indicators.areas import GROUPS, area_name
from workspace import browsers
from workspace.own import Place

register = template.Library()


@register.filter
def day(when: date | datetime | None) -> str:
    if not when:
        return ""
    return formats.date_long(when.date() if isinstance(when, datetime) else when, language())


@register.filter
def browser(user_agent: str) -> str:
    return browsers.in_words(user_agent)


@register.filter
def moment(when: datetime | None) -> str:
    """A day with its time in UTC."""
    return words.moment(when) if when else ""


@register.filter
def one_stop(text: object) -> str:
    return words.one_stop(str(text))


@register.filter
def number(value: Decimal | None) -> str:
    """With the decimals it was given with; nothing for what is missing."""
    if value is None or value == "":
        return ""
    exact = Decimal(value)
    return formats.number(exact, formats.decimals_of(exact), language())


@register.filter
def weight(value: Decimal | None) -> str:
    """Without the zeros it is stored with."""
    return number(value.normalize() + 0) if value else ""


@register.filter
def in_unit(value: Decimal | None, unit: str) -> str:
    """A value with the unit in the organization's own words."""
    return "" if value is None else formats.own_quantity(value, unit, language())


@register.filter
def share(value: Decimal | None, decimals: int = 1) -> str:
    return "" if value is None or value == "" else formats.rate(value, language(), decimals)


@register.filter
def points(value: Decimal | None) -> SafeString | str:
    """A difference of shares in points with its sign, a small one to two digits; programs read it whole."""
    if value is None:
        return ""
    hundredths = value * 100
    shown = formats.significant(hundredths, 2) if hundredths and abs(hundredths) < 1 else round(hundredths, 2)
    written = formats.number(shown, formats.decimals_of(shown), language())
    sign = "+" if shown > 0 else ""
    return format_html('<data value="{}">{}{}</data>', format(value, "f"), sign, written)


@register.filter
def language_name(code: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))


@register.filter
def foreign(code: str) -> str:
    """The language of a text where it is not the page's; else empty."""
    return "" if code == language() else code


@register.filter
def place(code: str) -> str:
    """A country, or a region in the words of its code."""
    name = area_name(code, language())
    return code.replace("-", " ").title() if name == code and code not in GROUPS else name


@register.filter
def status(standing: Standing | None) -> StatusTag | None:
    """The status of a node that counts, in words and a shape."""
    if not standing or not standing.status or standing.reason in ("withdrawn", "draft"):
        return None
    return words.status_tag({**standing.outcome, "trend": None})


@register.filter
def reporting(standing: Standing | None) -> str:
    code = standing.update_state if standing else ""
    return str(words.UPDATE_STATES[code]) if code else ""


@register.filter
def may(where: Place, right: str) -> bool:
    """Whether the person may do this here: `place|may:"create sub_goal"`."""
    action, kind = right.split()
    return where.may(action, kind)


@register.filter
def next_due(sub_goal: SubGoal) -> date | None:
    """When the next update of a sub-goal that runs is due."""
    if sub_goal.state != SubGoal.State.PUBLISHED or sub_goal.progress_from != SubGoal.ProgressFrom.OWN:
        return None
    standing = getattr(sub_goal, "standing", None)
    return due_on((standing and standing.latest_on) or sub_goal.start_date, sub_goal.cadence)


@register.filter
def never_published(update: Update) -> str:
    """Why an update that is not public never will be; empty where it still may."""
    return "" if update.state in Update.PUBLIC_STATES else updates.never_published(update)


@register.filter
def days_before(earlier: date, later: date) -> int:
    return (later - earlier).days


@register.filter
def in_languages(sub_goal: SubGoal, texts: Iterable[SubGoalText]) -> list[tuple[str, SubGoalText | None]]:
    """Every language other than its own, with its text there or None."""
    found = {text.language: text for text in texts}
    return [(code, found.get(code)) for code, _name in settings.LANGUAGES if code != sub_goal.language]


ANSWER_WITHIN = timedelta(days=10)
"""How soon the Project means to answer what was sent for review."""


@register.filter
def answer_by(sent: datetime | None) -> date | None:
    return (sent + ANSWER_WITHIN).date() if sent else None
