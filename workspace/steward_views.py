"""The stewards' pages: views parse, call and present. Each names its rule of the table of rights."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goals.lifecycle import reviewing, sub_goals
from goals.models import SubGoal, Update
from stakeholders import rights
from stakeholders.models import User
from workspace import steward_bulk, steward_gap, steward_queue, steward_sub_goals, steward_weights
from workspace.own import person_of
from workspace.steward_deciding import attempt
from workspace.steward_forms import WeightForm
from workspace.steward_reviewing import ReviewPage, SubGoalPage, UpdatePage

page_methods = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@rights.rule("queue", "see")
def queue(request: HttpRequest) -> HttpResponse:
    return render(
        request, "workspace/steward/queue.html", steward_queue.queue_page(request.GET, timezone.now())
    )


# --- One update, one sub-goal -------------------------------------------------------------------
@page_methods
@rights.rule("review", "create")
def review_update(request: HttpRequest, pk: int) -> HttpResponse:
    sent = Update.objects.visible_to(request.user).exclude(state=Update.State.DRAFT)
    related = ("sub_goal__organization", "sub_goal__goal", "sub_goal__parent", "author", "submitted_by")
    page = UpdatePage(get_object_or_404(sent.select_related(*related), pk=pk), person_of(request))
    return answer(request, page, "workspace/steward/update.html")


@page_methods
@rights.rule("review", "create")
def review_sub_goal(request: HttpRequest, pk: int) -> HttpResponse:
    sent = SubGoal.objects.visible_to(request.user).exclude(state=SubGoal.State.DRAFT)
    related = ("organization", "goal", "parent", "target__indicator", "contributes_to", "submitted_by")
    page = SubGoalPage(get_object_or_404(sent.select_related(*related), pk=pk), person_of(request))
    return answer(request, page, "workspace/steward/sub_goal.html")


def answer(request: HttpRequest, page: ReviewPage, template: str) -> HttpResponse:
    """After a decision the next one waits; after a comment one stays where it was said."""
    if request.method == "POST" and page.decide(request):
        messages.success(request, done(request.POST["decision"], page))
        said = request.POST["decision"] == "comment"
        return redirect(request.path if said else page.kind.address)
    return render(request, template, page.context, status=page.status)


def done(decision: str, page: ReviewPage) -> str:
    words = {
        "approve": _("Published: %(what)s."),
        "send_back": _("Sent back with your question: %(what)s."),
        "comment": _("Your comment on “%(what)s” was kept."),
    }
    return words[decision] % {"what": page.row}


@require_safe
@rights.rule("review", "create")
def sub_goal_list(request: HttpRequest) -> HttpResponse:
    """What is public, to look up, to correct or to withdraw."""
    shown = steward_sub_goals.listed(request.GET, SubGoal.objects.public())
    return render(request, "workspace/steward/sub_goals.html", {**shown, "at": "queue"})


# --- Several at once ----------------------------------------------------------------------------
@require_POST
@rights.rule("review", "create")
def approve_updates(request: HttpRequest) -> HttpResponse:
    """Each goes the way of a single approval; one that is refused leaves the others alone."""
    form = steward_bulk.BulkForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "answers": []}
        return render(request, "workspace/steward/approved.html", context, status=400)
    answers = reviewing.approve_updates(form.chosen, person_of(request), grade=form.cleaned_data["grade"])
    published = sum(not one.refusal for one in answers)
    words = ngettext("%(count)d update was published.", "%(count)d updates were published.", published)
    context = {"answers": answers, "summary": words % {"count": published}}
    return render(request, "workspace/steward/approved.html", context)


# --- Weights and the commitment gap -------------------------------------------------------------
@require_safe
@rights.rule("sub_goal_weight", "edit")
def weights(request: HttpRequest) -> HttpResponse:
    shown = steward_sub_goals.listed(request.GET, steward_weights.roots())
    return render(request, "workspace/steward/weights.html", {**shown, "at": "weights"})


@page_methods
@rights.rule("sub_goal_weight", "edit")
def weight(request: HttpRequest, pk: int) -> HttpResponse:
    """One root's weight, with the reason; moves the roll-up at once."""
    related = ("organization", "goal", "parent")
    row = get_object_or_404(steward_weights.roots().select_related(*related), pk=pk)
    form, status = steward_weights.weight_form(row, request.POST or None), 200
    if request.method == "POST":
        status = weigh(form, row, person_of(request)) if form.is_valid() else 400
        if status == 200:
            messages.success(request, _("The weight was set: %(what)s.") % {"what": row})
            return redirect("workspace:review-weights")
        row.refresh_from_db()
        if status == 409:
            form.renew(row.version)
    context = {"row": row, "form": form, "at": "weights"}
    return render(request, "workspace/steward/weight.html", context, status=status)


def weigh(form: WeightForm, row: SubGoal, by: User) -> int:
    given = form.cleaned_data
    return attempt(
        form,
        lambda: sub_goals.re_weigh(row, given["weight"], by, form.seen_version, reason=given["reason"]),
    )


@require_safe
@rights.rule("queue", "see")
def gap(request: HttpRequest) -> HttpResponse:
    return render(request, "workspace/steward/gap.html", steward_gap.gap_page(request.GET))


@require_safe
@rights.rule("queue", "see")
def gap_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same numbers as rows; documented like the other files, safe to open in a spreadsheet (R27)."""
    answer = StreamingHttpResponse(steward_gap.csv_lines(request.GET), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="commitment-gap.csv"'
    return answer
