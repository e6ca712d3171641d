"""Formulas are checked when an indicator is saved; a feed is refreshed by a button that only queues."""

import pytest
from django.forms.models import model_to_dict
from kombu.exceptions import OperationalError

from indicators import admin_base, edition, queueing
from indicators.models import Feed, Indicator, Source

SERIES_INLINE = {"series-TOTAL_FORMS": "0", "series-INITIAL_FORMS": "0"}


@pytest.fixture
def loop(db) -> tuple[Indicator, Indicator]:
    """`loop-b` rests on `loop-a`, which rests on what a source gives."""
    common = {"unit": "percent", "origin": Indicator.Origin.DERIVED}
    a = Indicator.objects.create(code="loop-a", name_en="A", formula="NAM = 2 * {population:NAM}", **common)
    b = Indicator.objects.create(code="loop-b", name_en="B", formula="NAM = 2 * {loop-a:NAM}", **common)
    return a, b


def save(admin, indicator: Indicator, **changed):
    fields = {name: value for name, value in model_to_dict(indicator).items() if value is not None}
    page = f"/admin/indicators/indicator/{indicator.pk}/change/"
    return admin.post(page, fields | SERIES_INLINE | changed)


def test_a_circle_of_formulas_is_refused_by_name(admin, loop):
    a, _b = loop

    response = save(admin, a, formula="NAM = 2 * {loop-b:NAM}")

    assert "The formulas run in a circle: loop-a → loop-b → loop-a." in str(response.context["errors"])
    a.refresh_from_db()
    assert "loop-b" not in a.formula


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("", "A formula reads SUBJECT = expression."),
        ("NAM = ", "cannot be read"),
        ("NAM = __import__('os')", "is not allowed in a formula"),
        ("NAM = {no-such-thing:NAM}", "There is no indicator “no-such-thing”."),
        ("NAM = {loop-a:NAM}", "The formulas run in a circle: loop-a → loop-a."),
        ("NAM = " + "(" * 250, "cannot be read"),
    ],
)
def test_a_formula_that_cannot_stand_is_refused_in_a_sentence(admin, loop, formula, sentence):
    response = save(admin, loop[0], formula=formula)

    assert sentence in str(response.context["errors"].data)


def test_a_good_formula_is_saved_and_moves_the_edition_on(admin, loop):
    before = edition.current_number()

    assert save(admin, loop[0], formula="NAM = 3 * {population:NAM}").status_code == 302

    loop[0].refresh_from_db()
    assert loop[0].formula == "NAM = 3 * {population:NAM}"
    assert edition.current_number() == before + 1


def test_a_sourced_indicator_has_no_formula(admin):
    sourced = Indicator.objects.get(code="population")

    response = save(admin, sourced, formula="NAM = 1")

    assert "Only a calculated indicator has a formula." in str(response.context["errors"])


def asked_feed() -> Feed:
    return Feed.objects.get(code="published-figures")


def refresh_now(admin, feed: Feed | None = None) -> str:
    sent = {"action": "refresh_now", "_selected_action": [(feed or asked_feed()).pk]}
    response = admin.post("/admin/indicators/feed/", sent, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def test_the_button_queues_a_refresh(admin, monkeypatch):
    queued = []
    monkeypatch.setattr(queueing.current_app, "send_task", lambda *args, **options: queued.append(args))

    assert "Queued for refresh: 1." in refresh_now(admin)
    assert queued == [("indicators.tasks.run_feed", (asked_feed().pk, "button"))]


def test_without_a_broker_the_button_says_that_the_schedule_will_do_it(admin, monkeypatch):
    """R8; the queue's own failure is tested on a closed port in tests/northamerica."""

    def refuse(*args, **options):
        raise OperationalError("Connection refused")

    monkeypatch.setattr(queueing.current_app, "send_task", refuse)

    assert str(admin_base.NOT_QUEUED) in refresh_now(admin)


def test_a_feed_at_work_is_not_queued_again(admin, monkeypatch):
    from indicators import refresh

    refresh.claim_feed(asked_feed().pk)
    monkeypatch.setattr(queueing.current_app, "send_task", lambda *args, **options: pytest.fail("queued"))

    assert "is already running since" in refresh_now(admin)


def test_a_feed_whose_values_are_handed_in_is_not_queued(admin, monkeypatch):
    owner = Source.objects.get_or_create(code="oica", defaults={"name": "OICA"})[0]
    feed = Feed.objects.create(code="handed-in", source=owner)
    monkeypatch.setattr(queueing.current_app, "send_task", lambda *args, **options: pytest.fail("queued"))

    assert "are handed in as files: upload one on the page of the feed." in refresh_now(admin, feed)
    assert not feed.runs.exists()
