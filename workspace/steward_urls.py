"""Addresses of the stewards' and administrators' side of the workspace."""

from django.urls import include, path
from django.utils.translation import pgettext_lazy

from workspace import steward_admin_views as administration
from workspace import steward_interventions as interventions
from workspace import steward_measures
from workspace import steward_views as views

updates = [
    path("approve/", views.approve_updates, name="review-approve-updates"),
    path("<int:pk>/", views.review_update, name="review-update"),
    path(pgettext_lazy("address", "<int:pk>/correct/"), interventions.correct, name="review-correct-update"),
    path(pgettext_lazy("address", "<int:pk>/retract/"), interventions.retract, name="review-retract-update"),
]
sub_goals = [
    path("", views.sub_goal_list, name="review-sub-goals"),
    path("<int:pk>/", views.review_sub_goal, name="review-sub-goal"),
    path(pgettext_lazy("address", "<int:pk>/withdraw/"), interventions.withdraw, name="review-withdraw"),
    path(
        pgettext_lazy("address", "<int:pk>/measure/"), steward_measures.change, name="review-change-measure"
    ),
]
measures = [path("<int:pk>/", steward_measures.review, name="review-measure")]
organizations = [
    path("", administration.organization_list, name="review-organizations"),
    path(pgettext_lazy("address", "merge/"), administration.merge, name="review-merge"),
    path("<slug:code>/", administration.organization, name="review-organization"),
    path(
        pgettext_lazy("address", "<slug:code>/switch/"),
        administration.switch_organization,
        name="review-switch-organization",
    ),
    path(
        pgettext_lazy("address", "<slug:code>/everything.zip"),
        administration.everything,
        name="review-everything",
    ),
    path(pgettext_lazy("address", "<slug:code>/invite/"), administration.invite, name="review-invite"),
    path(
        pgettext_lazy("address", "<slug:code>/invitations/<int:pk>/withdraw/"),
        administration.withdraw_invitation,
        name="review-withdraw-invitation",
    ),
]
people = [
    path("", administration.person_list, name="review-people"),
    path("<int:pk>/", administration.person_page, name="review-person"),
    path(pgettext_lazy("address", "invite/"), administration.invite_to_project, name="review-invite-person"),
    path(
        pgettext_lazy("address", "invitations/<int:pk>/withdraw/"),
        administration.withdraw_from_project,
        name="review-withdraw-person",
    ),
]

urlpatterns = [
    path("", views.queue, name="review-queue"),
    path(pgettext_lazy("address", "updates/"), include(updates)),
    path(pgettext_lazy("address", "sub-goals/"), include(sub_goals)),
    path(pgettext_lazy("address", "measures/"), include(measures)),
    path(pgettext_lazy("address", "requests/<int:pk>/"), administration.join_request, name="review-join"),
    path(pgettext_lazy("address", "organizations/"), include(organizations)),
    path(pgettext_lazy("address", "people/"), include(people)),
    path(pgettext_lazy("address", "weights/"), views.weights, name="review-weights"),
    path(pgettext_lazy("address", "weights/<int:pk>/"), views.weight, name="review-weight"),
    path(pgettext_lazy("address", "gap/"), views.gap, name="review-gap"),
    path(pgettext_lazy("address", "gap/file/"), views.gap_file, name="review-gap-file"),
    path(pgettext_lazy("address", "trail/"), administration.trail_page, name="review-trail"),
]
