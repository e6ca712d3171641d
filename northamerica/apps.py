from django.apps import AppConfig


class NorthAmericaConfig(AppConfig):
    """Ready last: every room has registered its pages of the admin by then."""

    name = "northamerica"

    def ready(self) -> None:
        from northamerica import admin_trail  # models have to be loaded first

        admin_trail.trace_every_page()
        admin_trail.listen()
