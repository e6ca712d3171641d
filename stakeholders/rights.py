"""Who may do what: the one table of role × object × action (R15), read by views, API, tests and docs.

Two questions make a right. Which rows does a person see at all? Querysets of the rooms answer that, and a
row outside them does not exist for that person (404). May they do this to it? `TABLE` answers that (403 in
words). Everything is asked anew with each request, so a change of rights acts at once (R18).
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import wraps
from typing import Any, NamedTuple, TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from stakeholders.models import ApiToken, Membership, Organization, User

Person = User | AnonymousUser | None


class Role(StrEnum):
    ANONYMOUS = "anonymous"
    SIGNED_IN = "signed_in"
    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"
    STEWARD = "steward"
    ADMINISTRATOR = "administrator"


# --- The table ----------------------------------------------------------------------------------
NOBODY: frozenset[Role] = frozenset()
EVERYONE = frozenset(Role)
PEOPLE = EVERYONE - {Role.ANONYMOUS}
MEMBERS = frozenset({Role.VIEWER, Role.EDITOR, Role.OWNER})
EDITORS = frozenset({Role.EDITOR, Role.OWNER})
OWNERS = frozenset({Role.OWNER})
STEWARDS = frozenset({Role.STEWARD, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

TABLE: dict[str, dict[str, frozenset[Role]]] = {
    # What everybody reads, and the way in.
    "public_page": {"see": EVERYONE},
    "sign_in": {"use": EVERYONE},
    "account": {"see": PEOPLE, "edit": PEOPLE, "delete": PEOPLE},
    "workspace": {"see": PEOPLE},
    "queue": {"see": STEWARDS},
    "admin": {"use": ADMINISTRATORS},
    "figures": {"see": NOBODY},  # no person: a monitoring machine, by its key or from this machine
    # Organizations and the people in them. Viewer, editor and owner: of the organization in question.
    "organization": {
        "see": EVERYONE,
        "list": EVERYONE,
        "create": ADMINISTRATORS,
        "edit": OWNERS | ADMINISTRATORS,
        "switch_off": ADMINISTRATORS,
    },
    "person": {"see": ADMINISTRATORS, "edit": ADMINISTRATORS, "switch_off": ADMINISTRATORS},
    "membership": {
        "see": MEMBERS | ADMINISTRATORS,
        "edit": OWNERS | ADMINISTRATORS,
        "delete": OWNERS | ADMINISTRATORS,
        "leave": MEMBERS,
    },
    "invitation": {
        "see": OWNERS | ADMINISTRATORS,
        "create": OWNERS | ADMINISTRATORS,
        "withdraw": OWNERS | ADMINISTRATORS,
        "accept": PEOPLE,
    },
    "join_request": {
        "see": STEWARDS,
        "create": EVERYONE,
        "approve": ADMINISTRATORS,
        "reject": ADMINISTRATORS,
    },
    "merge": {"see": ADMINISTRATORS, "create": ADMINISTRATORS},
    "token": {
        "see": MEMBERS,
        "create": MEMBERS,
        "withdraw": MEMBERS,
        "see_all": OWNERS | ADMINISTRATORS,
        "withdraw_all": OWNERS | ADMINISTRATORS,
    },
    # What organizations say. `see`: what is published; `see_submitted` begins when it is sent for review.
    "sub_goal": {
        "see": EVERYONE,
        "see_submitted": MEMBERS | STEWARDS,
        "see_draft": MEMBERS,
        "create": EDITORS,
        "edit": EDITORS,
        "submit": EDITORS,
        "import": EDITORS,
        "complete": EDITORS,
        "withdraw": EDITORS | STEWARDS,
        "delete_draft": EDITORS,
        "publish": STEWARDS,
        "send_back": STEWARDS,
    },
    "sub_goal_measure": {
        "see": EVERYONE,
        "propose": EDITORS,
        "approve": STEWARDS,
        "send_back": STEWARDS,
        "edit": STEWARDS,
    },
    "sub_goal_weight": {"see": EVERYONE, "edit": STEWARDS},
    "sub_goal_parent": {
        "see": EVERYONE,
        "edit": EDITORS | STEWARDS,
        "edit_across": STEWARDS,
        "detach": EDITORS,
    },
    "update": {
        "see": EVERYONE,
        "see_submitted": MEMBERS | STEWARDS,
        "see_draft": MEMBERS,
        "create": EDITORS,
        "edit": EDITORS,
        "submit": EDITORS,
        "import": EDITORS,
        "correct": EDITORS | STEWARDS,
        "retract": EDITORS | STEWARDS,
        "delete_draft": EDITORS,
        "publish": STEWARDS,
        "send_back": STEWARDS,
        "grade": STEWARDS,
    },
    "evidence_file": {
        "see": EVERYONE,
        "see_submitted": MEMBERS | STEWARDS,
        "see_draft": MEMBERS,
        "create": EDITORS,
        "delete_draft": EDITORS,
    },
    "comment": {"see": MEMBERS | STEWARDS, "create": EDITORS | STEWARDS},
    "review": {"see": EVERYONE, "create": STEWARDS},
    "contribution": {"see": MEMBERS | STEWARDS},
    "export": {"see": MEMBERS | ADMINISTRATORS},
    "reminder": {"see": MEMBERS, "edit": MEMBERS},
    "trail": {"see": OWNERS | ADMINISTRATORS},
    # What the Project measures and aims at.
    "goal": {"see": EVERYONE, "edit": ADMINISTRATORS},
    "target": {"see": EVERYONE, "edit": ADMINISTRATORS},
    "indicator": {"see": EVERYONE, "edit": ADMINISTRATORS},
    "observation": {"see": EVERYONE, "import": ADMINISTRATORS},
    "source": {"see": EVERYONE, "edit": ADMINISTRATORS},
    "feed": {"see": ADMINISTRATORS, "edit": ADMINISTRATORS, "refresh": ADMINISTRATORS},
    "held_batch": {"see": STEWARDS, "approve": ADMINISTRATORS, "reject": ADMINISTRATORS},
}

NOT_BY_TOKEN = frozenset(
    {"account", "admin", "invitation", "join_request", "membership", "merge", "person", "token"}
)
"""A token reads and writes reports; it makes no tokens and changes nobody's rights (R23)."""


# --- Asking -------------------------------------------------------------------------------------
def roles_of(person: Person, organization: Organization | None = None) -> frozenset[Role]:
    """The roles a person has toward the organization, and for the Project; nobody switched off has any."""
    if not is_known(person):
        return frozenset({Role.ANONYMOUS})
    if (token := token_of(person)) is not None:
        return frozenset({Role.SIGNED_IN}) | roles_by_token(token, organization)
    return frozenset({Role.SIGNED_IN}) | project_roles(person) | roles_in(person, organization)


def may(person: Person, action: str, kind: str, organization: Organization | None = None) -> bool:
    """Is this action on this kind of object, of this organization, in the table for the person?

    What the table does not know, nobody may do.
    """
    return allows(roles_of(person, organization), action, kind, by_token=token_of(person) is not None)


def allows(roles: frozenset[Role], action: str, kind: str, *, by_token: bool = False) -> bool:
    """The table alone, for pages that ask about many rows with the same roles."""
    if by_token and kind in NOT_BY_TOKEN:
        return False
    return bool(roles & TABLE[kind].get(action, NOBODY))


def may_somewhere(person: Person, action: str, kind: str) -> bool:
    """Could the person do this for any organization? If not, a page about it does not exist for them."""
    if not is_known(person) or token_of(person) is not None:
        organization = getattr(token_of(person), "organization", None)
        return may(person, action, kind, organization)
    held = memberships_of(person).values_list("role", flat=True)
    roles = {Role.SIGNED_IN, *project_roles(person), *(Role(role) for role in held)}
    return allows(frozenset(roles), action, kind)


def require(person: Person, action: str, kind: str, organization: Organization | None = None) -> None:
    """Raise PermissionDenied for what is one's own but not allowed, Http404 for what is not one's own."""
    if may(person, action, kind, organization):
        return
    roles = roles_of(person, organization)
    if roles & MEMBERS or (roles & STEWARDS and allows(roles, "see", kind)):
        raise PermissionDenied(refusal(action, kind))
    raise Http404


def refusal(action: str, kind: str) -> str:
    """Which roles could, in a sentence."""
    able = ", ".join(str(role_name(role)) for role in Role if role in TABLE[kind][action])
    return _("Your role does not allow this. It takes one of these roles: %(roles)s.") % {"roles": able}


def role_name(role: Role) -> str:
    names = {**dict(Membership.Role.choices), **dict(User.ProjectRole.choices)}
    return str(names.get(role.value, role.value))


def organizations_of(
    person: Person, role: Membership.Role | Iterable[Membership.Role] | None = None
) -> QuerySet[Organization]:
    """The organizations a person takes part in (with one of the roles); with a token only its own."""
    if not is_known(person):
        return Organization.objects.none()
    wanted = memberships_of(person)
    if role is not None:
        wanted = wanted.filter(role__in=[role] if isinstance(role, str) else list(role))
    return Organization.objects.filter(pk__in=wanted.values("organization"))


# --- Where roles come from ----------------------------------------------------------------------
def is_known(person: Person) -> TypeGuard[User]:
    return person is not None and person.is_authenticated and person.is_active


def token_of(person: Person) -> ApiToken | None:
    """The token a request came with, set by stakeholders.tokens.TokenAuthentication."""
    return getattr(person, "api_token", None)


def memberships_of(person: User) -> QuerySet[Membership]:
    """Memberships that count: of organizations that take part; with a token only that organization's."""
    held = Membership.objects.filter(
        user=person, organization__is_active=True, organization__merged_into=None
    )
    token = token_of(person)
    return held if token is None else held.filter(organization=token.organization_id)


def roles_in(person: User, organization: Organization | None) -> frozenset[Role]:
    if organization is None:
        return NOBODY
    role = memberships_of(person).filter(organization=organization).values_list("role", flat=True).first()
    return frozenset({Role(role)}) if role else NOBODY


def roles_by_token(token: ApiToken, organization: Organization | None) -> frozenset[Role]:
    """The owner's role in the token's organization, no more than a viewer's if it only reads."""
    if organization is None or organization.pk != token.organization_id:
        return NOBODY
    roles = roles_in(token.owner, organization)
    return frozenset({Role.VIEWER}) if roles and token.scope == ApiToken.Scope.READ else roles


def project_roles(person: User) -> frozenset[Role]:
    if person.is_administrator:
        return ADMINISTRATORS
    return frozenset({Role.STEWARD}) if person.project_role == User.ProjectRole.STEWARD else NOBODY


# --- Rules of routes ----------------------------------------------------------------------------
class Rule(NamedTuple):
    """What a route does; a suite-wide walk fails on any route without one."""

    kind: str
    action: str

    @property
    def is_public(self) -> bool:
        return Role.ANONYMOUS in TABLE[self.kind][self.action]


PUBLIC = Rule("public_page", "see")

View = Callable[..., HttpResponseBase]


def rule(kind: str, action: str) -> Callable[[View], View]:
    """Let a page be reached only by people who may do this for some organization or the Project.

    Strangers are led to the sign-in page, others find nothing. Which organization it is about, the view
    knows alone: it reads its row from a queryset of the person's and calls `require`. For DRF viewsets see
    `api_rights.HasRule`.
    """
    kept = Rule(kind, action)
    allowed = TABLE[kind][action]

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if allowed == EVERYONE:
                return view(request, *args, **kwargs)
            response = refused(request, kept) or view(request, *args, **kwargs)
            patch_cache_control(response, private=True, no_store=True)
            return response

        guarded.rule = kept  # type: ignore[attr-defined]  # the walk over routes reads it
        return guarded

    return mark


def refused(request: HttpRequest, kept: Rule) -> HttpResponse | None:
    """The way to the sign-in page; Http404 for those who are signed in and still may not."""
    if may_somewhere(request.user, kept.action, kept.kind):
        return None
    if not is_known(request.user):
        return redirect_to_login(request.get_full_path())
    raise Http404
