"""Whom in an organization mails go to."""

from stakeholders.mail_settings import wanting
from stakeholders.models import Membership, Organization, User


class People:
    """Who in an organization gets a kind of mail."""

    def __init__(self, organization: Organization, kind: str) -> None:
        held = organization.memberships.filter(user__in=wanting(User.objects.all(), kind)).select_related(
            "user"
        )
        self.roles = {membership.user: membership.role for membership in held.order_by("user")}

    def those(self, *roles: str) -> list[User]:
        return [user for user, role in self.roles.items() if role in roles]

    @property
    def owners(self) -> list[User]:
        return self.those(Membership.Role.OWNER)

    @property
    def editors(self) -> list[User]:
        """Those who report; the owners where there is nobody else."""
        return self.those(Membership.Role.EDITOR) or self.owners

    def reporting(self, user_id: int | None) -> list[User]:
        """The person named, while that person may report; else everybody who reports."""
        able = self.those(Membership.Role.EDITOR, Membership.Role.OWNER)
        return [user for user in able if user.pk == user_id] or self.editors
