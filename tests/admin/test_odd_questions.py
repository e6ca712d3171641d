"""No question an address can hold makes a page of the administration fail (R24)."""

import pytest
from django.contrib import admin as administration
from django.urls import reverse

LISTS = {
    model._meta.label_lower: ["q", *(name for name in page.list_filter if isinstance(name, str))]
    for model, page in administration.site._registry.items()
}
"""By model: what its list may be asked for."""


ODD = ("x", "'", "9" * 40, "%00", "a%00b", "%F0%9F%98%80", "%FF")


@pytest.mark.parametrize("label", LISTS)
def test_a_list_asked_for_what_it_cannot_hold_is_shown_starts_anew_or_refuses(admin, label):
    address = reverse(f"admin:{label.replace('.', '_')}_changelist")

    for name in LISTS[label]:
        for value in ODD:
            assert admin.get(f"{address}?{name}={value}").status_code in (200, 302, 400)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "This request cannot be read"),
        ("es", "Esta solicitud no se puede leer"),
        ("fr", "Cette demande ne peut pas être lue"),
    ],
)
def test_a_refused_question_is_answered_with_a_page_in_the_readers_language(
    admin, monkeypatch, language, said
):
    def overflow(*args, **kwargs):
        raise OverflowError

    monkeypatch.setattr("django.contrib.admin.options.ModelAdmin.get_changelist_instance", overflow)

    answer = admin.get(reverse("admin:indicators_feed_changelist"), headers={"Accept-Language": language})

    assert answer.status_code == 400
    assert f"<h1>{said}</h1>" in answer.text and f'<html lang="{language}">' in answer.text
