"""The pages of organizations in Chromium: sound wide and narrow, light and dark, and without scripts too."""

import re
from types import SimpleNamespace

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from goals.models import Goal, SubGoal
from stakeholders.models import Organization
from tests.browser.looking import WIDE, assert_sound, found_by_axe, in_turn, sideways
from tests.browser.watching import in_light
from tests.goals.lifecycle.conftest import (
    make_draft,
    make_people,
    make_published,
    make_published_update,
    make_submitted_update,
    make_update,
)
from tests.workspace.conftest import PASSWORD
from tests.workspace.places import url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def mills(loaded) -> SimpleNamespace:
    """An organization with something in every list."""
    people = make_people()
    people.owner.set_password(PASSWORD)
    people.owner.save()
    people.owner.emailaddress_set.create(email=people.owner.email, verified=True, primary=True)
    people.draft, people.published = make_draft(people), make_published(people, title="Running")
    people.public = make_published_update(people, people.published)
    people.begun = make_update(people, people.published, date="2026-03-01", value="120")
    people.sent = make_submitted_update(people, make_published(people, title="Sent"))
    return people


def sign_in(tab, site: str) -> None:
    tab.goto(site + reverse("account_login"))
    tab.fill("[name=login]", "owner@people.example")
    tab.fill("[name=password]", PASSWORD)
    tab.click("main button")


def addresses(mills: SimpleNamespace) -> list[str]:
    own = ("dashboard", "contribution", "people", "organization", "files", "tokens", "new-sub-goal", "leave")
    draft, published = mills.draft.code, mills.published.code
    return [
        *(url(name, "mills") for name in own),
        *(url("step", draft, number) for number in (1, 2, 3, 4)),
        url("check", draft),
        *(url(name, published) for name in ("sub-goal", "measure", "nest", "withdraw")),
        url("edit-update", mills.begun.pk),
        url("preview-update", mills.begun.pk),
        url("update", mills.sent.pk),
        url("update", mills.public.pk),
        url("correct-update", mills.public.pk),
        url("person"),
        reverse("join:ask"),
    ]


def test_the_pages_of_an_organization_are_sound(mills, live_server, tab):
    sign_in(tab, live_server.url)
    for address in in_turn(tab, lambda: addresses(mills)):
        tab.goto(live_server.url + address)
        assert tab.url == live_server.url + address
        assert_sound(tab)


def test_a_conflict_and_a_refusal_are_sound(mills, live_server, tab):
    """R10: both texts stand on the page, and what was typed in the field."""
    sign_in(tab, live_server.url)
    tab.set_viewport_size({"width": WIDE, "height": 800})
    tab.goto(live_server.url + url("step", mills.draft.code, 4))
    SubGoal.objects.filter(pk=mills.draft.pk).update(answers_name="Somebody else", version=2)
    tab.fill("[name=answers_name]", "Typed by me")
    tab.click("button[name=next]")

    expect(tab.locator("main")).to_contain_text("Somebody else")
    assert tab.input_value("[name=answers_name]") == "Typed by me"
    assert (sideways(tab), found_by_axe(tab)) == (0, [])
    tab.goto(live_server.url + url("step", mills.draft.code, 2))
    tab.fill("[name=target_value]", "many")
    tab.click("button[name=next]")
    expect(tab).to_have_title(re.compile("^Error:"))
    assert (sideways(tab), found_by_axe(tab)) == (0, [])


@in_light
def test_typing_saves_itself_and_the_draft_is_there_after_signing_in_again(mills, live_server, tab):
    sign_in(tab, live_server.url)
    tab.goto(live_server.url + url("edit-update", mills.begun.pk))
    tab.fill("[name=note]", "Saved while typing.")
    tab.get_by_text("Draft saved").wait_for()
    tab.context.clear_cookies()
    tab.fill("[name=note]", "Typed after the session ended.")
    tab.get_by_text("You were signed out").wait_for()
    mills.begun.refresh_from_db()
    assert mills.begun.note == "Saved while typing."

    sign_in(tab, live_server.url)
    tab.goto(live_server.url + url("edit-update", mills.begun.pk))

    assert tab.input_value("[name=note]") == "Typed after the session ended."


def test_a_sub_goal_and_an_update_are_sent_without_scripts(mills, live_server, browser):
    tab = browser.new_context(java_script_enabled=False).new_page()
    sign_in(tab, live_server.url)
    tab.goto(live_server.url + url("new-sub-goal", "mills"))
    tab.select_option("[name=goal]", str(Goal.objects.get(number=3).pk))
    tab.fill("[name=title]", "By rail")
    tab.click("button[name=next]")
    tab.fill("[name=unit]", "tons")
    tab.fill("[name=baseline_value]", "0")
    tab.fill("[name=target_value]", "1,500")
    tab.click("button[name=next]")
    tab.fill("[name=start_date]", "2026-01-01")
    tab.fill("[name=target_date]", "2028-01-01")
    tab.click("button[name=next]")
    tab.click("button[name=next]")
    tab.click("text=Send for review")

    assert "Waiting for review" in tab.inner_text("main")
    assert SubGoal.objects.get(title="By rail").organization == Organization.objects.get(code="mills")
    tab.context.close()
