from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "workspace"

    def ready(self) -> None:
        from allauth.mfa.signals import authentication_failed  # models have to be loaded first

        from workspace import account_trail, limits, sign_in

        limits.count_in_the_database()
        authentication_failed.connect(sign_in.count_failure)
        account_trail.follow()
