"""Addresses of the pages of organizations."""

from django.urls import path
from django.utils.translation import pgettext_lazy

from workspace import (
    contribution,
    dashboard,
    file_pages,
    organization_pages,
    people_pages,
    registering,
    reporting,
    settings_pages,
    sub_goal_pages,
    token_pages,
    update_pages,
)

organization = [
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/"), dashboard.dashboard, name="dashboard"
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/new-sub-goal/"),
        registering.begin,
        name="new-sub-goal",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/contribution/"),
        contribution.contribution,
        name="contribution",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/about/"),
        organization_pages.organization,
        name="organization",
    ),
]
people = [
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/people/"),
        people_pages.people_page,
        name="people",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/people/invite/"),
        people_pages.invite,
        name="invite",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/people/leave/"),
        people_pages.leave,
        name="leave",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/people/<int:pk>/role/"),
        people_pages.member,
        name="member",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/people/<int:pk>/remove/"),
        people_pages.remove,
        name="remove-member",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/invitations/<int:pk>/withdraw/"),
        people_pages.withdraw,
        name="withdraw-invitation",
    ),
]
tokens = [
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/tokens/"),
        token_pages.token_list,
        name="tokens",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/tokens/new/"),
        token_pages.make,
        name="make-token",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/tokens/<int:pk>/end/"),
        token_pages.end,
        name="end-token",
    ),
]
files = [
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/files/"),
        file_pages.files_page,
        name="files",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/files/everything.zip"),
        file_pages.everything,
        name="everything",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/files/hand-in/"),
        file_pages.hand_in,
        name="hand-in",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/files/<str:kind>.<str:form>"),
        file_pages.table,
        name="table",
    ),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/files/template/<str:kind>.<str:form>"),
        file_pages.template,
        name="template",
    ),
]
sub_goal = [
    path(pgettext_lazy("address", "sub-goals/<slug:code>/"), sub_goal_pages.sub_goal, name="sub-goal"),
    path(pgettext_lazy("address", "sub-goals/<slug:code>/step/<int:number>/"), registering.step, name="step"),
    path(pgettext_lazy("address", "sub-goals/<slug:code>/check/"), registering.check, name="check"),
    path(pgettext_lazy("address", "sub-goals/<slug:code>/discard/"), registering.discard, name="discard"),
    path(pgettext_lazy("address", "sub-goals/<slug:code>/report/"), reporting.report, name="report"),
    path(pgettext_lazy("address", "sub-goals/<slug:code>/weight/"), sub_goal_pages.weigh, name="weigh"),
    path(
        pgettext_lazy("address", "sub-goals/<slug:code>/comment/"),
        sub_goal_pages.comment,
        name="comment-sub-goal",
    ),
    path(
        pgettext_lazy("address", "sub-goals/<slug:code>/language/<str:language>/"),
        sub_goal_pages.other_language,
        name="other-language",
    ),
    path(
        pgettext_lazy("address", "sub-goals/<slug:code>/words/"),
        sub_goal_pages.act,
        {"name": "describe"},
        name="describe",
    ),
    path(
        pgettext_lazy("address", "sub-goals/<slug:code>/measure/"),
        sub_goal_pages.act,
        {"name": "measure"},
        name="measure",
    ),
    path(
        pgettext_lazy("address", "sub-goals/<slug:code>/place/"),
        sub_goal_pages.act,
        {"name": "nest"},
        name="nest",
    ),
    path(
        pgettext_lazy("address", "sub-goals/<slug:code>/complete/"),
        sub_goal_pages.act,
        {"name": "complete"},
        name="complete",
    ),
    path(
        pgettext_lazy("address", "sub-goals/<slug:code>/withdraw/"),
        sub_goal_pages.act,
        {"name": "withdraw"},
        name="withdraw",
    ),
]
update = [
    path(pgettext_lazy("address", "updates/<int:pk>/"), update_pages.update, name="update"),
    path(pgettext_lazy("address", "updates/<int:pk>/edit/"), reporting.edit, name="edit-update"),
    path(pgettext_lazy("address", "updates/<int:pk>/preview/"), reporting.preview, name="preview-update"),
    path(pgettext_lazy("address", "updates/<int:pk>/discard/"), reporting.discard, name="discard-update"),
    path(pgettext_lazy("address", "updates/<int:pk>/correct/"), update_pages.correct, name="correct-update"),
    path(pgettext_lazy("address", "updates/<int:pk>/retract/"), update_pages.retract, name="retract-update"),
    path(pgettext_lazy("address", "updates/<int:pk>/comment/"), update_pages.comment, name="comment-update"),
]
own = [
    path(pgettext_lazy("address", "evidence/<int:pk>/"), reporting.file, name="file"),
    path(pgettext_lazy("address", "settings/"), settings_pages.person, name="person"),
    path(pgettext_lazy("address", "settings/delete/"), settings_pages.delete, name="delete-account"),
]

urlpatterns = [
    path("", dashboard.home, name="home"),
    *organization,
    *people,
    *tokens,
    *files,
    *sub_goal,
    *update,
    *own,
]
