"""The whole story in one browser: an organization joins, reports, is asked, answers, and the number moves.

Four people, each with a browser of their own: the administrator, a steward, the owner of the organization and
the editor she invites. Everything is done on pages; only the mails and the public API are read beside them.
"""

import json
import re
import time
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from types import SimpleNamespace
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import expect

from goals import rollup
from goals.models import Goal
from public.middleware import EDITION_LOOKUP_SECONDS
from stakeholders.models import User
from tests.browser.watching import watched
from tests.loading import TODAY
from tests.workspace.conftest import PASSWORD, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OWNER, EDITOR = "eva@sonora.example", "tomas@sonora.example"
TITLE = "Open twelve lanes at the crossing"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
MEASURES = ("progress", "schedule", "combined")
NINE_DECIMALS = Decimal(1).scaleb(-9)


@pytest.fixture
def today(loaded) -> date:
    """The day of the clock, which the pages go by; the monitor is judged for it."""
    day = timezone.now().date()
    if day != TODAY:
        rollup.refresh(day, cause="test")
    return day


@pytest.fixture
def four(browser, today, live_server):
    """The tabs of four people; the administrator and the steward have accounts already."""
    caches["limits"].clear()
    person("ada@project.example", is_staff=True, is_superuser=True, project_role="administrator")
    person("sol@project.example", project_role="steward")
    names = ("administrator", "steward", "owner", "editor")
    contexts = [browser.new_context() for _name in names]
    yield SimpleNamespace(**{name: watched(one) for name, one in zip(names, contexts, strict=True)})
    for one in contexts:
        one.close()


def test_a_request_to_join_becomes_an_update_that_moves_the_overall_number(
    four, live_server, mailoutbox, today
):
    """R10-R20: the public overall number changes by exactly the difference the workspace announced."""
    site = live_server.url
    ask_to_join(four.owner, site)
    sign_in(four.administrator, site, "ada@project.example")
    approve_the_request(four.administrator, site)
    accept_in_spanish(four.owner, site, mailoutbox)
    invite_a_colleague(four.owner, site)
    accept_in_english(four.editor, site, mailoutbox)

    register_in_four_steps(four.editor, site, today)
    sign_in(four.steward, site, "sol@project.example")
    approve_in_french_with_a_weight(four.steward, site)

    write_an_update(four.editor, site, today)
    first = announced(four.editor)
    send(four.editor)
    send_back_with_a_question(four.steward, site)
    correct_the_value(four.editor, site)
    second = announced(four.editor)
    assert second != first
    send(four.editor)

    before = public_numbers(site)
    approve_the_update(four.steward, site, second)
    time.sleep(2 * EDITION_LOOKUP_SECONDS)  # kept public answers ask once a second what the newest edition is
    assert moved(before, public_numbers(site)) == second
    assert second["overall"]["progress"] > 0 and second["goal"]["combined"] > 0

    read_the_public_pages(four.owner, site)
    for command in ("check_sums", "check_trail"):
        call_command(command, stdout=StringIO())  # raises when it finds anything
    assert [tab.complaints for tab in vars(four).values()] == [[], [], [], []]


# --- Joining ------------------------------------------------------------------------------------
def ask_to_join(tab, site: str) -> None:
    """Anybody may, signed in nowhere; here on the Spanish page."""
    tab.goto(site + address("join:ask", language="es"))
    tab.fill("[name=organization_name]", "Puentes de Sonora")
    tab.select_option("[name=type]", "sme")
    tab.select_option("[name=area]", "MEX")
    tab.fill("[name=person_name]", "Eva Ríos")
    tab.fill("[name=email]", OWNER)
    tab.click("main .button-primary")
    tab.wait_for_url(site + address("join:thanks", language="es"))


def sign_in(tab, site: str, email: str) -> None:
    tab.goto(site + address("account_login"))
    tab.fill("[name=login]", email)
    tab.fill("[name=password]", PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url(re.compile("/en/my/$|/en/my/review/$"))


def approve_the_request(tab, site: str) -> None:
    open_in_queue(tab, site, "joins", "Puentes de Sonora")
    sees(tab, "Eva Ríos, eva@sonora.example")
    tab.get_by_role("button", name="Approve").click()
    sees(tab, "Approved and invited: Puentes de Sonora.")


def accept_in_spanish(tab, site: str, mails) -> None:
    """The mail speaks the language of the request, and so does the account."""
    tab.goto(site + invitation_to(OWNER, mails))
    assert "/es/" in tab.url
    create_account(tab, "Eva", "Ríos")
    tab.wait_for_url(site + address("workspace:dashboard", "puentes-de-sonora", language="es"))
    assert User.objects.get(email=OWNER).language == "es"


def invite_a_colleague(tab, site: str) -> None:
    tab.goto(site + address("workspace:people", "puentes-de-sonora"))
    tab.get_by_label("E-mail address").fill(EDITOR)
    tab.get_by_label("Role").select_option("editor")
    tab.get_by_role("button", name="Send invitation").click()  # the password was chosen a moment ago
    sees(tab, f"An invitation was sent to {EDITOR}.")


def accept_in_english(tab, site: str, mails) -> None:
    tab.goto(site + invitation_to(EDITOR, mails))
    create_account(tab, "Tomás", "Nuñez")
    sees(tab, "Register your first sub-goal")


def invitation_to(email: str, mails) -> str:
    """The path of the link that was mailed."""
    newest = [mail for mail in mails if mail.to == [email]][-1]
    found = re.search(rf"{re.escape(settings.SITE_URL)}(/\S+)", newest.body)
    assert found is not None
    return found[1]


def create_account(tab, first_name: str, last_name: str) -> None:
    tab.click("button[name=sign_up]")
    tab.fill("[name=first_name]", first_name)
    tab.fill("[name=last_name]", last_name)
    tab.fill("[name=password1]", PASSWORD)
    tab.click("main .button-primary")


# --- The sub-goal -------------------------------------------------------------------------------
def register_in_four_steps(tab, site: str, today: date) -> None:
    """From 0 to 12 lanes, begun 200 days ago, with 500 days to go."""
    goal = Goal.objects.get(number=3)
    tab.get_by_role("link", name="Register a sub-goal").click()
    tab.get_by_label("Which shared goal does it serve?").select_option(str(goal.pk))
    tab.get_by_label("Title").fill(TITLE)
    go_on(tab)
    tab.get_by_label("Unit, in your own words").fill("lanes")
    tab.get_by_label("Value at the start").fill("0")
    tab.get_by_label("Value to be reached").fill("12")
    go_on(tab)
    tab.get_by_label("Start", exact=True).fill(f"{today - timedelta(200):%Y-%m-%d}")
    tab.get_by_label("To be reached by").fill(f"{today + timedelta(500):%Y-%m-%d}")
    go_on(tab)
    tab.get_by_label("Name").fill("Tomás Nuñez")
    tab.get_by_role("button", name="Save and check").click()
    tab.get_by_role("button", name="Send for review").click()
    sees(tab, "Waiting for review")


def go_on(tab) -> None:
    tab.get_by_role("button", name="Save and go on").click()


def approve_in_french_with_a_weight(tab, site: str) -> None:
    open_in_queue(tab, site, "sub-goals", TITLE, language="fr")
    tab.fill("[name=weight]", "2.5")
    tab.click("button[value=approve]")
    sees(tab, "Publié")
    tab.goto(site + address("public:sub-goals"))
    sees(tab, TITLE)


# --- The update ---------------------------------------------------------------------------------
def write_an_update(tab, site: str, today: date) -> None:
    tab.goto(site + address("workspace:dashboard", "puentes-de-sonora"))
    tab.get_by_role("link", name=TITLE).first.click()
    tab.get_by_role("link", name="Write update").click()
    tab.get_by_label("Value", exact=True).fill("2")
    tab.get_by_label("Day the value describes").fill(f"{today - timedelta(1):%Y-%m-%d}")
    tab.get_by_label("What happened").fill("Two lanes are open.")
    file = {"name": "opening.pdf", "mimeType": "application/pdf", "buffer": PDF}
    tab.get_by_label("Files").set_input_files(file)
    tab.get_by_role("button", name="Preview").click()
    sees(tab, "What this would change")
    sees(tab, "opening.pdf")


def send(tab) -> None:
    tab.get_by_role("button", name="Send").click()
    sees(tab, "What happens next")


def send_back_with_a_question(tab, site: str) -> None:
    open_in_queue(tab, site, "updates", TITLE)
    tab.get_by_label("Question to the organization").fill("Does this count the lane that opens in spring?")
    tab.get_by_role("button", name="Send back").click()
    sees(tab, "Sent back")


def correct_the_value(tab, site: str) -> None:
    tab.goto(site + address("workspace:dashboard", "puentes-de-sonora"))
    sees(tab, "Does this count the lane that opens in spring?")
    tab.get_by_role("link", name="Answer").click()
    tab.get_by_label("Value", exact=True).fill("1")
    tab.get_by_label("What happened").fill("One lane is open; the second follows in spring.")
    tab.get_by_role("button", name="Preview").click()
    sees(tab, "What this would change")


def approve_the_update(tab, site: str, expected: dict) -> None:
    """The steward reads the same differences as the editor."""
    open_in_queue(tab, site, "updates", TITLE)
    sees(tab, "One lane is open; the second follows in spring.")
    read = {Decimal(one.get_attribute("value") or "") for one in tab.locator("main td data").all()}
    assert set(expected["overall"].values()) | set(expected["goal"].values()) <= read
    tab.get_by_label("Evidence").select_option("reviewed")
    tab.get_by_role("button", name="Publish").click()
    sees(tab, "Published")


# --- What is announced, and what comes of it ------------------------------------------------------
def announced(tab) -> dict[str, dict[str, Decimal]]:
    """The differences on the open preview, exactly, of the goal and of all goals together."""
    rows = {"goal": "Goal 3: ", "overall": "All goals together"}
    table = tab.locator("table.climb tbody tr")
    return {node: differences(table.filter(has_text=text)) for node, text in rows.items()}


def differences(row) -> dict[str, Decimal]:
    """Of the measures that move."""
    cells = zip(MEASURES, row.locator("td").all(), strict=True)
    exact = {name: cell.locator("data") for name, cell in cells}
    return {name: Decimal(one.get_attribute("value") or "") for name, one in exact.items() if one.count()}


def public_numbers(site: str) -> dict[str, dict[str, Decimal]]:
    """What the public API says of the goal and of all goals together."""
    return {node: numbers(site, name) for node, name in (("goal", "goal:g3"), ("overall", "overall"))}


def numbers(site: str, node: str) -> dict[str, Decimal]:
    """Those that there are, at the nine decimals they are announced with."""
    with urlopen(f"{site}/api/v1/progress/{node}/", timeout=10) as answer:
        outcome = json.load(answer)["outcome"]
    organizations = outcome["stakeholder_layer"]
    shares = (organizations["progress"], organizations["schedule"], outcome["combined"])
    known = {name: share for name, share in zip(MEASURES, shares, strict=True) if share is not None}
    return {name: Decimal(share).quantize(NINE_DECIMALS) for name, share in known.items()}


def moved(before: dict, after: dict) -> dict[str, dict[str, Decimal]]:
    """The differences of what is no longer what it was."""
    changes = {
        node: {name: after[node][name] - before[node][name] for name in before[node]} for node in before
    }
    return {node: {name: change for name, change in by.items() if change} for node, by in changes.items()}


def read_the_public_pages(tab, site: str) -> None:
    tab.goto(site + address("public:sub-goals"))
    tab.get_by_role("link", name=TITLE).click()
    sees(tab, "One lane is open; the second follows in spring.")
    assert "Two lanes are open." not in tab.inner_text("main")
    with tab.expect_download() as download:
        tab.get_by_role("link", name="opening.pdf").click()
    assert download.value.path().read_bytes() == PDF
    tab.goto(site + address("public:goal", "g3"))
    sees(tab, TITLE)


def sees(tab, text: str) -> None:
    """Waits for the page that a press led to."""
    expect(tab.locator("main")).to_contain_text(text)


def open_in_queue(tab, site: str, kind: str, name: str, language: str = "en") -> None:
    tab.goto(f"{site}{address('workspace:review-queue', language=language)}?kind={kind}")
    tab.get_by_role("link", name=name).click()


def address(name: str, *args: str, language: str = "en") -> str:
    with translation.override(language):
        return reverse(name, args=args)
