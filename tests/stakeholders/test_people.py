"""People change roles, leave, are switched off and are forgotten; what they reported stays (R12, R18)."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, JSONField, TextField
from django.http import Http404
from django.utils import timezone

from goals.models import Goal, SubGoal, Update
from stakeholders import inviting, joining, people, rights, tokens, trail
from stakeholders.models import ApiToken, Invitation, JoinRequest, Membership, TrailEntry, User

pytestmark = pytest.mark.django_db


def membership_of(person: User) -> Membership:
    return person.memberships.get()


def token_of(person: User, organization) -> tuple[ApiToken, str]:
    end = timezone.now() + timedelta(days=9)
    return tokens.make(person, organization, name="sync", scope="read", expires_at=end)


# --- Members ------------------------------------------------------------------------------------
def test_an_owner_gives_a_member_another_role(owner, member, organization):
    editor = member("editor")

    people.change_role(membership_of(editor), "viewer", owner)

    assert rights.roles_of(editor, organization) == {rights.Role.SIGNED_IN, rights.Role.VIEWER}
    entry = TrailEntry.objects.get(action="change_role")
    assert (entry.before, entry.after) == ({"role": "editor"}, {"role": "viewer"})


def test_an_editor_changes_nobodys_role(member, owner):
    with pytest.raises(PermissionDenied):
        people.change_role(membership_of(owner), "viewer", member("editor"))


def test_an_owner_of_another_organization_finds_no_such_member(member, owner, other):
    with pytest.raises(Http404):
        people.remove(membership_of(owner), member("owner", "Olga", other))


@pytest.mark.parametrize("step", ["demote", "remove", "leave"])
def test_at_least_one_owner_stays(step, owner, organization):
    with pytest.raises(people.NotPossible, match="keeps at least one owner"):
        {
            "demote": lambda: people.change_role(membership_of(owner), "editor", owner),
            "remove": lambda: people.remove(membership_of(owner), owner),
            "leave": lambda: people.leave(owner, organization),
        }[step]()
    assert membership_of(owner).role == "owner"


def test_an_owner_who_is_switched_off_does_not_count(owner, member, organization):
    absent = member("owner", "Abel")
    User.objects.filter(pk=absent.pk).update(is_active=False)

    with pytest.raises(people.NotPossible):
        people.leave(owner, organization)


def test_whoever_is_removed_has_no_right_and_no_token_from_then_on(owner, member, organization):
    editor = member("editor")
    _token, key = token_of(editor, organization)

    people.remove(membership_of(editor), owner, "Left the firm")

    assert rights.roles_of(editor, organization) == {rights.Role.SIGNED_IN}
    assert tokens.token_for(key) is None
    assert TrailEntry.objects.get(action="remove").reason == "Left the firm"


def test_one_may_leave_by_oneself(owner, member, organization):
    viewer = member("viewer")

    people.leave(viewer, organization)

    assert not viewer.memberships.exists()
    with pytest.raises(Http404):
        people.leave(viewer, organization)


# --- Invitations of who may invite no longer ----------------------------------------------------
@pytest.mark.parametrize("step", ["demote", "remove", "leave", "switch_off", "erase"])
def test_open_invitations_end_with_the_right_of_who_made_them(
    step, owner, member, organization, administrator
):
    second = member("owner", "Olga")
    theirs = inviting.invite(organization, "friend@frontera.example", "owner", second)
    kept = inviting.invite(organization, "colleague@frontera.example", "editor", owner)

    {
        "demote": lambda: people.change_role(membership_of(second), "editor", owner),
        "remove": lambda: people.remove(membership_of(second), owner),
        "leave": lambda: people.leave(second, organization),
        "switch_off": lambda: people.switch_off(second, administrator, "Gone"),
        "erase": lambda: people.erase(second),
    }[step]()

    theirs.refresh_from_db()
    assert theirs.state == Invitation.State.WITHDRAWN
    assert list(inviting.still_open(organization)) == [kept]
    assert TrailEntry.objects.filter(chain="frontera", action="withdraw").get().subject == (
        f"invitation:{theirs.pk}"
    )


def test_invitations_of_an_administrator_end_with_the_role_unless_it_is_an_owner(
    owner, organization, other, administrator
):
    second = User.objects.create_user("second@project.example", project_role="administrator")
    Membership.objects.create(user=second, organization=other, role="owner")
    ended = inviting.invite(organization, "one@frontera.example", "owner", second)
    kept = inviting.invite(other, "two@frontera.example", "owner", second)

    people.give_project_role(second, "", administrator, "Left")

    assert [one.pk for one in Invitation.objects.filter(revoked_at=None)] == [kept.pk]
    assert TrailEntry.objects.filter(subject=f"invitation:{ended.pk}", action="withdraw").exists()


# --- Switching off ------------------------------------------------------------------------------
def test_switching_off_ends_every_session_and_token_at_the_next_request(
    client, owner, organization, administrator, settings
):
    settings.ROOT_URLCONF = "northamerica.urls"
    _token, key = token_of(owner, organization)
    client.force_login(owner)

    people.switch_off(owner, administrator, "Asked by the organization")

    client.get("/admin/")
    session = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    assert "_auth_user_id" not in session or not rights.is_known(User.objects.get(pk=owner.pk))
    assert tokens.token_for(key) is None
    people.switch_on(owner, administrator, "A mistake")
    assert tokens.token_for(key) is not None


def test_the_last_administrator_stays(administrator):
    User.objects.exclude(pk=administrator.pk).update(is_active=False)

    with pytest.raises(people.NotPossible, match="at least one administrator"):
        people.switch_off(administrator, administrator, "Holiday")


# --- Being forgotten ----------------------------------------------------------------------------
@pytest.fixture
def update(member, owner, organization) -> Update:
    author = member("editor", "Nuria")
    sub_goal = SubGoal.objects.create(
        code="crossings", organization=organization, goal=Goal.objects.first(), title="Crossings",
        start_date="2025-01-01", target_date="2030-01-01",
    )  # fmt: skip
    return Update.objects.create(sub_goal=sub_goal, date="2026-02-01", author=author, value=10)


def test_an_erased_person_is_a_former_member_and_the_reports_stay(update):
    people.erase(update.author)

    update.refresh_from_db()
    assert str(update.author) == "A former member"
    assert update.value == 10


def test_nothing_of_an_erased_person_is_left_but_the_number(update, organization, owner, other):
    author = update.author
    token_of(author, organization)
    Membership.objects.filter(user=author).update(organization=other)
    inviting.invite(organization, author.email, "editor", owner)
    Membership.objects.filter(user=author).update(organization=organization)
    joining.ask_to_join(
        organization_name="N", type="sme", area="MEX", person_name="Nuria", email=author.email, language="en"
    )
    people.erase(author)

    kept = [
        *User.objects.filter(pk=author.pk).values(),
        *TrailEntry.objects.values(),
        *Invitation.objects.values(),
        *JoinRequest.objects.values(),
    ]
    assert "nuria" not in str(kept).lower()
    assert list(trail.faults_of("frontera")) == list(trail.faults_of("project")) == []


def texts_of(model) -> list[str]:
    """Everything that stands in text, JSON or address columns of a model."""
    columns = [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField | JSONField)
    ]
    return (
        [str(value) for row in model._base_manager.values_list(*columns) for value in row] if columns else []
    )


def test_neither_name_nor_address_of_an_erased_person_is_left_in_any_model(
    update, member, owner, organization, other, administrator
):
    """R12: a walk over every text column of every model."""
    author = update.author
    User.objects.filter(pk=author.pk).update(last_name="Quetzalli")
    author.refresh_from_db()
    EmailAddress.objects.create(user=author, email=author.email, verified=True, primary=True)
    token_of(author, organization)
    Membership.objects.filter(user=author).update(organization=other)
    inviting.invite(organization, author.email, "editor", owner)
    Membership.objects.filter(user=author).update(organization=organization)
    joining.ask_to_join(
        organization_name="N", type="sme", area="MEX", person_name=str(author), email=author.email,
        language="en",
    )  # fmt: skip
    sub_goal = update.sub_goal
    answers = {"answers_name": "nuria quetzalli", "answers_role": "Plant manager", "answers_user": author}
    SubGoal.objects.filter(pk=sub_goal.pk).update(**answers)
    kind = ContentType.objects.get_for_model(Membership)
    message = f'[{{"changed": {{"object": "{author}: Editor of Frontera"}}}}]'
    LogEntry.objects.create(
        user=administrator, content_type=kind, object_id="1", object_repr=str(author.memberships.get()),
        action_flag=2, change_message=message,
    )  # fmt: skip

    people.erase(author)

    found = {
        model._meta.label: [text for text in texts_of(model) if is_about(author, text)]
        for model in apps.get_models()
    }
    assert {label: texts for label, texts in found.items() if texts} == {}


def is_about(author: User, text: str) -> bool:
    return "quetzalli" in text.lower() or "nuria@" in text.lower()


def test_who_answers_for_a_sub_goal_is_taken_out_with_an_entry_and_namesakes_stay(update, member, other):
    author, theirs = update.author, update.sub_goal
    namesake = SubGoal.objects.create(
        code="elsewhere", organization=other, goal=Goal.objects.first(), title="Elsewhere",
        start_date="2025-01-01", target_date="2030-01-01", answers_name="Nuria",
    )  # fmt: skip
    SubGoal.objects.filter(pk=theirs.pk).update(answers_name="Nuria", answers_role="Plant manager")

    people.erase(author)

    theirs.refresh_from_db()
    namesake.refresh_from_db()
    assert (theirs.answers_name, theirs.answers_role, theirs.answers_user, theirs.version) == (
        "",
        "",
        None,
        2,
    )
    assert namesake.answers_name == "Nuria"
    assert TrailEntry.objects.get(action="sub_goal.forget").subject == f"sub_goal:{theirs.pk}"
    assert list(trail.faults_of("frontera")) == []


def test_an_erased_person_cannot_come_back(update, administrator, organization):
    author = update.author
    author.set_password("a long enough pass phrase")
    author.save()
    _token, key = token_of(author, organization)

    people.erase(author)

    assert not author.is_active
    assert not author.has_usable_password()
    assert not author.memberships.exists()
    assert tokens.token_for(key) is None
    with pytest.raises(people.NotPossible, match="deleted by its owner"):
        people.switch_on(author, administrator, "Please")


def test_an_owner_names_another_one_before_being_forgotten(owner, member):
    member("editor")

    with pytest.raises(people.NotPossible, match="Name another one first"):
        people.erase(owner)
    owner.refresh_from_db()
    assert owner.is_active


def test_whoever_is_alone_in_an_organization_may_go_and_its_page_stays(owner, organization):
    people.erase(owner)

    organization.refresh_from_db()
    assert organization.is_active
    assert not organization.memberships.exists()
