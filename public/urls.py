"""Addresses of the public pages; the words in them are translated, the codes are not."""

from django.urls import include, path
from django.utils.translation import pgettext_lazy

from public import views

app_name = "public"

goals = [
    path("", views.goals, name="goals"),
    path("<slug:code>/", views.goal, name="goal"),
]
indicators = [
    path("", views.indicators, name="indicators"),
    path("<slug:code>/", views.indicator, name="indicator"),
]
sub_goals = [
    path("", views.sub_goals, name="sub-goals"),
    path("<slug:code>/", views.sub_goal, name="sub-goal"),
]
organizations = [
    path("", views.organizations, name="organizations"),
    path("<slug:code>/", views.organization, name="organization"),
]
about = [
    path("", views.about, name="about"),
    path(pgettext_lazy("address", "method/"), views.method, name="method"),
    path(pgettext_lazy("address", "accessibility/"), views.accessibility, name="accessibility"),
    path(pgettext_lazy("address", "corrections/"), views.corrections, name="corrections"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path(pgettext_lazy("address", "goals/"), include(goals)),
    path(pgettext_lazy("address", "indicators/"), include(indicators)),
    path(pgettext_lazy("address", "sub-goals/"), include(sub_goals)),
    path(pgettext_lazy("address", "organizations/"), include(organizations)),
    path(pgettext_lazy("address", "changes/"), views.changes, name="changes"),
    path(pgettext_lazy("address", "data/"), views.data, name="data"),
    path(pgettext_lazy("address", "sources/"), views.sources, name="sources"),
    path(pgettext_lazy("address", "calendar/"), views.calendar, name="calendar"),
    path(pgettext_lazy("address", "about/"), include(about)),
]
