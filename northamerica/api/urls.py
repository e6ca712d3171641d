"""The addresses under /api/v1/: the endpoints of all rooms, each wrapped in what holds for all."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from goals.api.imports import ImportViewSet
from goals.api.own import MySubGoalViewSet, MyUpdateViewSet
from goals.api.queue import QueuedSubGoalViewSet, QueuedUpdateViewSet
from goals.api.reading import GoalViewSet, ProgressViewSet, SubGoalViewSet, TargetViewSet
from indicators.api import (
    DocumentViewSet,
    FeedRefreshView,
    IndicatorViewSet,
    ObservationViewSet,
    SeriesViewSet,
    SourceViewSet,
)
from northamerica.api import views
from northamerica.api.answers import answered
from stakeholders.api import MyOrganizationViewSet, OrganizationViewSet

router = SimpleRouter()
router.register("goals", GoalViewSet, basename="goal")
router.register("targets", TargetViewSet, basename="target")
router.register("progress", ProgressViewSet, basename="progress")
router.register("sub-goals", SubGoalViewSet, basename="sub-goal")
router.register("organizations", OrganizationViewSet, basename="organization")
router.register("indicators", IndicatorViewSet, basename="indicator")
router.register("series", SeriesViewSet, basename="series")
router.register("observations", ObservationViewSet, basename="observation")
router.register("sources", SourceViewSet, basename="source")
router.register("documents", DocumentViewSet, basename="document")
router.register("my/organizations", MyOrganizationViewSet, basename="my-organization")
router.register("my/sub-goals", MySubGoalViewSet, basename="my-sub-goal")
router.register("my/updates", MyUpdateViewSet, basename="my-update")
router.register("my/imports", ImportViewSet, basename="my-import")
router.register("queue/sub-goals", QueuedSubGoalViewSet, basename="queued-sub-goal")
router.register("queue/updates", QueuedUpdateViewSet, basename="queued-update")

app_name = "api"
urlpatterns = [
    path("", views.start, name="start"),
    *router.urls,
    path("feeds/<slug:code>/refresh/", FeedRefreshView.as_view(), name="feed-refresh"),
    path("schema/", views.schema, name="schema"),
    path("docs/", views.docs, name="docs"),
    re_path(r"^(?P<path>(?s:.*))\Z", views.nothing, name="nothing"),
]
for pattern in urlpatterns:
    pattern.callback = answered(pattern.callback)  # type: ignore[arg-type]  # none of them is without
