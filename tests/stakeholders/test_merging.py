"""Two entries for one organization made one: with a preview, all or nothing, and a sign at the old place."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from stakeholders import inviting, merging, signals, tokens, trail
from stakeholders.models import Invitation, Membership, Organization, OrganizationAlias, TrailEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def joined(owner, member, organization, other) -> User:
    """A person of both: editor of the one, owner of the other."""
    person = member("editor", "Bea")
    Membership.objects.create(user=person, organization=other, role="owner")
    return person


def merge(source, into, by, **more) -> None:
    merging.merge(source, into, by, fingerprint=merging.preview(source, into).fingerprint, **more)


def test_the_preview_counts_what_moves(joined, owner, organization, other):
    inviting.invite(organization, "new@frontera.example", "viewer", owner)

    rows = merging.preview(organization, other).rows

    assert rows[:4] == (
        ("People who move", 1),
        ("People in both, who keep the higher role", 1),
        ("Open invitations", 1),
        ("API tokens", 0),
    )


def test_people_keep_the_higher_of_two_roles(joined, owner, organization, other, administrator):
    merge(organization, other, administrator)

    roles = dict(other.memberships.values_list("user__first_name", "role"))
    assert roles == {"Ana": "owner", "Bea": "owner"}
    assert not organization.memberships.exists()


def test_tokens_and_invitations_move_along(owner, organization, other, administrator):
    end = timezone.now() + timedelta(days=9)
    _token, key = tokens.make(owner, organization, name="sync", scope="read", expires_at=end)
    invitation = inviting.invite(organization, "new@frontera.example", "viewer", owner)
    merge(organization, other, administrator)

    assert tokens.token_for(key).organization == other
    newcomer = User.objects.create_user("new@frontera.example")
    assert inviting.accept(invitation, newcomer).organization == other


def test_an_address_invited_to_both_keeps_one_invitation(owner, member, organization, other, administrator):
    inviting.invite(organization, "NEW@frontera.example", "viewer", owner)
    inviting.invite(other, "new@frontera.example", "editor", member("owner", "Olga", other))
    merge(organization, other, administrator)

    assert inviting.still_open(other).get().role == "editor"
    assert Invitation.objects.filter(organization=other).count() == 2


def test_the_old_codes_lead_on_and_the_old_entry_stays(organization, other, administrator):
    third = Organization.objects.create(code="tercera", name="Tercera", type="sme", area="CAN")
    merge(organization, other, administrator)
    other.refresh_from_db()
    merge(other, third, administrator)

    assert set(OrganizationAlias.objects.filter(organization=third).values_list("code", flat=True)) == {
        "frontera", "otra",
    }  # fmt: skip
    organization.refresh_from_db()
    assert organization.merged_into == other
    assert set(Organization.objects.public().filter(code__in=["frontera", "otra", "tercera"])) == {third}


def test_other_rooms_do_their_part_in_the_same_transaction(organization, other, administrator):
    def refuse(sender, source, into, by, **kwargs):
        raise RuntimeError("a sub-goal cannot move")

    signals.organizations_merged.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            merge(organization, other, administrator)
    finally:
        signals.organizations_merged.disconnect(refuse)

    organization.refresh_from_db()
    assert (organization.merged_into, organization.is_active) == (None, True)
    assert not TrailEntry.objects.filter(action="merge").exists()


def test_other_rooms_say_what_would_move(organization, other):
    def count(sender, source, into, **kwargs):
        return [("Sub-goals", 3)]

    signals.merge_previewed.connect(count)
    try:
        assert ("Sub-goals", 3) in merging.preview(organization, other).rows
    finally:
        signals.merge_previewed.disconnect(count)


def test_what_changed_since_the_preview_is_looked_at_again(member, organization, other, administrator):
    shown = merging.preview(organization, other).fingerprint
    member("viewer", "Zoe")

    with pytest.raises(merging.NotMergeable, match="Something has changed"):
        merging.merge(organization, other, administrator, fingerprint=shown)


def test_what_cannot_be_merged_says_why(organization, other, administrator):
    with pytest.raises(merging.NotMergeable, match="two different"):
        merging.preview(organization, organization)
    other.is_sample = True
    with pytest.raises(merging.NotMergeable, match="fictional"):
        merging.preview(organization, other)
    other.is_active = False
    with pytest.raises(merging.NotMergeable, match="switched off"):
        merging.preview(organization, other)


def test_only_administrators_merge(owner, organization, other):
    with pytest.raises((Http404, PermissionDenied)):
        merge(organization, other, owner)


def test_both_chains_tell_of_it(organization, other, administrator):
    merge(organization, other, administrator, reason="The same firm")

    for chain in ("frontera", "otra"):
        entry = TrailEntry.objects.get(chain=chain, action="merge")
        assert entry.after == {"source": "frontera", "into": "otra"}
        assert entry.reason == "The same firm"
        assert list(trail.faults_of(chain)) == []


def entries_of(chain: str, **wanted) -> list[tuple]:
    found = TrailEntry.objects.filter(chain=chain, **wanted).order_by("number")
    return [(entry.action, entry.subject, entry.before, entry.after) for entry in found]


def test_each_person_whose_role_a_merge_moves_or_raises_has_an_entry(
    joined, owner, member, organization, other, administrator
):
    """R11: a viewer becomes owner by a merge; the chain of the organization says so."""
    raised = member("owner", "Rita")
    Membership.objects.create(user=raised, organization=other, role="viewer")
    old = {one.user_id: one for one in organization.memberships.all()}
    merge(organization, other, administrator)
    new = {one.user_id: one for one in other.memberships.all()}

    assert entries_of("frontera", action="move") == [
        ("move", f"membership:{old[one.pk].pk}", {"user": one.pk, "role": role}, None)
        for one, role in ((owner, "owner"), (joined, "editor"), (raised, "owner"))
    ]
    assert entries_of("otra", subject__startswith="membership") == [
        ("move", f"membership:{new[owner.pk].pk}", None, {"user": owner.pk, "role": "owner"}),
        ("change_role", f"membership:{new[raised.pk].pk}", {"role": "viewer"}, {"role": "owner"}),
    ]
    assert TrailEntry.objects.filter(action="change_role").get().actor == administrator


def test_moved_tokens_and_moved_and_withdrawn_invitations_have_entries(
    owner, member, organization, other, administrator
):
    end = timezone.now() + timedelta(days=9)
    token, _key = tokens.make(owner, organization, name="sync", scope="read", expires_at=end)
    twice = inviting.invite(organization, "NEW@frontera.example", "viewer", owner)
    once = inviting.invite(organization, "once@frontera.example", "viewer", owner)
    inviting.invite(other, "new@frontera.example", "editor", member("owner", "Olga", other))
    merge(organization, other, administrator)

    there = ({"organization": "frontera"}, {"organization": "otra"})
    assert entries_of("frontera", action="withdraw") == [("withdraw", f"invitation:{twice.pk}", None, None)]
    assert entries_of("otra", action="move", subject__startswith="invitation") == [
        ("move", f"invitation:{one.pk}", *there) for one in (twice, once)
    ]
    assert entries_of("otra", subject=f"token:{token.pk}") == [("move", f"token:{token.pk}", *there)]
    assert list(trail.faults_of("otra")) == list(trail.faults_of("frontera")) == []
