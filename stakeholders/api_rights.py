"""Rights in the API: each viewset names the rule of each of its actions."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from stakeholders import rights
from stakeholders.models import ApiToken


class HasRule(BasePermission):
    """Reads `rules = {"create": Rule("update", "create"), …}` of the viewset.

    A viewset whose rows belong to organizations has `organization_of(row)`; for new rows it calls
    `rights.require` itself, when it knows the organization from what was sent.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        kept = view.rules[view.action] if view.action else rights.PUBLIC  # no action: 405 follows
        if kept.is_public:
            return True
        if not rights.is_known(request.user):
            return False
        if not scope_suffices(request):
            raise PermissionDenied(_("This token only reads. Make one that may write."))
        if not rights.may_somewhere(request.user, kept.action, kept.kind):
            raise PermissionDenied(rights.refusal(kept.action, kept.kind))
        return True

    def has_object_permission(self, request: Request, view: Any, row: Any) -> bool:
        kept = view.rules[view.action]
        organization = view.organization_of(row) if hasattr(view, "organization_of") else None
        rights.require(request.user, kept.action, kept.kind, organization)
        return True


def scope_suffices(request: Request) -> bool:
    token = rights.token_of(request.user)
    return token is None or request.method in SAFE_METHODS or token.scope == ApiToken.Scope.WRITE
