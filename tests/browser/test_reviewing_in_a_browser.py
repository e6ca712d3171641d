"""Pages of stewards and administrators in Chromium: in three languages, light and dark, wide and narrow."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse

from goals.lifecycle import updates
from goals.models import Standing, SubGoal, Update
from stakeholders import joining
from stakeholders.models import JoinRequest, Membership, Organization, User
from tests.browser.looking import NARROW, NARROWEST, TABLES, WIDE, assert_sound, in_turn, sideways
from tests.browser.watching import in_light
from tests.goals.lifecycle.conftest import make_people, make_published, make_submitted, make_submitted_update
from tests.signing_in import signed_in

CUT = """() => Math.max(0, ...Array.from(document.querySelectorAll(".table-scroll"),
  box => box.scrollWidth - box.clientWidth))"""
"""By how many pixels a table is wider than its place."""

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def waiting(loaded) -> Update:
    """An update, a sub-goal and a request that wait, and somebody who may do everything."""
    people = make_people()
    sub_goal = make_published(people)
    make_submitted(people, title="Shred <b>twice</b> as much")
    joining.ask_to_join(
        organization_name="Sonora Mills", type="sme", area="MEX", person_name="Eva", email="e@m.example",
        language="es",
    )  # fmt: skip
    User.objects.create_superuser("first@project.example", "a long enough pass phrase", first_name="Ada")
    return make_submitted_update(people, sub_goal)


@pytest.fixture
def steward_tab(tab, waiting):
    """The tab with the session of the administrator in it, as after signing in."""
    session = signed_in(User.objects.get(email="first@project.example")).cookies[settings.SESSION_COOKIE_NAME]

    def open_at(live_server) -> None:
        tab.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session.value, "url": live_server.url}]
        )

    tab.sign_in_at = open_at
    return tab


def addresses(update: Update) -> list[str]:
    def at(name: str, *args) -> str:
        return reverse(f"workspace:review-{name}", args=args)

    kinds = ("updates", "sub-goals", "held", "joins", "overdue", "sources", "translations")
    sub_goal = SubGoal.objects.get(state="submitted")
    request = JoinRequest.objects.get()
    return [
        *(f"{at('queue')}?kind={kind}" for kind in kinds),
        at("update", update.pk),
        at("sub-goal", sub_goal.pk),
        at("join", request.pk),
        at("gap"),
        at("weights"),
        at("weight", update.sub_goal_id),
        f"{at('trail')}?chain=mills&check=1",
        at("organizations"),
        at("organization", "mills"),
        f"{at('merge')}?source=mills&into=lab",
        at("people"),
        at("person", User.objects.get(email="editor@people.example").pk),
    ]


def test_every_page_of_stewards_is_sound(steward_tab, live_server, waiting):
    steward_tab.sign_in_at(live_server)
    for address in in_turn(steward_tab, lambda: addresses(waiting)):
        steward_tab.goto(live_server.url + address)
        assert_sound(steward_tab)


@in_light
def test_one_long_word_widens_no_page_and_pushes_no_column_out_of_sight(steward_tab, live_server, waiting):
    word = "Internacionalizacion" * 7
    SubGoal.objects.update(title=word)
    Organization.objects.update(name=word)
    JoinRequest.objects.update(organization_name=word, person_name=word)
    User.objects.update(first_name=word)
    Membership.objects.create(user=User.objects.get(email="first@project.example"), role="owner",
        organization=Organization.objects.get(code="mills"))  # fmt: skip
    steward_tab.sign_in_at(live_server)
    own = [reverse(f"workspace:{name}", args=["mills"]) for name in ("dashboard", "people", "contribution")]
    for address in (*addresses(waiting), *own):
        steward_tab.goto(live_server.url + address)
        for width in (NARROWEST, NARROW, 800, TABLES, WIDE):
            steward_tab.set_viewport_size({"width": width, "height": 740})
            assert (address, width, sideways(steward_tab), steward_tab.evaluate(CUT)) == (
                address,
                width,
                0,
                0,
            )


def test_an_update_is_sent_back_sent_again_and_published_without_scripts(browser, live_server, waiting):
    """The overall number of organizations moves by the announced difference."""
    session = signed_in(User.objects.get(email="first@project.example")).cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.value, "url": live_server.url}]
    )
    tab = context.new_page()
    tab.goto(live_server.url + reverse("workspace:review-queue"))
    tab.click(f"text={waiting.sub_goal.title}")
    tab.fill("#send_back_question", "Which scale was used?")
    tab.click("button[value=send_back]")
    waiting.refresh_from_db()
    assert waiting.state == "sent_back"
    editor = waiting.author
    updates.save_draft(waiting, {"note": "The calibrated one."}, editor, waiting.version)
    updates.submit(waiting, editor, waiting.version)

    tab.goto(live_server.url + reverse("workspace:review-update", args=[waiting.pk]))
    row = tab.locator("tr", has_text=f"in goal {waiting.sub_goal.goal.number}").filter(has_text="Of the way")
    announced = Decimal(row.locator("data").get_attribute("value"))
    node = Standing.objects.get(node="organization:g3:mills")
    before = node.progress
    tab.click("button[value=approve]")

    node.refresh_from_db()
    assert node.progress - before == announced > 0
    context.close()
