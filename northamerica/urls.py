"""All addresses: the language-neutral ones first, then the pages under /en/, /es/ and /fr/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import pgettext_lazy

from northamerica import figures, health

handler429 = "workspace.limits.too_many_requests"
handler500 = "northamerica.errors.server_error"
admin.site.site_header = admin.site.site_title = "North American Progress Monitor"

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("figures", figures.figures),
    path("admin/", include("workspace.admin_urls")),  # before the admin's own doors
    path("admin/", admin.site.urls),
    path("api/v1/", include("northamerica.api.urls")),
    path("", include("public.file_urls")),
    *i18n_patterns(
        path("", include("public.urls")),
        path(pgettext_lazy("address", "join/"), include("workspace.join_urls")),
        path(pgettext_lazy("address", "my/"), include("workspace.urls")),
        path(pgettext_lazy("address", "my/"), include("workspace.account_urls")),
    ),
]
