"""All addresses: the language-neutral ones first, then the pages under /en/, /es/ and /fr/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from northamerica import health

admin.site.site_header = admin.site.site_title = "North American Progress Monitor"

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
    path("api/v1/", include("northamerica.api.urls")),
    path("", include("public.file_urls")),
    *i18n_patterns(path("", include("public.urls"))),
]
