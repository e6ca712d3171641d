"""Keys for programs: shown once, kept as a hash, narrow in organization, scope and time (R23)."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from stakeholders import rights, trail
from stakeholders.models import ApiToken, Organization, User
from stakeholders.secrets_kept import hash_of_key, new_key

PREFIX = "nam_"
LONGEST = timedelta(days=366)
LAST_USE_STEP = timedelta(hours=1)
"""Last use is noted at most once an hour, so that reading writes nothing most of the time."""
REALM = 'Bearer realm="api"'


@transaction.atomic
def make(
    owner: User, organization: Organization, *, name: str, scope: str, expires_at: datetime
) -> tuple[ApiToken, str]:
    """A new token and its key, which is shown this once; raise ValidationError for what cannot be."""
    rights.require(owner, "create", "token", organization)
    check(owner, organization, scope, expires_at)
    key = PREFIX + new_key()
    token = ApiToken.objects.create(
        name=name, hash=hash_of_key(key), owner=owner, organization=organization, scope=scope,
        expires_at=expires_at,
    )  # fmt: skip
    after = trail.snapshot(token, "name", "owner", "scope", "expires_at")
    trail.record(owner, "create", subject(token), chain=organization.code, before=None, after=after)
    return token, key


def check(owner: User, organization: Organization, scope: str, expires_at: datetime) -> None:
    if scope not in ApiToken.Scope.values:
        raise ValidationError({"scope": _("A token reads, or reads and writes.")})
    if scope == ApiToken.Scope.WRITE and not rights.may(owner, "create", "update", organization):
        raise ValidationError({"scope": _("Your role only reads, so your token can only read.")})
    if not timezone.now() < expires_at <= timezone.now() + LONGEST:
        raise ValidationError({"expires_at": _("A token ends within the coming 366 days.")})


@transaction.atomic
def revoke(token: ApiToken, by: User) -> None:
    """End a token at once: one's own, or as owner of the organization any of it."""
    action = "withdraw" if token.owner_id == by.pk else "withdraw_all"
    rights.require(by, action, "token", token.organization)
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now()):
        trail.record(by, "withdraw", subject(token), chain=token.organization.code, before=None, after=None)


def seen_by(person: User, organization: Organization):
    """The tokens of an organization a person may see: all of them as owner, else one's own."""
    tokens = ApiToken.objects.filter(organization=organization).select_related("owner")
    if rights.may(person, "see_all", "token", organization):
        return tokens
    mine = rights.may(person, "see", "token", organization)
    return tokens.filter(owner=person) if mine else tokens.none()


def subject(token: ApiToken) -> str:
    return f"token:{token.pk}"


# --- In requests --------------------------------------------------------------------------------
class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`, never in an address; what it may do, `rights` knows."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        token = token_for(key.strip().decode("latin-1"))
        if token is None:
            raise AuthenticationFailed(_("This token is unknown or no longer valid. Make a new one."))
        note_use(token)
        token.owner.api_token = token
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        return REALM


def token_for(key: str) -> ApiToken | None:
    """The token of a key while it, its owner, the membership and the organization are all in force."""
    found = ApiToken.objects.select_related("owner", "organization").filter(
        hash=hash_of_key(key), revoked_at=None, expires_at__gt=Now(), owner__is_active=True
    )
    token = found.first()
    return token if token and rights.roles_by_token(token, token.organization) else None


def note_use(token: ApiToken) -> None:
    earlier = timezone.now() - LAST_USE_STEP
    if token.last_used_at is None or token.last_used_at < earlier:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=earlier)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=Now())
