"""Organizations ask to join; an administrator decides, once."""

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stakeholders import inviting, joining
from stakeholders.models import JoinRequest, Organization, OrganizationAlias, TrailEntry, User
from tests.stakeholders.conftest import key_in_mail

pytestmark = pytest.mark.django_db


def ask(name: str = "Nuñez-O'Brien & Söhne") -> JoinRequest:
    return joining.ask_to_join(
        organization_name=name, type="sme", area="MEX", person_name="Nuria Nuñez",
        email="nuria@sohne.example", language="es", website="https://sohne.example",
    )  # fmt: skip


@pytest.fixture
def approve(administrator, django_capture_on_commit_callbacks):
    def decide(request: JoinRequest) -> Organization:
        with django_capture_on_commit_callbacks(execute=True):
            return joining.approve(request, administrator)

    return decide


def test_an_approved_request_becomes_an_organization_whose_owner_is_invited(approve, administrator):
    request = ask()
    organization = approve(request)
    person = User.objects.create_user("nuria@sohne.example")
    membership = inviting.accept(inviting.invitation_for(key_in_mail()), person)

    request.refresh_from_db()
    assert (organization.code, organization.name) == ("nunez-obrien-sohne", "Nuñez-O'Brien & Söhne")
    assert (request.state, request.decided_by, request.organization) == (
        "approved", administrator, organization,
    )  # fmt: skip
    assert (membership.organization, membership.role) == (organization, "owner")


def test_the_mail_after_an_approval_says_that_the_request_was_approved(approve):
    request = ask()
    request.language = "en"
    approve(request)

    (only,) = mail.outbox
    assert only.subject == "Your request for Nuñez-O'Brien & Söhne was approved"
    for said in (only.body, only.alternatives[0].content):
        assert "take part in the North American Progress Monitor was approved." in said
    assert inviting.invitation_for(key_in_mail()) is not None


def test_an_organization_counts_from_its_approval_on(approve):
    request = ask()
    before = Organization.objects.public().filter(name=request.organization_name).exists()
    approve(request)

    assert (before, Organization.objects.public().filter(name=request.organization_name).exists()) == (
        False, True,
    )  # fmt: skip


def test_a_code_that_is_taken_or_was_once_is_not_given_again(approve, other):
    OrganizationAlias.objects.create(code="vega-2", organization=other)

    assert [approve(ask("Vega")).code for _time in range(2)] == ["vega", "vega-3"]
    assert approve(ask("Project")).code == "project-2"
    assert approve(ask("組織")).code.startswith("org-")
    assert len(approve(ask("Long name " * 20)).code) <= joining.LONGEST_CODE


def test_a_request_is_decided_once_and_the_second_is_told_who_was_first(approve, administrator):
    request = ask()
    approve(request)

    with pytest.raises(joining.AlreadyDecided, match="Head was first: this request is approved"):
        joining.reject(request, User.objects.create_superuser("two@project.example"), "Unknown")


def test_who_asks_twice_while_the_first_request_waits_adds_none():
    first = ask()
    again = joining.ask_to_join(
        organization_name="NUÑEZ-O'BRIEN & SÖHNE", type="academia", area="CAN", person_name="Other",
        email="Nuria@sohne.example", language="en",
    )  # fmt: skip
    other = ask("Vega")

    assert (again, JoinRequest.objects.get(pk=first.pk).person_name) == (first, "Nuria Nuñez")
    assert other != first
    assert TrailEntry.objects.filter(subject=f"join_request:{first.pk}").count() == 1


def test_who_was_rejected_may_ask_again(administrator):
    joining.reject(first := ask(), administrator, "We could not reach you.")

    assert ask() != first


def test_a_rejection_gives_its_reason_in_the_mail(administrator, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        joining.reject(ask(), administrator, "We could not reach you.")

    assert mail.outbox[0].to == ["nuria@sohne.example"]
    assert "We could not reach you." in mail.outbox[0].body
    assert not Organization.objects.filter(name="Nuñez-O'Brien & Söhne").exists()


def test_a_rejection_without_a_reason_is_refused(administrator):
    with pytest.raises(ValueError, match="with a reason"):
        joining.reject(ask(), administrator, " ")


def test_asking_sends_no_mail_to_an_address_nobody_has_confirmed(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ask()

    assert mail.outbox == []


def test_a_steward_sees_requests_and_does_not_decide_them():
    steward = User.objects.create_user("steward@project.example", project_role="steward")

    with pytest.raises(PermissionDenied):
        joining.approve(ask(), steward)
    with pytest.raises(Http404):
        joining.approve(ask(), User.objects.create_user("someone@else.example"))


def test_each_step_stands_in_the_trail(approve):
    organization = approve(request := ask())

    project = TrailEntry.objects.filter(subject=f"join_request:{request.pk}").order_by("number")
    own = TrailEntry.objects.filter(chain=organization.code).order_by("number")
    assert list(project.values_list("action", flat=True)) == ["create", "approved"]
    assert [entry.subject.split(":")[0] for entry in own] == ["organization", "invitation"]
    assert "nuria" not in str(list(project.values("before", "after")))
