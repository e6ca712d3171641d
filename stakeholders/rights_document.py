"""The table of rights in words: docs/rights.md, held equal by a test (`manage.py rights` writes it)."""

from stakeholders.rights import NOT_BY_TOKEN, TABLE, Role

HEAD = """# Who may do what

Written by `python manage.py rights > docs/rights.md` from the one table in `stakeholders/rights.py`, which
pages, API, admin and tests read; a test holds both equal.

- *Viewer*, *editor* and *owner* are meant toward the organization that the object belongs to; *steward* and
  *administrator* work for the Project. A person may have several roles; any of them suffices.
- What a person may not even see does not exist for them: 404, the same as for something unknown. What
  belongs to their own organization but needs another role is refused in words: 403.
- *See* is what is published. Before that, *see submitted* begins when something is sent for review, and
  *see draft* is for the organization alone.
- A person switched off, an organization switched off or merged, a membership ended: the next request is
  refused. What a switched-off organization reported is hidden from the public and counts no longer, nor does
  what stands under its sub-goals; stewards go on seeing it. It is a change of composition, not of progress.
  What it had moved in the numbers of all stays in the list of changes, without its name.
- *Edit across* puts a public sub-goal under one of another organization. Whose sub-goal is above may *detach*
  it: here viewer, editor and owner are meant toward that organization.
- *Figures* are for a monitoring machine, by its key or from the machine itself: no role of a person opens
  them.
- An API token has its owner's role in its one organization, a read token no more than a viewer's. It never
  has a role for the Project and never touches: {untouchable}.

| object | action | {roles} |
|---|---|{lines}|
"""


def document() -> str:
    head = HEAD.format(
        untouchable=", ".join(sorted(words(kind) for kind in NOT_BY_TOKEN)),
        roles=" | ".join(words(role) for role in Role),
        lines="|".join(":-:" for _role in Role),
    )
    return head + "".join(row(kind, action) for kind, actions in TABLE.items() for action in actions)


def row(kind: str, action: str) -> str:
    cells = " | ".join("yes" if role in TABLE[kind][action] else "–" for role in Role)
    return f"| {words(kind)} | {words(action)} | {cells} |\n"


def words(name: str) -> str:
    return name.replace("_", " ")
