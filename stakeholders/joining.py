"""Organizations that ask to take part: anybody may ask, an administrator decides, once."""

import itertools
import secrets
from collections.abc import Iterator

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stakeholders import inviting, mail, rights, trail
from stakeholders.models import JoinRequest, Membership, Organization, OrganizationAlias, User
from stakeholders.signals import organization_changed

LONGEST_CODE = 40
PUBLIC_FIELDS = ("organization_name", "type", "area", "website", "language")


class AlreadyDecided(Exception):
    """Someone was first; `request` says who, when and how."""

    def __init__(self, request: JoinRequest) -> None:
        words = {"person": request.decided_by, "state": request.get_state_display().lower()}
        super().__init__(_("%(person)s was first: this request is %(state)s.") % words)
        self.request = request


@transaction.atomic
def ask_to_join(
    *,
    organization_name: str,
    type: str,
    area: str,
    person_name: str,
    email: str,
    language: str,
    website: str = "",
    description: str = "",
    message: str = "",
) -> JoinRequest:
    """Keep a request for the administrators; nothing is sent to an address nobody has confirmed.

    Who asks again while the first request waits is told the same, and nothing is added.
    """
    trail.locked_head(trail.PROJECT)  # one at a time, or two clicks would make two requests
    if asked := same_waiting(organization_name, email):
        return asked
    request = JoinRequest.objects.create(
        organization_name=organization_name, type=type, area=area, person_name=person_name, email=email,
        language=language, website=website, description=description, message=message,
    )  # fmt: skip
    after = trail.snapshot(request, *PUBLIC_FIELDS)
    trail.record(None, "create", subject(request), chain=trail.PROJECT, before=None, after=after)
    return request


def same_waiting(organization_name: str, email: str) -> JoinRequest | None:
    """Names are compared here: SQLite tells “Ñ” from “ñ”."""
    waiting = JoinRequest.objects.filter(state=JoinRequest.State.WAITING, email__iexact=email)
    name = organization_name.casefold()
    return next((one for one in waiting if one.organization_name.casefold() == name), None)


@transaction.atomic
def approve(request: JoinRequest, by: User) -> Organization:
    """Create the organization; the mail that says so has the link by which who asked becomes its owner."""
    rights.require(by, "approve", "join_request")
    decide(request, JoinRequest.State.APPROVED, by)
    organization = create_organization(request)
    JoinRequest.objects.filter(pk=request.pk).update(organization=organization)
    after = trail.snapshot(organization, "code", "name", "type", "area", "website")
    origin = f"organization:{organization.pk}"
    trail.record(by, "create", origin, chain=organization.code, before=None, after=after)
    inviting.invite(
        organization, request.email, Membership.Role.OWNER, by,
        language=request.language, template="join_approved",
    )  # fmt: skip
    organization_changed.send(Organization, organization=organization)
    request.refresh_from_db()
    return organization


@transaction.atomic
def reject(request: JoinRequest, by: User, reason: str) -> None:
    """Say no, and why: the reason is sent to the person who asked."""
    rights.require(by, "reject", "join_request")
    if not reason.strip():
        raise ValueError("A request is rejected with a reason.")
    decide(request, JoinRequest.State.REJECTED, by, reason)
    request.refresh_from_db()
    mail.send_after_commit(request.email, request.language, "join_rejected", {"request": request})


def decide(request: JoinRequest, state: JoinRequest.State, by: User, reason: str = "") -> None:
    waiting = JoinRequest.objects.filter(pk=request.pk, state=JoinRequest.State.WAITING)
    if not waiting.update(state=state, decided_by=by, decided_at=Now(), reason=reason):
        raise AlreadyDecided(JoinRequest.objects.select_related("decided_by").get(pk=request.pk))
    before, after = {"state": JoinRequest.State.WAITING}, {"state": state}
    trail.record(
        by, state.value, subject(request), chain=trail.PROJECT, before=before, after=after, reason=reason
    )


def create_organization(request: JoinRequest) -> Organization:
    """With the first code that is free; another approval may take one in the meantime."""
    for code in codes(request.organization_name):
        if code == trail.PROJECT or OrganizationAlias.objects.filter(code=code).exists():
            continue
        try:
            with transaction.atomic():
                return Organization.objects.create(
                    code=code,
                    name=request.organization_name,
                    type=request.type,
                    area=request.area,
                    website=request.website,
                    description=request.description,
                )
        except IntegrityError:
            if not Organization.objects.filter(code=code).exists():
                raise
    raise AssertionError("codes never end")


def codes(name: str) -> Iterator[str]:
    """The name in plain letters, cut at a word, then with a number: something anybody can type."""
    whole = slugify(name)
    cut = whole if len(whole) <= LONGEST_CODE else whole[:LONGEST_CODE].rsplit("-", 1)[0]
    plain = cut.strip("-_") or f"org-{secrets.token_hex(3)}"
    yield plain
    yield from (f"{plain}-{number}" for number in itertools.count(2))


def subject(request: JoinRequest) -> str:
    return f"join_request:{request.pk}"
