"""Where addresses lead: languages, old and unknown ones, and what must stay unseen."""

import pytest

from goals.models import SubGoal


@pytest.mark.parametrize(
    ("headers", "cookie", "leads_to"),
    [
        ({}, None, "/en/"),
        ({"Accept-Language": "fr-CA,fr;q=0.9"}, None, "/fr/"),
        ({"Accept-Language": "de"}, None, "/en/"),
        ({"Accept-Language": "fr"}, "es", "/es/"),
        ({"Accept-Language": "fr"}, "xx", "/fr/"),
    ],
)
def test_the_root_sends_people_on_by_cookie_then_browser_then_to_english(
    client, db, headers, cookie, leads_to
):
    if cookie:
        client.cookies["django_language"] = cookie
    response = client.get("/", headers=headers)

    assert (response.status_code, response["Location"]) == (302, leads_to)
    assert {"Accept-Language", "Cookie"} <= {one.strip() for one in response["Vary"].split(",")}


@pytest.mark.parametrize(
    "path", ["/nonsense/", "/g3", "/de/", "/de/goals/", "/en/nonsense/", "/en/goals/g3/x/"]
)
def test_an_unknown_address_is_a_404_in_the_readers_language(client, db, path):
    response = client.get(path, headers={"Accept-Language": "es"})

    assert response.status_code == 404
    assert f'<html lang="{"en" if path.startswith("/en/") else "es"}">' in response.content.decode()


@pytest.mark.parametrize("name", ["goal", "indicator", "sub-goal", "organization"])
def test_an_unknown_code_is_a_404(page, name):
    assert page(name, "no-such-code").status_code == 404


def test_a_draft_looks_exactly_like_nothing(page):
    draft = SubGoal.objects.exclude(state__in=SubGoal.PUBLIC_STATES).first()
    assert draft, "the samples hold a draft"

    hidden, unknown = page("sub-goal", draft.code), page("sub-goal", "no-such-code")

    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content == unknown.content
    assert draft.title not in page("sub-goals").text


def test_the_page_of_an_unknown_address_does_not_repeat_it(client, db):
    text = client.get("/en/%3Cscript%3E/").content.decode()
    assert "script" not in text


def test_links_name_our_site_whatever_host_was_asked(client, db):
    text = client.get("/en/", headers={"Host": "localhost:4711"}).content.decode()
    assert "localhost:4711" not in text


@pytest.mark.parametrize("name", ["sub-goals", "indicators"])
@pytest.mark.parametrize(
    "query",
    [
        "?goal=g99&state=x&country=%00&type='",
        "?page=-1",
        "?page=nonsense",
        "?page=999999",
        "?goal=%F0%9F",
        "?status=<b>",
    ],
)
def test_nonsense_in_the_query_string_chooses_nothing(page, name, query):
    response = page(name, query=query)

    assert response.status_code == 200
    assert "<b>" not in response.text


def test_nonsense_in_a_goals_filter_chooses_nothing(page):
    response = page("goal", "g3", query="?country=ZZZ&state=%27%22")
    assert response.status_code == 200
    assert "Reducir la espera" in response.text


def test_a_filter_narrows_a_list_and_stays_chosen(page):
    text = page("sub-goals", query="?state=withdrawn").text

    assert "Hold twelve mobile job fairs" in text
    assert "Train 600 customs brokers" not in text
    assert '<option value="withdrawn" selected>' in text


def test_a_goals_sub_goals_are_filtered_by_country(page):
    text = page("goal", "g3", query="?country=CAN").text
    assert "Transférer 30" in text
    assert "Train 600 customs brokers" not in text


def test_indicators_are_filtered_by_the_word_of_their_status(page):
    text = page("indicators", query="?status=off_track").text
    assert "World rank in the Human Development Index" in text
    assert "Population" not in text


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_only_answer_to_reading(client, db, method):
    assert getattr(client, method)("/en/goals/").status_code == 405
