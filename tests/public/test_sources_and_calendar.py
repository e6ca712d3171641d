"""The page of sources and the calendar of expected releases, as a page and as a file."""

import re

import pytest
from django.conf import settings

from goals.models import Result
from indicators import edition
from indicators.models import Edition, Feed, Indicator, Series, Source
from public import calendar_pages, source_pages
from public.calendar_pages import expected_releases
from public.middleware import clock


@pytest.fixture
def section(page):
    """The part of the page of sources that is about one of them."""

    def found(code: str, language: str = "en") -> str:
        text = page("sources", language=language).text
        return text.split(f'<section aria-labelledby="{code}">')[1].split("</section>")[0]

    return found


@pytest.fixture
def file(client, db):
    def opened(language: str) -> str:
        return client.get(f"/calendar/{language}.ics").content.decode()

    return opened


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


# --- Sources ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "path", "said"),
    [
        ("en", "/en/sources/", "Last read without an error"),
        ("es", "/es/fuentes/", "Última lectura sin error"),
        ("fr", "/fr/sources/", "Dernière lecture sans erreur"),
    ],
)
def test_the_sources_stand_at_their_address_in_each_language(client, db, language, path, said):
    text = client.get(path).content.decode()

    assert said in text
    assert all(f'<h2 id="{code}">' in text for code in Source.objects.values_list("code", flat=True))


def test_a_source_says_its_terms_its_state_and_its_indicators(section):
    text = section("undp")

    assert "CC BY 3.0 IGO" in text
    assert "Human Development Report Office" in text
    assert "Not active: nothing is read from here at present." in text
    assert "Not yet" in text
    assert '<a href="/en/indicators/hdi-rank/">' in text


def test_a_source_that_is_read_says_when(section):
    feed = Feed.objects.get(code="published-figures")
    text = section("published-figures")

    assert "<dd>Active</dd>" in text
    assert f"{feed.last_success_at:%H:%M} UTC" in text


def test_a_source_followed_in_part_says_so(section):
    Feed.objects.filter(code="bts-truck-crossings").update(is_active=True)

    assert "Active: 1 of 3 data feeds." in section("bts")


def test_what_is_late_is_said_with_the_day_the_status_says(section, page):
    assert "Data overdue since August 31, 2026" in page("indicator", "hdi-rank").text
    assert re.search(
        r"World rank in the Human Development Index</a>: since August 31, 2026", section("published-figures")
    )


def test_outdated_data_is_late_as_well(section):
    assert re.search(r"Labor cases concluded[^<]*</a>: since December 31, 2025", section("published-figures"))


def test_a_source_without_values_is_not_blamed_for_those_of_another(section):
    assert "<dt>Late</dt><dd>No values yet</dd>" in section("undp")


def test_the_calculated_source_is_told_apart(section):
    text = section("calculated")

    assert '<span class="origin">Calculated</span>' in text
    assert "they are calculated here from other series" in text
    assert "Last read" not in text


def test_an_indicator_without_a_page_is_named_but_not_linked(section):
    judged = Result.objects.current().filter(level="target").values("target__indicator")
    inputs = Indicator.objects.exclude(pk__in=judged).filter(series__isnull=False)
    for series in Series.objects.filter(indicator__in=inputs).select_related("source", "indicator"):
        text = section(series.source.code)
        assert series.indicator.name in text
        assert f"/indicators/{series.indicator.code}/" not in text


def test_more_sources_cost_no_more_queries(db, django_assert_num_queries):
    for number in range(5):
        source = Source.objects.create(code=f"more-{number}", name="More", licence="Free")
        Feed.objects.create(code=f"more-{number}", source=source)

    with django_assert_num_queries(4):
        source_pages.source_list()


def test_without_sources_the_page_says_so(page, monkeypatch):
    monkeypatch.setattr(source_pages, "source_list", lambda: {"agencies": [], "calculated": []})
    assert "No source is connected yet." in page("sources").text


def test_the_texts_of_a_source_are_never_markup(section, page):
    Source.objects.filter(code="undp").update(licence="<script>", name="<b>UNDP</b>")
    text = page("sources").text
    assert "<script>" not in text
    assert "<b>" not in text


# --- The calendar as a page ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "path", "said"),
    [
        ("en", "/en/calendar/", "These days are not announced by the agencies."),
        ("es", "/es/calendario/", "Los organismos no han anunciado estos días."),
        ("fr", "/fr/calendrier/", "Ces jours ne sont pas annoncés par les organismes."),
    ],
)
def test_the_calendar_says_that_its_days_are_only_expected(client, db, language, path, said):
    text = client.get(path).content.decode()

    assert said in text
    assert f'href="/calendar/{language}.ics"' in text


def test_days_that_went_by_are_told_apart_and_both_tables_are_in_order(page):
    coming, past = page("calendar").text.split("Expected earlier, not here yet")

    for part in (coming, past):
        days = re.findall(r'<time datetime="([\d-]+)">', part)
        assert days == sorted(days)
        assert days
    assert "Data overdue since" in past
    assert "Data overdue since" not in coming


def test_home_shows_the_next_three_of_the_days_to_come(page):
    coming = re.findall(r'<time datetime="([\d-]+)">', page("calendar").text.split("Expected earlier")[0])
    shown = page("home").text.split("Next data releases")[1].split("</section>")[0]

    assert re.findall(r'<time datetime="([\d-]+)">', shown) == coming[:3]
    assert 'href="/en/calendar/"' in shown


def test_an_indicator_is_expected_after_its_usual_lag(page):
    """HDI of 2024: the year ends on 31 December, 17 months later is 31 May 2026."""
    past = page("calendar").text.split("Expected earlier")[1]
    row = past.split("World rank in the Human Development Index")[1].split("</tr>")[0]

    assert '<time datetime="2026-05-31">May 31, 2026</time>' in row
    assert "Data overdue since August 31, 2026" in row


def test_countries_at_different_years_stand_apart_with_their_names(page):
    text = page("calendar").text
    rows = [row for row in text.split("<tr>") if "Jobs in the automotive industry" in row]

    assert len(rows) == 2
    assert "Canada" in "".join(row for row in rows if 'datetime="2025-12-31"' in row)
    assert "Mexico, United States" in "".join(row for row in rows if 'datetime="2026-12-31"' in row)


def test_an_indicator_without_data_is_not_expected(page):
    assert "/indicators/social-progress/" not in page("calendar").text


def test_without_data_the_calendar_says_so(page):
    Result.objects.filter(level="target").update(is_current=False)
    text = page("calendar").text

    assert "Days appear here as soon as an indicator has data." in text
    assert "No value is missing" in text
    assert "Calculated for" not in text


def test_the_calendar_costs_one_query(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        calendar_pages.calendar_page()


def test_the_data_page_and_an_indicator_lead_to_both(page):
    for text in (page("data", language="es").text, page("indicator", "hdi", "es").text):
        assert 'href="/es/fuentes/"' in text
        assert 'href="/es/calendario/"' in text


# --- The calendar as a file ---------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_the_file_holds_one_event_for_each_expected_release(file, language):
    lines = unfolded(file(language))
    uids = [line for line in lines if line.startswith("UID:")]

    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(expected_releases()) > 40
    assert len(set(uids)) == len(uids)
    assert f"URL:{settings.SITE_URL}" in "".join(line for line in lines if "hdi-rank" in line)


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_the_file_keeps_to_line_ends_and_lengths(file, language):
    text = file(language)

    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_the_file_speaks_its_language_whoever_asks(client, db):
    response = client.get("/calendar/fr.ics", headers={"Accept-Language": "es"})

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    lines = unfolded(response.content.decode())
    assert any(line.startswith("SUMMARY:Donnée attendue") for line in lines)
    assert any("/fr/indicateurs/" in line for line in lines)


def test_an_event_keeps_its_identity_in_every_language_and_edition(file):
    def uids(language):
        return [line for line in unfolded(file(language)) if line.startswith("UID:")]

    first = sorted(uids("en"))
    edition.advance()
    clock.forget()

    assert sorted(uids("en")) == sorted(uids("es")) == first
    assert any(uid.startswith("UID:hdi-rank-2024@") for uid in first)


def test_events_carry_the_time_of_the_edition(file):
    published = Edition.objects.get().published_at
    stamps = {line for line in unfolded(file("en")) if line.startswith("DTSTAMP:")}
    assert stamps == {f"DTSTAMP:{published:%Y%m%dT%H%M%SZ}"}


@pytest.mark.parametrize("language", ["de", "EN", "en-us"])
def test_no_other_language_has_a_file(client, db, language):
    assert client.get(f"/calendar/{language}.ics").status_code == 404
