"""R23: tokens are shown once, kept as a hash, narrow in organization, scope and time."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.viewsets import ViewSet

from northamerica.api import problems
from stakeholders import people, rights, tokens
from stakeholders.api_rights import HasRule
from stakeholders.models import ApiToken, Membership, Organization, TrailEntry

pytestmark = pytest.mark.django_db


def make(owner, organization, scope="write", days=30, name="Nightly") -> tuple[ApiToken, str]:
    end = timezone.now() + timedelta(days=days)
    return tokens.make(owner, organization, name=name, scope=scope, expires_at=end)


class Updates(ViewSet):
    """A small API with a rule for each action."""

    authentication_classes = [tokens.TokenAuthentication]
    permission_classes = [HasRule]
    rules = {
        "list": rights.Rule("contribution", "see"),
        "create": rights.Rule("update", "create"),
        "partial_update": rights.Rule("token", "create"),
    }

    def list(self, request) -> Response:
        codes = rights.organizations_of(request.user).values_list("code", flat=True)
        return Response(sorted(codes))

    def create(self, request) -> Response:
        rights.require(request.user, "create", "update", Organization.objects.get(code=request.data["code"]))
        return Response({}, 201)

    def partial_update(self, request) -> Response:
        return Response({})


def ask(key: str | None, method: str = "get", code: str = "frontera", **more):
    headers = {} if key is None else {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    body = {"code": code} if method == "post" else {}
    request = getattr(APIRequestFactory(), method)("/api/v1/", body, format="json", **headers | more)
    view = Updates.as_view({"get": "list", "post": "create", "patch": "partial_update"})
    return view(request)


def test_a_token_opens_its_organization_and_no_other(owner, organization, other):
    Membership.objects.create(user=owner, organization=other, role="owner")
    _token, key = make(owner, organization)

    assert ask(key).data == ["frontera"]
    assert ask(key, "post").status_code == 201
    assert ask(key, "post", code="otra").status_code == 404


def test_only_the_hash_is_kept(owner, organization):
    token, key = make(owner, organization)

    assert key.startswith("nam_")
    assert len(key) > 40
    assert key not in str(ApiToken.objects.values().get())
    assert key not in str(list(TrailEntry.objects.values()))
    assert token.hash not in str(list(TrailEntry.objects.values()))


def test_without_a_token_and_with_a_wrong_one_the_answer_is_401_with_a_challenge(owner, organization):
    make(owner, organization)

    for key in (None, "nam_guess", "", "é"):
        answer = ask(key)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_token_in_the_address_counts_for_nothing(owner, organization):
    _token, key = make(owner, organization)
    request = APIRequestFactory().get("/api/v1/", {"token": key, "access_token": key})

    assert Updates.as_view({"get": "list"})(request).status_code == 401


def test_a_read_token_writes_nothing(owner, organization):
    _token, key = make(owner, organization, "read")

    assert ask(key).status_code == 200
    assert ask(key, "post").status_code == 403


def test_a_token_makes_no_tokens_and_changes_no_rights(owner, organization, administrator):
    _token, key = make(owner, organization)
    person = tokens.token_for(key).owner
    person.api_token = tokens.token_for(key)

    assert ask(key, "patch").status_code == 403
    for kind in rights.NOT_BY_TOKEN:
        assert not any(rights.may(person, action, kind, organization) for action in rights.TABLE[kind])


def test_a_token_of_an_administrator_has_no_role_for_the_project(administrator, organization):
    Membership.objects.create(user=administrator, organization=organization, role="viewer")
    _token, key = make(administrator, organization, "read")
    person = administrator
    person.api_token = tokens.token_for(key)

    assert rights.roles_of(person, organization) == {rights.Role.SIGNED_IN, rights.Role.VIEWER}
    assert rights.roles_of(person) == {rights.Role.SIGNED_IN}
    assert not rights.may_somewhere(person, "publish", "update")


@pytest.mark.parametrize("end", ["revoked", "expired", "person off", "left", "organization off"])
def test_a_token_ends_at_once(end, owner, member, organization):
    """R18"""
    editor = member("editor")
    token, key = make(editor, organization)
    {
        "revoked": lambda: tokens.revoke(token, editor),
        "expired": lambda: ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1)),
        "person off": lambda: type(editor).objects.filter(pk=editor.pk).update(is_active=False),
        "left": lambda: editor.memberships.all().delete(),
        "organization off": lambda: Organization.objects.filter(pk=organization.pk).update(is_active=False),
    }[end]()

    assert ask(key).status_code == 401


def test_a_token_writes_no_more_once_its_owner_only_reads(owner, member, organization):
    editor = member("editor")
    _token, key = make(editor, organization)
    people.change_role(editor.memberships.get(), "viewer", owner)

    assert ask(key, "post").status_code == 403
    assert ask(key).status_code == 200


def test_the_last_use_is_noted_once_an_hour(owner, organization):
    _token, key = make(owner, organization)
    ask(key)
    first = ApiToken.objects.get().last_used_at

    assert first is not None
    ask(key)
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(hours=2))
    ask(key)
    assert ApiToken.objects.get().last_used_at >= first


@pytest.mark.parametrize(
    ("more", "field"),
    [({"days": 367}, "expires_at"), ({"days": -1}, "expires_at"), ({"scope": "x"}, "scope")],
)
def test_a_token_that_cannot_be_names_the_field(more, field, owner, organization):
    with pytest.raises(ValidationError) as fault:
        make(owner, organization, **more)
    assert list(fault.value.message_dict) == [field]


def test_a_viewer_makes_tokens_that_read(member, organization):
    viewer = member("viewer")

    assert make(viewer, organization, "read")[0].scope == "read"
    with pytest.raises(ValidationError, match="can only read"):
        make(viewer, organization, "write")


def test_members_see_and_end_their_own_tokens_and_owners_all(owner, member, organization, other):
    editor = member("editor")
    mine, theirs = make(owner, organization)[0], make(editor, organization)[0]

    assert set(tokens.seen_by(editor, organization)) == {theirs}
    assert set(tokens.seen_by(owner, organization)) == {mine, theirs}
    assert not tokens.seen_by(member("owner", "Olga", other), organization).exists()
    with pytest.raises(PermissionDenied):
        tokens.revoke(mine, editor)
    with pytest.raises(Http404):
        tokens.revoke(mine, member("owner", "Otto", other))
    tokens.revoke(theirs, owner)
    assert ApiToken.objects.get(pk=theirs.pk).revoked_at


def test_a_refused_token_is_a_problem_with_its_challenge(rf):
    """R36"""
    error = tokens.AuthenticationFailed("This token is unknown.")
    error.auth_header = tokens.REALM
    answer = problems.answer(error, rf.get("/api/v1/"))

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, tokens.REALM)
