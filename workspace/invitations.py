"""The way in by invitation: its link, an account or a sign-in, and then the membership."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from stakeholders import inviting, rights
from stakeholders.models import Invitation, User

WAITING = "invitation"
"""Key in the session: the token of the link the person has said yes to."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rights.rule("sign_in", "use")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Say who invites; whether the address has an account shows nowhere (R21)."""
    invitation = inviting.invitation_for(token)
    if invitation is None:
        raise Http404
    if invitation.state != Invitation.State.OPEN:
        closed = {"invitation": invitation, "closed": inviting.closed_text(invitation)}
        return render(request, "workspace/invitation.html", closed, status=410)
    if request.method != "POST":
        return render(request, "workspace/invitation.html", {"invitation": invitation})
    request.session[WAITING] = token
    if request.user.is_authenticated:
        accept_waiting(request, request.user)
        return redirect("workspace:home")
    return redirect("account_login" if "sign_in" in request.POST else "account_signup")


def waiting(request: HttpRequest) -> Invitation | None:
    """The open invitation this person has said yes to, if any."""
    token = request.session.get(WAITING)
    invitation = inviting.invitation_for(token) if token else None
    return invitation if invitation and invitation.state == Invitation.State.OPEN else None


def accept_waiting(request: HttpRequest, user: User) -> None:
    """Once signed in, become the member the invitation asks for."""
    invitation = waiting(request)
    request.session.pop(WAITING, None)
    if invitation is None:
        return
    try:
        inviting.accept(invitation, user)
    except inviting.InvitationClosed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, welcome(invitation, user))


def welcome(invitation: Invitation, user: User) -> str:
    """With the role the person has now, which may be a higher one than was asked for."""
    if invitation.organization is None:
        return _("You now work for the Project. Your role: %(role)s.") % {
            "role": user.get_project_role_display()
        }
    held = user.memberships.get(organization=invitation.organization)
    words = {"organization": invitation.organization, "role": held.get_role_display()}
    return _("You now belong to %(organization)s. Your role: %(role)s.") % words
