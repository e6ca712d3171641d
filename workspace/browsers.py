"""The browser and the system of a session in words; whatever else calls itself otherwise stays as it says."""

from django.utils.translation import gettext as _

BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS/": "Firefox", "CriOS/": "Chrome",
    "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
"""By what only they say of themselves, in this order: most call themselves Chrome and Safari too."""
SYSTEMS = {
    "Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS X": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip
LONGEST = 80


def in_words(user_agent: str) -> str:
    """Such as “Firefox on Windows”; the beginning of the text where one of both is not well known."""
    browser = first_said(BROWSERS, user_agent)
    system = first_said(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return user_agent if len(user_agent) <= LONGEST else user_agent[: LONGEST - 1] + "…"


def first_said(names: dict[str, str], user_agent: str) -> str:
    return next((name for sign, name in names.items() if sign in user_agent), "")
