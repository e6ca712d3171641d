"""Addresses of the pages of organizations."""

from django.urls import include, path
from django.utils.translation import pgettext_lazy

from workspace import (
    contribution,
    dashboard,
    file_pages,
    measure_pages,
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
    path("", dashboard.dashboard, name="dashboard"),
    path(pgettext_lazy("address", "new-sub-goal/"), registering.begin, name="new-sub-goal"),
    path(pgettext_lazy("address", "contribution/"), contribution.contribution, name="contribution"),
    path(pgettext_lazy("address", "about/"), organization_pages.organization, name="organization"),
]
people = [
    path(pgettext_lazy("address", "people/"), people_pages.people_page, name="people"),
    path(pgettext_lazy("address", "people/invite/"), people_pages.invite, name="invite"),
    path(pgettext_lazy("address", "people/leave/"), people_pages.leave, name="leave"),
    path(pgettext_lazy("address", "people/<int:pk>/role/"), people_pages.member, name="member"),
    path(pgettext_lazy("address", "people/<int:pk>/remove/"), people_pages.remove, name="remove-member"),
    path(
        pgettext_lazy("address", "invitations/<int:pk>/withdraw/"),
        people_pages.withdraw,
        name="withdraw-invitation",
    ),
]
tokens = [
    path(pgettext_lazy("address", "tokens/"), token_pages.token_list, name="tokens"),
    path(pgettext_lazy("address", "tokens/new/"), token_pages.make, name="make-token"),
    path(pgettext_lazy("address", "tokens/<int:pk>/end/"), token_pages.end, name="end-token"),
]
files = [
    path(pgettext_lazy("address", "files/"), file_pages.files_page, name="files"),
    path(pgettext_lazy("address", "files/everything.zip"), file_pages.everything, name="everything"),
    path(pgettext_lazy("address", "files/hand-in/"), file_pages.hand_in, name="hand-in"),
    path(pgettext_lazy("address", "files/<str:kind>.<str:form>"), file_pages.table, name="table"),
    path(
        pgettext_lazy("address", "files/template/<str:kind>.<str:form>"), file_pages.template, name="template"
    ),
    path(
        pgettext_lazy("address", "files/template/<str:kind>/columns.csv"),
        file_pages.explained,
        name="template-columns",
    ),
]
sub_goal = [
    path("", sub_goal_pages.sub_goal, name="sub-goal"),
    path(pgettext_lazy("address", "step/<int:number>/"), registering.step, name="step"),
    path(pgettext_lazy("address", "check/"), registering.check, name="check"),
    path(pgettext_lazy("address", "discard/"), registering.discard, name="discard"),
    path(pgettext_lazy("address", "report/"), reporting.report, name="report"),
    path(pgettext_lazy("address", "weight/"), sub_goal_pages.weigh, name="weigh"),
    path(pgettext_lazy("address", "detach/"), sub_goal_pages.detach, name="detach"),
    path(pgettext_lazy("address", "comment/"), sub_goal_pages.comment, name="comment-sub-goal"),
    path(
        pgettext_lazy("address", "language/<str:language>/"),
        sub_goal_pages.other_language,
        name="other-language",
    ),
    path(pgettext_lazy("address", "words/"), sub_goal_pages.act, {"name": "describe"}, name="describe"),
    path(pgettext_lazy("address", "who-answers/"), sub_goal_pages.act, {"name": "answers"}, name="answers"),
    path(pgettext_lazy("address", "measure/"), measure_pages.propose, name="measure"),
    path(pgettext_lazy("address", "measure/take-back/"), measure_pages.take_back, name="take-back-measure"),
    path(pgettext_lazy("address", "place/"), sub_goal_pages.act, {"name": "nest"}, name="nest"),
    path(pgettext_lazy("address", "complete/"), sub_goal_pages.act, {"name": "complete"}, name="complete"),
    path(pgettext_lazy("address", "withdraw/"), sub_goal_pages.act, {"name": "withdraw"}, name="withdraw"),
]
update = [
    path("", update_pages.update, name="update"),
    path(pgettext_lazy("address", "edit/"), reporting.edit, name="edit-update"),
    path(pgettext_lazy("address", "preview/"), reporting.preview, name="preview-update"),
    path(pgettext_lazy("address", "discard/"), reporting.discard, name="discard-update"),
    path(pgettext_lazy("address", "correct/"), update_pages.correct, name="correct-update"),
    path(pgettext_lazy("address", "retract/"), update_pages.retract, name="retract-update"),
    path(pgettext_lazy("address", "comment/"), update_pages.comment, name="comment-update"),
]
own = [
    path(pgettext_lazy("address", "evidence/<int:pk>/"), reporting.file, name="file"),
    path(pgettext_lazy("address", "settings/"), settings_pages.person, name="person"),
    path(pgettext_lazy("address", "settings/delete/"), settings_pages.delete, name="delete-account"),
]

urlpatterns = [
    path("", dashboard.home, name="home"),
    path(
        pgettext_lazy("address", "organizations/<slug:organization>/"),
        include([*organization, *people, *tokens, *files]),
    ),
    path(pgettext_lazy("address", "sub-goals/<slug:code>/"), include(sub_goal)),
    path(pgettext_lazy("address", "updates/<int:pk>/"), include(update)),
    *own,
]
