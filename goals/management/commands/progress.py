"""`manage.py progress`: the whole tree, overall to sub-goals, for today or as said on an earlier day."""

from datetime import date

import simplejson
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from goals import tree
from goals.evaluation import evaluate
from goals.known import Moment


def day(text: str) -> date:
    """A calendar day as an argument. Raises CommandError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"“{text}” is no day: write it as 2025-06-30.") from error


def add_moment_arguments(parser) -> None:
    parser.add_argument("--as-of", help="judge for the end of this day (default: today)")
    parser.add_argument("--known", help="with what was known at the end of this day (default: as of)")


def moment(as_of: str | None, known: str | None) -> Moment:
    judged = day(as_of) if as_of else timezone.now().date()
    return Moment(judged, day(known) if known else judged)


class Command(BaseCommand):
    help = "Print the tree of progress: overall, goals, both layers, every indicator and sub-goal."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON, numbers exact")
        add_moment_arguments(parser)

    def handle(self, *args, json: bool, as_of: str | None, known: str | None, **options) -> None:
        when = moment(as_of, known)
        nodes = evaluate(when)
        if json:
            self.stdout.write(simplejson.dumps(tree.as_data(nodes, when), use_decimal=True, indent=2))
            return
        hindsight = " with hindsight" if when.known > when.as_of else ""
        self.stdout.write(f"As of {when.as_of}, known on {when.known}{hindsight}\n")
        for line in tree.as_text(nodes):
            self.stdout.write(line)
