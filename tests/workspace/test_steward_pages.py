"""R5, R10, R11, R15, R22: joining, merging, organizations, people, weights, commitments and the trail."""

import csv
import io
import re
import zipfile
from decimal import Decimal
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals import commitments
from goals.lifecycle import sub_goals, updates
from goals.lifecycle.steps import SUB_GOAL_STEPS, UPDATE_STEPS
from goals.models import Commitment, Standing, Step, SubGoal
from indicators.models import Indicator
from public.middleware import clock
from stakeholders import inviting, joining, rights, trail
from stakeholders.models import Invitation, JoinRequest, Membership, Organization, TrailEntry, User
from tests.goals.lifecycle.conftest import make_draft, make_people, make_published, make_submitted_update
from tests.signing_in import signed_in
from tests.workspace.conftest import client_of, person
from workspace import trail_words

JOBS = "export-supported-jobs"


@pytest.fixture
def people(db) -> SimpleNamespace:
    found = make_people()
    found.administrator = person("admin@project.example", project_role="administrator", first_name="Ada")
    return found


@pytest.fixture
def administrator(people) -> Client:
    """Signed in with the password just now, so that it is not asked for again."""
    return signed_in(people.administrator)


@pytest.fixture
def steward(people) -> Client:
    return client_of(people.steward)


def at(name: str, *args) -> str:
    return reverse(f"workspace:review-{name}", args=args)


# --- Requests to join ---------------------------------------------------------------------------
@pytest.fixture
def asked(people) -> JoinRequest:
    return joining.ask_to_join(
        organization_name="Sonora Mills Ltd", type="sme", area="MEX", person_name="Eva",
        email="eva@m.example", language="es", website="https://www.mills.example/about",
    )  # fmt: skip


def test_a_request_shows_what_may_be_known_already(steward, people, asked):
    """By a word of the name, and by the website whatever its path."""
    Organization.objects.create(
        code="other", name="Otra", type="sme", area="MEX", website="http://mills.example"
    )

    answer = steward.get(at("join", asked.pk))

    assert {one.code for one in answer.context["duplicates"]} == {"mills", "other"}
    assert "An administrator decides." in answer.text


def test_a_steward_does_not_decide_on_joining(steward, asked):
    assert steward.post(at("join", asked.pk), {"approve": "1"}).status_code == 403
    asked.refresh_from_db()
    assert asked.state == "waiting"


def test_an_administrator_approves_and_the_second_is_told(administrator, people, asked):
    """R5."""
    assert administrator.post(at("join", asked.pk), {"approve": "1"}).url == at("queue") + "?kind=joins"
    again = administrator.post(at("join", asked.pk), {"reject": "1", "reason": "Twice."})

    asked.refresh_from_db()
    assert asked.state == "approved"
    assert asked.organization.name == "Sonora Mills Ltd"
    assert again.status_code == 409
    assert "Ada was first: this request is approved." in again.text


def test_rejecting_needs_a_reason(administrator, asked):
    empty = administrator.post(at("join", asked.pk), {"reject": "1", "reason": " "})
    assert empty.status_code == 400
    assert 'href="#id_reason"' in empty.text

    administrator.post(at("join", asked.pk), {"reject": "1", "reason": "Known as Mills of Sonora."})
    asked.refresh_from_db()
    assert (asked.state, asked.reason) == ("rejected", "Known as Mills of Sonora.")


# --- Merging ------------------------------------------------------------------------------------
def test_merging_shows_first_what_would_move(administrator, people):
    make_published(people)

    answer = administrator.get(at("merge"), {"source": "mills", "into": "lab"})

    assert dict(answer.context["preview"].rows)["Sub-goals"] == 1
    assert Organization.objects.get(code="mills").merged_into is None

    sent = dict(answer.context["confirm"].initial, reason="One and the same.")
    assert administrator.post(at("merge"), sent).url == at("organization", "lab")
    assert Organization.objects.get(code="mills").merged_into.code == "lab"
    assert SubGoal.objects.filter(organization__code="lab").count() == 1


def test_a_merge_whose_preview_is_old_is_shown_anew(administrator, people):
    sent = dict(
        administrator.get(at("merge"), {"source": "mills", "into": "lab"}).context["confirm"].initial,
        reason="One and the same.",
    )
    Membership.objects.create(user=people.stranger, organization=people.mills, role="viewer")

    answer = administrator.post(at("merge"), sent)

    assert answer.status_code == 409
    assert "Something has changed since the preview." in answer.text
    assert "One and the same." in answer.text
    assert answer.context["confirm"].initial["fingerprint"] != sent["fingerprint"]
    assert Organization.objects.get(code="mills").merged_into is None


def test_a_merge_of_two_of_one_name_says_which_is_which(administrator, people):
    Organization.objects.update(name="Puentes de Sonora")
    make_published(people)

    answer = administrator.get(at("merge"), {"source": "mills", "into": "lab"})

    assert "Puentes de Sonora (mills) is merged into Puentes de Sonora (lab)." in answer.text
    goes, stays = re.findall(r"<tr><th scope=\"row\">.*?</tr>", answer.text)[:2]
    assert re.findall(r">([^<>]+)</(?:td|strong)>", goes) == [
        "mills", "Small or medium enterprise", "Mexico", "1", "3", "Goes",
    ]  # fmt: skip
    assert re.findall(r">([^<>]+)</(?:td|strong)>", stays) == [
        "lab", "Academia", "Canada", "0", "1", "Stays",
    ]  # fmt: skip


def test_organizations_to_merge_are_chosen_from_a_list_or_named(administrator, people):
    form = administrator.get(at("merge"))
    named = administrator.get(at("merge"), {"source": "mills of sonora", "into": "lab"})
    Organization.objects.update(name="Mills of Sonora")
    unclear = administrator.get(at("merge"), {"source": "Mills of Sonora", "into": "lab"})

    assert '<option value="mills">Mills of Sonora (mills)</option>' in form.text
    assert 'list="organizations"' in form.text
    assert named.context["preview"].source == people.mills
    assert unclear.context["form"].errors["source"] == ["Several have this name. Choose one by its code."]


@pytest.mark.parametrize(
    "query", [{"source": "mills", "into": "no"}, {"source": "mills", "into": "mills"}, {"into": ""}]
)
def test_two_that_cannot_be_merged_are_refused_in_words(administrator, people, query):
    answer = administrator.get(at("merge"), query)

    assert answer.status_code in (200, 400)
    assert answer.context["form"].errors


# --- Organizations ------------------------------------------------------------------------------
def test_administrators_change_type_and_country_over_the_version_they_read(administrator, people):
    sent = {
        "version": people.mills.version,
        "name": "Mills of Sonora",
        "type": "private_sector",
        "area": "USA",
    }

    assert administrator.post(at("organization", "mills"), sent).status_code == 302
    stale = administrator.post(at("organization", "mills"), {**sent, "name": "Mills", "area": "CAN"})

    people.mills.refresh_from_db()
    assert (people.mills.type, people.mills.area) == ("private_sector", "USA")
    assert stale.status_code == 409
    assert 'value="Mills"' in stale.text
    entry = TrailEntry.objects.filter(chain="mills", action="edit").get()
    assert (entry.before["area"], entry.after["area"]) == ("MEX", "USA")


@pytest.mark.parametrize(("field", "value"), [("area", "mexico"), ("name", ""), ("website", "javascript:x")])
def test_odd_facts_are_refused_at_their_field(administrator, people, field, value):
    sent = {"version": people.mills.version, "name": "Mills", "type": "sme", "area": "MEX", field: value}

    answer = administrator.post(at("organization", "mills"), sent)

    assert answer.status_code == 400
    assert f'href="#id_{field}"' in answer.text


def test_the_country_is_chosen_among_those_of_the_project_and_the_regions_in_use(administrator, people):
    Organization.objects.filter(code="lab").update(area="PACIFIC-RIM")

    form = administrator.get(at("organization", "lab")).context["edit"]

    assert [code for code, _name in form.fields["area"].choices][-1] == "PACIFIC-RIM"
    assert {"MEX", "USA", "CAN", "CALI-BAJA"} < {code for code, _name in form.fields["area"].choices}
    assert form["area"].value() == "PACIFIC-RIM"


def test_switching_off_ends_the_rights_of_its_people_with_the_next_request(administrator, people):
    """R18."""
    editor = client_of(people.editor)
    assert administrator.post(
        at("switch-organization", "mills"), {"off": "1", "reason": "Left the Project."}
    ).url == at("organization", "mills")

    people.mills.refresh_from_db()
    assert not people.mills.is_active
    assert not rights.may_somewhere(people.editor, "edit", "sub_goal")
    assert editor.get(at("trail"), {"chain": "mills"}).status_code == 404
    assert TrailEntry.objects.get(chain="mills", after={"is_active": False}).reason == "Left the Project."
    administrator.post(at("switch-organization", "mills"), {"on": "1", "reason": "Back."})
    people.mills.refresh_from_db()
    assert people.mills.is_active


@pytest.mark.parametrize("name", ["organizations", "people", "merge"])
def test_stewards_and_others_find_no_page_of_administrators(people, name):
    for someone in (people.steward, people.owner, people.stranger):
        assert client_of(someone).get(at(name)).status_code == 404


def test_the_lists_are_searched(administrator, people):
    shown = administrator.get(at("organizations"), {"search": "sonora", "type": "sme", "state": "active"})
    assert [row.code for row in shown.context["pager"]] == ["mills"]
    found = administrator.get(at("people"), {"search": "second people.example"})
    assert [row.email for row in found.context["pager"]] == ["second@people.example"]


def test_an_administrator_takes_away_everything_of_an_organization(administrator, people):
    """Drafts included, as its people do themselves; also of one that is switched off."""
    make_draft(people, title="Begun")
    Organization.objects.filter(code="mills").update(is_active=False)

    answer = administrator.get(at("everything", "mills"))

    assert answer["Content-Disposition"] == 'attachment; filename="mills.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as whole:
        assert "Begun" in whole.read("sub_goals.csv").decode()
    assert f'href="{at("everything", "mills")}"' in administrator.get(at("organization", "mills")).text


def test_an_administrator_invites_somebody_as_owner_and_takes_it_back(
    administrator, people, mailoutbox, django_capture_on_commit_callbacks
):
    page = administrator.get(at("organization", "mills"))
    assert '<option value="owner" selected>' in page.text

    with django_capture_on_commit_callbacks(execute=True):
        sent = administrator.post(at("invite", "mills"), {"email": "lee@people.example", "role": "owner"})

    assert sent.url == at("organization", "mills")
    [made] = Invitation.objects.filter(organization=people.mills)
    assert (made.role, made.made_by) == ("owner", people.administrator)
    assert mailoutbox[-1].to == ["lee@people.example"]
    assert "lee@people.example" in administrator.get(at("organization", "mills")).text
    administrator.post(at("withdraw-invitation", "mills", made.pk))
    made.refresh_from_db()
    assert made.state == "withdrawn"
    actions = TrailEntry.objects.filter(subject=f"invitation:{made.pk}").order_by("number")
    assert [(one.action, one.actor) for one in actions] == [
        ("create", people.administrator), ("withdraw", people.administrator),
    ]  # fmt: skip


def test_an_invitation_with_a_fault_is_refused_at_its_field(administrator, people):
    answer = administrator.post(at("invite", "mills"), {"email": "lee", "role": "owner"})

    assert answer.status_code == 400
    assert 'href="#invite_email"' in answer.text
    assert not Invitation.objects.exists()


def test_nobody_is_invited_to_what_is_switched_off(administrator, people):
    Organization.objects.filter(code="mills").update(is_active=False)

    sent = {"email": "lee@people.example", "role": "owner"}

    assert administrator.post(at("invite", "mills"), sent).status_code == 404
    assert at("invite", "mills") not in administrator.get(at("organization", "mills")).text


def test_an_invitation_of_another_organization_is_not_found_under_this_one(administrator, people):
    other = inviting.invite(people.lab, "lee@people.example", "viewer", people.administrator)

    assert administrator.post(at("withdraw-invitation", "mills", other.pk)).status_code == 404
    other.refresh_from_db()
    assert other.state == "open"


# --- People -------------------------------------------------------------------------------------
def test_naming_a_steward_asks_who_is_there_once_more(people):
    """R22: five minutes after the password was given it is asked for again; the form then goes on."""
    client = client_of(people.administrator)

    answer = client.post(
        at("person", people.stranger.pk), {"role": "steward", "seen": "", "reason": "Reviews goal 3."}
    )

    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=people.stranger.pk).project_role == ""


def test_a_role_for_the_project_is_given_and_taken_with_a_reason(administrator, people):
    page = at("person", people.stranger.pk)
    administrator.post(page, {"role": "administrator", "seen": "", "reason": "Runs the site."})
    given = User.objects.get(pk=people.stranger.pk)
    administrator.post(page, {"role": "", "seen": "administrator", "reason": "Left."})
    taken = User.objects.get(pk=people.stranger.pk)

    assert (given.project_role, given.is_staff) == ("administrator", True)
    assert (taken.project_role, taken.is_staff) == ("", False)
    entries = TrailEntry.objects.filter(action="change_project_role").order_by("number")
    assert [entry.reason for entry in entries] == ["Runs the site.", "Left."]


def test_the_last_administrator_stays(administrator, people):
    User.objects.exclude(pk=people.administrator.pk).filter(is_superuser=True).update(is_active=False)
    page = at("person", people.administrator.pk)

    for sent in (
        {"role": "steward", "seen": "administrator", "reason": "Enough."},
        {"switch_off": "1", "role": "administrator", "seen": "administrator", "reason": "x"},
    ):
        answer = administrator.post(page, sent)
        assert answer.status_code == 409
        assert "keeps at least one administrator" in answer.text


def test_a_person_is_switched_off_and_on(administrator, people):
    page = at("person", people.owner.pk)
    administrator.post(page, {"switch_off": "1", "role": "", "seen": "", "reason": "Lost the key."})
    assert not User.objects.get(pk=people.owner.pk).is_active
    administrator.post(page, {"switch_on": "1", "role": "", "seen": "", "reason": "Found it."})
    assert User.objects.get(pk=people.owner.pk).is_active


def test_a_role_another_administrator_gave_meanwhile_is_not_overwritten(administrator, people):
    """R10"""
    page = at("person", people.stranger.pk)
    seen = {"role": "", "seen": "", "reason": "x"}
    administrator.post(page, {"role": "steward", "seen": "", "reason": "Reviews goal 3."})

    answer = administrator.post(page, {"role": "administrator", "seen": "", "reason": "Runs the site."})

    assert answer.status_code == 409
    assert "Somebody else has changed this in the meantime. The role now: Steward." in answer.text
    assert User.objects.get(pk=people.stranger.pk).project_role == "steward"
    administrator.post(page, {**seen, "switch_off": "1"})
    assert "Switched off already." in administrator.post(page, {**seen, "switch_off": "1"}).text


def test_an_administrator_changes_and_ends_a_membership_by_the_rules(administrator, people):
    held = people.viewer.memberships.get()
    page = administrator.get(at("organization", "mills")).text
    changing = reverse("workspace:member", args=["mills", held.pk])
    assert changing in page

    administrator.post(changing, {"role": "editor", "seen": "viewer"})
    assert people.viewer.memberships.get().role == "editor"
    answer = administrator.post(reverse("workspace:remove-member", args=["mills", held.pk]), {"reason": ""})
    assert answer.url == at("organization", "mills")
    assert not people.viewer.memberships.exists()
    last = reverse("workspace:remove-member", args=["mills", people.owner.memberships.get().pk])
    assert "keeps at least one owner" in administrator.post(last, {"reason": ""}).text


def test_an_administrator_invites_to_the_project_and_withdraws_it(administrator, people):
    page, sent = at("people"), {"email": "lee@people.example", "role": "steward"}
    assert at("invite-person") in administrator.get(page).text

    assert administrator.post(at("invite-person"), sent).url == page
    made = Invitation.objects.get(organization=None)
    assert "lee@people.example" in administrator.get(page).text
    administrator.post(at("withdraw-person", made.pk))
    made.refresh_from_db()
    assert made.state == "withdrawn"
    again = administrator.post(at("invite-person"), {"email": people.steward.email, "role": "steward"})
    assert (again.status_code, "This person has this role already." in again.text) == (400, True)


# --- Weights ------------------------------------------------------------------------------------
def test_a_steward_weighs_a_root_with_a_reason(steward, people):
    row = make_published(people)
    sent = {"version": row.version, "weight": "2.5", "reason": "It covers most of the work."}

    assert steward.post(at("weight", row.pk), sent).url == at("weights")
    stale = steward.post(at("weight", row.pk), {**sent, "weight": "3"})

    assert Standing.objects.get(sub_goal=row).weight == Decimal("2.5")
    assert TrailEntry.objects.get(action="sub_goal.re_weigh").reason == "It covers most of the work."
    assert Step.objects.filter(cause=f"{row.node}:reweighed", kind="composition").exists()
    assert stale.status_code == 409
    assert steward.get(at("weights"), {"goal": "g3", "organization": "mills"}).context["pager"].object_list


def test_a_weight_without_a_reason_is_refused(steward, people):
    row = make_published(people)

    answer = steward.post(at("weight", row.pk), {"version": row.version, "weight": "2", "reason": ""})

    assert answer.status_code == 400
    assert SubGoal.objects.get(pk=row.pk).weight == 1


# --- The commitment gap -------------------------------------------------------------------------
def committing(people, **changed) -> SubGoal:
    """From 100 to 200 jobs, half of them claimed: 50 jobs, 0.00005 million."""
    fields = {
        "contributes_to": Indicator.objects.get(code=JOBS),
        "contribution_factor": Decimal("0.000001"),
        "attribution": Decimal("0.5"),
    }
    return make_published(people, **(fields | changed))


@pytest.fixture
def no_samples(db) -> None:
    SubGoal.objects.update(contributes_to=None)


def committed() -> dict[tuple[str, str], Decimal]:
    commitments.count()
    rows = Commitment.objects.filter(target__indicator__code=JOBS)
    return {(row.area, row.type): row.amount for row in rows}


def test_a_sub_goal_commits_its_whole_way_whatever_was_reported(people, no_samples):
    row = committing(people)
    sent = make_submitted_update(people, row, value=Decimal(120))
    updates.publish(sent, people.steward, sent.version)

    assert committed() == {("MEX", "sme"): Decimal("0.00005")}


def test_a_sub_goal_under_another_of_the_same_indicator_counts_once(people, no_samples):
    """Also where the one between them declares nothing."""
    top = committing(people)
    between = make_published(people, parent=top)
    committing(people, parent=between)

    assert committed() == {("MEX", "sme"): Decimal("0.00005")}
    assert Commitment.objects.get(target__indicator__code=JOBS).sub_goals == 1


def test_a_shared_effort_counts_once_with_its_shares(people, no_samples):
    """The lead's 50 jobs: three quarters to the mills, a quarter to the laboratory."""
    committing(people, shared_effort="rail", leads_shared_effort=True, shared_effort_share=Decimal("0.75"))
    other = SimpleNamespace(**{**vars(people), "mills": people.lab, "editor": people.other})
    committing(other, shared_effort="rail", shared_effort_share=Decimal("0.25"), target_value=Decimal(190))

    assert committed() == {
        ("MEX", "sme"): Decimal("0.0000375"),
        ("CAN", "academia"): Decimal("0.0000125"),
    }


def test_completed_counts_what_was_delivered_and_withdrawn_nothing(people, no_samples):
    """120 reached from 100, half of it claimed: 10 jobs."""
    done = committing(people)
    sent = make_submitted_update(people, done, value=Decimal(120))
    updates.publish(sent, people.steward, sent.version)
    sub_goals.complete(done, people.editor, done.version)
    gone = committing(people, title="Given up")
    sub_goals.withdraw(gone, "No money.", people.editor, gone.version)

    assert committed() == {("MEX", "sme"): Decimal("0.00001")}


def test_what_nobody_commits_any_more_is_gone_with_the_next_count(people, no_samples):
    row = committing(people)
    commitments.count()
    assert committed() == {("MEX", "sme"): Decimal("0.00005")}
    sub_goals.withdraw(row, "No money.", people.editor, row.version)

    assert committed() == {}


def test_the_page_and_the_file_say_the_same(steward, people, no_samples):
    committing(people)
    commitments.count()

    page = steward.get(at("gap"))
    file = steward.get(at("gap-file"))

    lines = list(csv.DictReader(io.StringIO(b"".join(file.streaming_content).decode())))
    row = next(one for one in lines if one["indicator"] == JOBS)
    assert (row["area"], row["type"], row["committed"]) == ("MEX", "sme", "0.00005")
    assert "50 people" in page.text
    gap = next(view.gap for view in page.context["declared"] if view.gap.target.indicator.code == JOBS)
    assert gap.missing == gap.need - Decimal("0.00005")


def test_the_gap_is_narrowed_and_odd_choices_choose_nothing(steward, people, no_samples):
    committing(people)
    commitments.count()

    assert not steward.get(at("gap"), {"type": "academia"}).context["declared"]
    assert steward.get(at("gap"), {"area": "ZZZ", "goal": "no", "type": "x"}).context["declared"]


def test_a_weight_is_written_in_a_text_field_as_other_numbers_are(steward, people):
    row = make_published(people)

    text = steward.get(at("weight", row.pk)).text

    assert 'inputmode="decimal"' in text and 'type="number"' not in text
    assert f"Goal {row.goal.number}: {row.goal.name}" in text


# --- The trail ----------------------------------------------------------------------------------
def test_owners_read_the_trail_of_their_organization_alone(people):
    """R16."""
    make_published(people)
    with_other = client_of(people.owner).get(at("trail"), {"chain": "lab"})

    assert with_other.context["chain"] == "mills"
    assert {entry.chain for entry in with_other.context["pager"]} == {"mills"}
    assert client_of(people.editor).get(at("trail")).status_code == 404
    assert client_of(people.steward).get(at("trail")).status_code == 404


def test_administrators_read_every_chain_and_one_subject(administrator, people):
    row = make_published(people)

    found = administrator.get(at("trail"), {"subject": f"sub_goal:{row.pk}"}).context["pager"]

    assert [entry.action for entry in found] == ["sub_goal.publish", "sub_goal.submit", "sub_goal.create"]
    assert "100" in administrator.get(at("trail"), {"chain": "mills"}).text


def test_a_chain_is_checked_on_the_page(administrator, people):
    make_published(people)

    whole = administrator.get(at("trail"), {"chain": "mills", "check": "1"})

    assert "are whole and unaltered" in whole.text
    assert whole.context["state"]["faults"] == list(trail.faults_of("mills")) == []


def test_an_entry_says_in_words_what_was_done_to_what_and_keeps_its_code_at_hand(administrator, people):
    row = make_published(people, title="Recycle more")

    text = administrator.get(at("trail"), {"chain": "mills"}).text

    assert "Sub-goal: published" in text and ">Recycle more</a>" in text
    assert f"sub_goal.publish · sub_goal:{row.pk}" in text
    assert '<th scope="row">State</th><td class="breaks" data-label="Before">Waiting for review</td>' in text
    assert '<th scope="row">Start</th><td class="breaks" data-label="Before">–</td>' in text


def test_every_step_has_its_word(administrator):
    steps = {*SUB_GOAL_STEPS, *UPDATE_STEPS}

    assert steps <= set(trail_words.ACTIONS)


def test_a_code_is_said_by_its_whole_where_its_last_part_says_too_little(administrator, people):
    with transaction.atomic():
        who = f"person:{people.owner.pk}"
        trail.record(people.owner, "password.change", who, chain=trail.PROJECT, before=None, after=None)

    assert "Person: password changed" in administrator.get(at("trail")).text


def test_what_the_trail_tells_of_has_its_name_and_leads_there(administrator, people):
    asked = joining.ask_to_join(
        organization_name="Sonora Ltd", type="sme", area="MEX", person_name="Eva", email="eva@m.example",
        language="es", website="",
    )  # fmt: skip
    inviting.invite(people.mills, "lee@people.example", "viewer", people.owner)

    project = administrator.get(at("trail"), {"chain": "project"}).text
    mills = administrator.get(at("trail"), {"chain": "mills"}).text
    own = client_of(people.owner).get(at("trail"), {"chain": "mills"}).text

    assert ">Sonora Ltd</a>" in project
    assert f'href="{at("join", asked.pk)}"' in project
    assert ">Mills of Sonora: Viewer</a>" in mills
    assert at("organization", "mills") not in own


def test_what_is_gone_keeps_its_code_and_what_has_no_word_its_own(administrator, people):
    with transaction.atomic():
        trail.record(
            None, "melt", "sub_goal:999999", chain="mills", before=None, after={"odd_field": [1, "a"]}
        )

    text = administrator.get(at("trail"), {"chain": "mills"}).text

    assert "Sub-goal: melt" in text and ">Sub-goal 999999</a>" in text
    assert 'data-label="After">[1, &quot;a&quot;]</td>' in text


def test_more_entries_cost_no_more_queries(administrator, people):
    def shown() -> int:
        clock.forget()
        with CaptureQueriesContext(connection) as captured:
            administrator.get(at("trail"), {"chain": "mills"})
        return len(captured)

    make_submitted_update(people, make_published(people, title="One"))
    administrator.get(at("trail"))
    few = shown()
    for title in ("Two", "Three", "Four"):
        make_submitted_update(people, make_published(people, title=title))

    assert shown() == few


def test_every_page_is_kept_by_nobody(administrator, steward, people):
    """R19."""
    for client, name in (
        (steward, "gap"),
        (steward, "weights"),
        (administrator, "people"),
        (administrator, "trail"),
    ):
        assert "no-store" in client.get(at(name))["Cache-Control"]


# --- Hostile input ------------------------------------------------------------------------------
ODD = [
    "\0",
    "\udfff",
    "9" * 5000,
    "1e999",
    "NaN",
    "1_000",
    "<script>",
    "=cmd()",
    "a" * 20_000,
    "%s{{x}}",
    "-1",
]
LISTS = {
    "queue": ("kind", "goal", "organization", "type", "page"),
    "gap": ("goal", "area", "type"),
    "weights": ("goal", "organization", "page"),
    "trail": ("chain", "subject", "way", "page", "check"),
    "organizations": ("search", "type", "state", "page"),
    "people": ("search", "role", "page"),
    "merge": ("source", "into"),
}


@pytest.mark.parametrize("name", LISTS)
def test_whatever_a_list_is_asked_it_answers_in_words(administrator, name):
    """R24."""
    for field in LISTS[name]:
        for value in ODD:
            query = f"{field}={quote(value, errors='surrogatepass')}"
            assert administrator.get(f"{at(name)}?{query}").status_code in (200, 400)


@pytest.mark.parametrize("value", ODD)
def test_whatever_is_sent_is_refused_or_kept_and_never_an_error_of_ours(administrator, people, asked, value):
    """R24: each field in turn is odd; a version nobody has seen keeps the rest from happening."""
    row = make_published(people)
    sent = make_submitted_update(people, row)
    forms = {
        reverse("workspace:review-update", args=[sent.pk]): {
            "decision": "send_back",
            "version": "99",
            "question": "q",
        },
        at("weight", row.pk): {"version": "99", "weight": "2", "reason": "r"},
        at("organization", "mills"): {
            "version": "99",
            "name": "N",
            "type": "sme",
            "area": "MEX",
            "website": "",
        },
        at("merge"): {"source": "mills", "into": "lab", "fingerprint": "x", "reason": "r"},
        at("join", asked.pk): {"reject": "1", "reason": ""},
    }
    for address, fields in forms.items():
        for field in fields:
            body = "&".join(
                f"{name}={quote(given, errors='surrogatepass')}"
                for name, given in {**fields, field: value}.items()
            )
            answer = administrator.post(address, body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code < 500


def test_a_number_longer_than_any_key_finds_nothing(administrator):
    assert administrator.get(f"{at('queue')}updates/{'9' * 40}/").status_code == 404
