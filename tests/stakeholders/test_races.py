"""Two people at once, with real transactions (R10): each thing happens once, and nothing goes missing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils import timezone

from stakeholders import inviting, joining, merging, organizations, people, tokens, trail
from stakeholders.models import (
    ApiToken,
    Invitation,
    JoinRequest,
    Membership,
    Organization,
    TrailEntry,
    User,
)
from stakeholders.versions import Stale

pytestmark = pytest.mark.django_db(transaction=True)

EXPECTED = (
    joining.AlreadyDecided, inviting.InvitationClosed, people.NotPossible, merging.NotMergeable, Stale,
    PermissionDenied, Http404,
)  # fmt: skip


def at_once(*actions: Callable[[], object]) -> list[str]:
    """Do all at the same time; what became of each: done, or the name of the refusal."""

    def one(action: Callable[[], object]) -> str:
        try:
            action()
        except EXPECTED as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(actions)) as crowd:
        return sorted(done.result() for done in [crowd.submit(one, action) for action in actions])


@pytest.fixture(autouse=True)
def _chains_stay_whole():
    yield
    assert [fault for chain in trail.chains() for fault in trail.faults_of(chain)] == []


def administrators(count: int) -> list[User]:
    return [
        User.objects.create_user(f"head{number}@project.example", project_role="administrator")
        for number in range(count)
    ]


def test_two_administrators_approve_a_request_once(organization):
    request = joining.ask_to_join(
        organization_name="Vega",
        type="sme",
        area="MEX",
        person_name="V",
        email="v@vega.example",
        language="en",
    )
    one, two = administrators(2)

    done = at_once(
        lambda: joining.approve(JoinRequest.objects.get(pk=request.pk), one),
        lambda: joining.approve(JoinRequest.objects.get(pk=request.pk), two),
    )

    assert done == ["AlreadyDecided", "done"]
    assert Organization.objects.filter(name="Vega").count() == 1
    assert Invitation.objects.count() == 1


def test_requests_of_the_same_name_approved_at_once_get_different_codes():
    requests = [
        joining.ask_to_join(
            organization_name="Vega", type="sme", area="MEX", person_name="V",
            email=f"v{number}@vega.example", language="en",
        )
        for number in range(4)
    ]  # fmt: skip
    (one,) = administrators(1)

    assert at_once(*(lambda r=request: joining.approve(r, one) for request in requests)) == ["done"] * 4
    codes = set(Organization.objects.values_list("code", flat=True))
    assert codes == {"vega", "vega-2", "vega-3", "vega-4"}


def test_a_request_sent_four_times_at_once_is_kept_once():
    def ask() -> None:
        joining.ask_to_join(
            organization_name="Vega", type="sme", area="MEX", person_name="V", email="v@vega.example",
            language="en",
        )  # fmt: skip

    assert at_once(*[ask] * 4) == ["done"] * 4
    assert JoinRequest.objects.count() == 1


def test_an_invitation_opened_by_two_makes_one_a_member(organization, owner):
    invitation = inviting.invite(organization, "new@frontera.example", "editor", owner)
    newcomers = [User.objects.create_user(f"n{number}@frontera.example") for number in range(4)]

    done = at_once(
        *(
            lambda n=newcomer: inviting.accept(Invitation.objects.get(pk=invitation.pk), n)
            for newcomer in newcomers
        )
    )

    assert done == ["InvitationClosed"] * 3 + ["done"]
    assert organization.memberships.count() == 2


def test_invitations_to_one_address_at_once_leave_one_open(organization, owner):
    done = at_once(
        *(
            lambda: inviting.invite(organization, "new@frontera.example", "editor", owner)
            for _time in range(5)
        )
    )

    assert done == ["done"] * 5
    assert inviting.still_open(organization).count() == 1


def test_two_owners_who_leave_at_once_leave_one_behind(organization, member):
    one, two = member("owner", "One"), member("owner", "Two")

    done = at_once(lambda: people.leave(one, organization), lambda: people.leave(two, organization))

    assert done == ["NotPossible", "done"]
    assert organization.memberships.get().role == "owner"


def test_two_owners_who_demote_each_other_leave_an_owner(organization, member):
    one, two = member("owner", "One"), member("owner", "Two")
    of_one, of_two = one.memberships.get(), two.memberships.get()

    done = at_once(
        lambda: people.change_role(of_two, "viewer", one), lambda: people.change_role(of_one, "viewer", two)
    )

    assert "done" in done
    assert Membership.objects.filter(role="owner").count() == 1


def test_administrators_who_switch_each_other_off_leave_one():
    one, two = administrators(2)

    done = at_once(
        lambda: people.switch_off(two, User.objects.get(pk=one.pk), "x"),
        lambda: people.switch_off(one, User.objects.get(pk=two.pk), "x"),
    )

    assert done.count("done") == 1  # the other is refused: the last one, or switched off already
    assert User.objects.filter(is_active=True).count() == 1


def test_ten_editors_of_one_version_one_wins(organization, owner):
    forms = [Organization.objects.get(pk=organization.pk) for _form in range(10)]

    done = at_once(
        *(
            lambda f=form, n=number: organizations.edit(f, owner, version=1, name=f"Name {n}")
            for number, form in enumerate(forms)
        )
    )

    assert done == ["Stale"] * 9 + ["done"]
    assert Organization.objects.get().version == 2
    assert TrailEntry.objects.filter(action="edit").count() == 1


def test_a_merge_there_and_back_at_once_happens_one_way(organization, other):
    (one,) = administrators(1)
    there = merging.preview(organization, other).fingerprint
    back = merging.preview(other, organization).fingerprint

    done = at_once(
        lambda: merging.merge(organization, other, one, fingerprint=there),
        lambda: merging.merge(other, organization, one, fingerprint=back),
    )

    assert done == ["NotMergeable", "done"]
    assert Organization.objects.public().count() == 1


def test_a_token_revoked_by_many_is_revoked_once(organization, owner):
    end = timezone.now() + timedelta(days=9)
    token, _key = tokens.make(owner, organization, name="sync", scope="read", expires_at=end)

    assert at_once(*(lambda: tokens.revoke(token, owner) for _time in range(5))) == ["done"] * 5
    assert TrailEntry.objects.filter(action="withdraw").count() == 1
    assert ApiToken.objects.get().revoked_at


def test_two_invitations_to_the_project_at_once_leave_one_open(administrator):
    second = User.objects.create_user("second@project.example", project_role="administrator")
    found = at_once(
        *(
            (lambda by=by: inviting.invite_to_project("new@frontera.example", "steward", by))
            for by in (administrator, second)
        )
    )  # fmt: skip

    assert found == ["done", "done"]
    assert inviting.still_open(None).count() == 1
