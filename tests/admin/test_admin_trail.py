"""R11: whatever is changed in Django's admin stands in the trail, in the same transaction."""

from html.parser import HTMLParser

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from goals.models import Assumption, Goal, Target, TargetVersion
from indicators.models import Feed, Run
from stakeholders import trail
from stakeholders.admin_trail import TracedAdmin
from stakeholders.models import TrailEntry, User
from tests.signing_in import signed_in

PAGES = sorted(django_admin.site._registry.items(), key=lambda item: item[0]._meta.label)


def writable(page: django_admin.ModelAdmin, request) -> set[str]:
    """What an administrator with all rights may do on a page of the admin."""
    allowed = page.get_model_perms(request)
    return {action for action in ("add", "change", "delete") if allowed[action]}


@pytest.fixture
def request_of(administrator):
    request = RequestFactory().get("/admin/")
    request.user = administrator
    return request


# --- Every page ---------------------------------------------------------------------------------
@pytest.mark.parametrize("page", [page for _model, page in PAGES], ids=lambda page: page.opts.label)
def test_every_page_that_writes_records(page, request_of):
    assert not writable(page, request_of) or isinstance(page, TracedAdmin)


def test_many_rows_deleted_at_once_are_recorded_too(request_of):
    """No page deletes past the way that records."""
    for _model, page in PAGES:
        if "delete" in writable(page, request_of):
            assert type(page).delete_queryset is TracedAdmin.delete_queryset


class Fields(HTMLParser):
    """The fields of a form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.select = self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "file", "search"):
            if kind not in ("checkbox", "radio") or "checked" in given:
                self.add(name, given.get("value") or ("on" if kind == "checkbox" else ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            self.add(self.select, given.get("value") or "")
        elif tag == "textarea":
            self.text = name
            self.add(name, "")

    def handle_endtag(self, tag) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.text = ""

    def handle_data(self, data) -> None:
        if self.text:
            self.sent[self.text][-1] += data

    def add(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


def form_of(client: Client, row: Model) -> tuple[str, dict]:
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    fields = Fields()
    fields.feed(client.get(address).text)
    # A textarea begins with a line end that belongs to the markup.
    sent = {
        name: [value.removeprefix("\r\n").removeprefix("\n") for value in values]
        for name, values in fields.sent.items()
    }
    return address, {
        name: values for name, values in sent.items() if name not in ("q", "csrfmiddlewaretoken")
    }


CHANGES = {
    "indicators.Indicator": ("name_en", "A new name"),
    "indicators.Series": ("source_unit", "tons"),
    "indicators.Document": ("publisher", "Another publisher"),
    "indicators.Source": ("name_en", "Another name"),
    "indicators.Feed": ("interval", "2 00:00:00"),
    "goals.Goal": ("name_en", "Another goal"),
    "goals.Target": ("position", "7"),
    "auth.Group": ("name", "readers"),
    "stakeholders.Organization": ("name", "Another name"),
    "stakeholders.User": ("language", "fr"),
}
"""A change an administrator could make on each page that changes rows."""


def test_every_page_that_changes_is_named_here(request_of):
    changing = {page.opts.label for _model, page in PAGES if "change" in writable(page, request_of)}

    assert changing == set(CHANGES)


@pytest.mark.parametrize("label", sorted(CHANGES))
def test_a_change_stands_in_the_trail_with_before_and_after(admin, administrator, label):
    Group.objects.create(name="stewards")
    page = next(page for _model, page in PAGES if page.opts.label == label)
    row = next(one for one in page.model._base_manager.order_by("-pk") if one != administrator)
    address, sent = form_of(admin, row)
    field, value = CHANGES[label]
    if field not in sent:
        field = field.removesuffix("_en")
    assert field in sent
    last = newest()

    answer = admin.post(address, {**sent, field: value})

    assert answer.status_code == 302, answer.text
    entry = TrailEntry.objects.filter(actor=administrator, pk__gt=last).get()
    assert entry.action == "edit"
    assert entry.subject.endswith(f":{row.pk}")
    assert entry.way == "page"
    assert value in str(entry.after) or field in entry.after
    assert set(entry.before) == set(entry.after) - {"also_changed"}


def newest() -> int:
    return TrailEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


@pytest.mark.django_db(transaction=True)
def test_without_its_entry_the_change_is_not_made(loaded, monkeypatch):
    """The entry fails, so the new name is undone with it."""
    administrator = User.objects.create_superuser("first@project.example", "a long enough pass phrase")
    client = signed_in(administrator)
    goal = Goal.objects.get(number=1)
    address, sent = form_of(client, goal)
    monkeypatch.setattr(trail, "record_all", broken)
    client.raise_request_exception = False

    client.post(address, {**sent, "name_en": "Another goal"})

    assert Goal.objects.get(number=1).name_en == goal.name_en


def broken(*args, **kwargs):
    raise RuntimeError("The trail cannot be written.")


# --- Beside the plain change --------------------------------------------------------------------
def test_a_row_edited_beside_its_parent_is_recorded(admin, administrator):
    assumption = Assumption.objects.select_related("target").first()
    address, sent = form_of(admin, assumption.target)
    field = next(name for name in sent if name.endswith("text_en") and sent[name][0] == assumption.text_en)

    answer = admin.post(address, {**sent, field: "Another assumption."})

    assert answer.status_code == 302, answer.text
    entry = TrailEntry.objects.get(subject=f"assumption:{assumption.pk}")
    assert (entry.before["text_en"], entry.after["text_en"]) == (assumption.text_en, "Another assumption.")


def test_a_row_deleted_beside_its_parent_is_recorded_by_its_number(admin, administrator):
    assumption = Assumption.objects.select_related("target").first()
    address, sent = form_of(admin, assumption.target)
    field = next(name for name in sent if name.endswith("text_en") and sent[name][0] == assumption.text_en)

    answer = admin.post(address, {**sent, field.replace("text_en", "DELETE"): "on"})

    assert answer.status_code == 302, answer.text
    entry = TrailEntry.objects.get(subject=f"assumption:{assumption.pk}", action="delete")
    assert entry.before["text_en"] == assumption.text_en


def test_what_a_page_hides_does_not_reach_the_trail(admin, administrator):
    """The secret of a second step stays out when an administrator takes the step away."""
    other = User.objects.create_user("lost@people.example")
    step = Authenticator.objects.create(user=other, type="totp", data={"secret": "hush"})
    page = django_admin.site.get_model_admin(Authenticator)

    kept = page.snapshot(step)

    assert "data" not in kept
    assert "hush" not in str(kept)
    address = reverse("admin:mfa_authenticator_delete", args=[step.pk])
    assert admin.post(address, {"post": "yes"}).status_code == 302
    assert (
        TrailEntry.objects.get(action="delete", subject=f"authenticator:{step.pk}").before["user"] == other.pk
    )


def test_many_rows_deleted_at_once_leave_an_entry_each(admin, administrator):
    chosen = [Group.objects.create(name=f"group {number}").pk for number in range(3)]

    answer = admin.post(
        reverse("admin:auth_group_changelist"),
        {"action": "delete_selected", "_selected_action": chosen, "post": "yes"},
    )

    assert answer.status_code == 302
    assert TrailEntry.objects.filter(subject__startswith="group:", action="delete").count() == 3


def test_a_new_version_of_a_target_is_recorded(admin, administrator):
    target = Target.objects.filter(versions__kind="reach_level").first()
    address = reverse("admin:goals_targetversion_add") + f"?target={target.pk}"
    fields = Fields()
    fields.feed(admin.get(address).text)

    answer = admin.post(address, {**fields.sent, "reason": "The communiqué was corrected.", "weight": "2"})

    assert answer.status_code == 302, answer.text
    newest_version = TargetVersion.objects.filter(target=target).order_by("-number").first()
    entry = TrailEntry.objects.get(subject=f"target_version:{newest_version.pk}")
    assert (entry.action, entry.before, entry.actor) == ("create", None, administrator)
    assert entry.after["weight"] == "2"


def test_a_decision_on_a_held_batch_is_recorded_with_its_reason(admin, administrator, held):
    admin.post(
        reverse("admin:indicators_heldbatch_decide", args=[held.pk]),
        {"decision": "reject", "reason": "Doubled by mistake."},
    )

    entry = TrailEntry.objects.get(subject=f"held_batch:{held.pk}")
    assert (entry.actor, entry.reason) == (administrator, "Doubled by mistake.")
    assert (entry.before, entry.after) == ({"decision": "waiting"}, {"decision": "rejected"})


def test_a_run_somebody_handed_a_file_in_for_is_recorded_when_it_ends(administrator):
    feed = Feed.objects.first()
    run = Run.objects.create(feed=feed, trigger="upload", started_by=administrator)
    assert not TrailEntry.objects.filter(subject=f"feed:{feed.pk}").exists()

    run.verdict, run.ended_at = Run.Verdict.PUBLISHED, run.started_at
    run.save()

    entry = TrailEntry.objects.get(subject=f"feed:{feed.pk}")
    assert (entry.actor, entry.after["verdict"], entry.after["run"]) == (administrator, "published", run.pk)
