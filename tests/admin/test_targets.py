"""A target is changed by a further version with its reason, never in place."""

import pytest

from goals.models import TargetVersion
from indicators import edition


def add(admin, target, sent: dict):
    return admin.post(f"/admin/goals/targetversion/add/?target={target.pk}", sent)


def problems_in(response) -> str:
    assert response.status_code == 200
    return str(response.context["errors"])


def test_a_change_without_a_reason_is_refused(admin, target, next_version):
    response = add(admin, target, next_version | {"reason": "  "})

    assert "This field is required" in problems_in(response)
    assert target.versions.count() == 1


def test_a_change_with_a_reason_adds_a_version_and_leaves_the_former_untouched(
    admin, administrator, target, next_version
):
    before = target.versions.values().get()
    edition_before = edition.current_number()

    assert add(admin, target, next_version).status_code == 302

    former, newest = target.versions.all()
    assert TargetVersion.objects.values().get(pk=former.pk) == before
    assert (newest.number, newest.author, str(newest.target_value)) == (2, administrator, "120")
    assert newest.milestones == [{"period": "2040", "value": 83}]
    assert edition.current_number() == edition_before + 1


def test_number_author_and_time_come_from_the_server(admin, administrator, target, next_version):
    claimed = {"number": "77", "author": "1", "valid_from_0": "1999-01-01", "valid_from": "1999-01-01"}

    add(admin, target, next_version | claimed)

    newest = target.versions.last()
    assert (newest.number, newest.author) == (2, administrator)
    assert newest.valid_from.year > 1999


def test_the_form_is_prefilled_from_the_newest_version(admin, target):
    form = admin.get(f"/admin/goals/targetversion/add/?target={target.pk}").context["adminform"].form

    assert form.initial["target_value"] == 110
    assert form["milestones"].value() == "2040: 83"
    assert form["areas"].value() == "NAM"
    assert not form.initial.get("reason")


def test_a_form_opened_before_somebody_else_changed_the_target_is_refused(
    admin, second_admin, administrator, target, next_version
):
    add(admin, target, next_version)

    response = add(second_admin, target, next_version | {"target_value": "130"})

    assert f"Version 2 was added meanwhile by {administrator}" in problems_in(response)
    assert target.versions.count() == 2


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"target_period": "2020"}, "The target lies at or before the baseline."),
        ({"milestones": "2060: 83"}, "The milestone 2060 does not lie between"),
        ({"target_value": "40"}, "the values go against the direction"),
        ({"target_value": ""}, "This kind of target needs it."),
        ({"target_period": "someday"}, "someday"),
        ({"milestones": "2040"}, "is no milestone"),
        ({"milestones": "2040: NaN"}, "is no milestone"),
        ({"milestones": "2040: 8_3"}, "is no milestone"),
        ({"target_value": "1e999"}, "no more than 30 digits"),
        ({"target_value": "Infinity"}, "Enter a number."),
        ({"areas": ""}, "Name at least one area."),
        ({"areas": "NAM+<b>"}, "is no area code"),
        ({"areas": "NA\x00M"}, "is no area code"),
        ({"milestones": "20\x0040: 83"}, "is no"),
        ({"weight": "0"}, "The weight must be above zero."),
        ({"kind": "sustain"}, "needs its first and last year"),
    ],
)
def test_an_impossible_target_is_refused_in_a_sentence(admin, target, next_version, sent, sentence):
    assert sentence in problems_in(add(admin, target, next_version | sent))
    assert target.versions.count() == 1


def test_a_version_is_never_changed_or_deleted(admin, target, next_version):
    version = target.versions.get()

    for page in ("change", "delete"):
        response = admin.post(
            f"/admin/goals/targetversion/{version.pk}/{page}/", next_version | {"post": "yes"}
        )
        assert response.status_code == 403
    assert target.versions.get().target_value == version.target_value


def test_a_target_page_shows_the_history_and_leads_to_a_new_version(admin, target, next_version):
    add(admin, target, next_version)

    page = admin.get(f"/admin/goals/target/{target.pk}/change/").content.decode()

    assert "The three governments agreed on more." in page
    assert "As published by The North American Project." in page
    assert f"/admin/goals/targetversion/add/?target={target.pk}" in page


def test_without_a_target_the_form_leads_to_the_list(admin):
    for asked in ("", "?target=x", "?target=" + "9" * 30):
        assert (
            admin.get(f"/admin/goals/targetversion/add/{asked}").headers["Location"] == "/admin/goals/target/"
        )
