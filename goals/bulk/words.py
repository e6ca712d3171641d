"""What the columns of a file are called, what may stand in each, and an example; in the reader's language."""

from django.utils.translation import gettext_lazy as _

LABELS = {
    "code": _("Code"),
    "goal": _("Goal"),
    "target": _("Target"),
    "parent": _("Part of another sub-goal"),
    "title": _("Title"),
    "description": _("Description"),
    "language": _("Language of this text"),
    "is_deliverable": _("Done or not done"),
    "unit": _("Unit, in your own words"),
    "direction": _("Which way is better?"),
    "baseline_value": _("Value at the start"),
    "target_value": _("Value to be reached"),
    "progress_from": _("Where does its progress come from?"),
    "contributes_to": _("Indicator it adds to"),
    "contribution_factor": _("Factor from your unit to the indicator's"),
    "attribution": _("Share you claim, above 0 and up to 1"),
    "shared_effort": _("Name of a shared effort"),
    "shared_effort_share": _("Your share of the shared effort, 0 to 1"),
    "leads_shared_effort": _("We lead the shared effort"),
    "start_date": _("Start"),
    "target_date": _("To be reached by"),
    "cadence": _("How often will you report?"),
    "reporting": _("What does an update say?"),
    "path": _("Expected way from start to target"),
    "jump_share": _("Share of the way that asks for a reason"),
    "answers_name": _("Name of who answers for it"),
    "answers_role": _("Role of who answers for it"),
    "state": _("State"),
    "sub_goal": _("Sub-goal"),
    "date": _("Day the value describes"),
    "value": _("Value"),
    "note": _("What happened"),
    "jump_reason": _("Why did the value move by more than usual?"),
    "evidence_url": _("Link to the evidence"),
    "author_role": _("Your role"),
    "evidence_grade": _("Evidence"),
}
SHEETS = {"sub_goals": _("Sub-goals"), "updates": _("Updates")}
HELP_SHEET = _("What may stand where")
HELP_HEADER = (
    _("Column"), _("Name in the API"), _("Needed?"), _("What may stand here"), _("Example"), _("Choices"),
)  # fmt: skip
PREVIEW_HEADER = (
    _("Line"), _("What it does"), _("Column"), _("Before"), _("Afterwards"), _("Reason"),
)  # fmt: skip

NUMBER, DAY = _("A plain number such as 1234.5."), _("A day such as 2026-11-22.")
SHARE = _("A number from 0 to 1.")
ONE_CHOICE = _("One of the choices named at the end of this row.")
TEXT = _("Text, at most %(most)d characters.")
INFORMS = _("Only tells how it stands; what you write here is not read.")
ALLOWED = {
    "code": _("The code of one of your sub-goals, to change that one. Leave it empty for a new one."),
    "goal": _("The code of the shared goal it serves: g1, g2, g3 or g4."),
    "target": _("The code of the indicator of a target of that goal, or nothing."),
    "parent": _("The code of the sub-goal it is part of, or the title of one of yours, or nothing."),
    "contributes_to": _("The code of an indicator of the goal, or nothing."),
    "sub_goal": _("The code of one of your published sub-goals."),
    "attribution": SHARE,
    "shared_effort_share": SHARE,
    "jump_share": SHARE,
    "evidence_url": _("An address that begins with https:// or http://, or nothing."),
}
EXAMPLES = {
    "goal": "g3",
    "title": _("Open two more truck lanes at the crossing"),
    "unit": _("trucks a day"),
    "baseline_value": "1200",
    "target_value": "2600.5",
    "start_date": "2026-01-01",
    "target_date": "2030-12-31",
    "sub_goal": "s-4k7h2m9p",
    "date": "2026-06-30",
    "value": "1450.5",
    "note": _("The first of the two lanes opened."),
    "evidence_url": "https://example.org/report.pdf",
}
