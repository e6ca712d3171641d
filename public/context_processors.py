"""What every page needs to know of the site."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url


def site(request: HttpRequest) -> dict:
    """The site's address and this page's addresses in the other languages."""
    return {
        "site_url": settings.SITE_URL,
        "alternates": [(code, translate_url(request.path, code)) for code, _ in settings.LANGUAGES],
    }
