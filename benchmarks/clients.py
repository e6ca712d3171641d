"""Do eight clients that report under one goal hinder each other?

In turns: updates that are rolled up to the overall number, and updates that stop at their leaf once judged,
on PostgreSQL, each client a process of its own. Afterwards every sum is counted from scratch.
"""

import argparse
import subprocess
import sys
import time
from datetime import timedelta
from decimal import Decimal

from benchmarks.measuring import judge, median, on_each_database

CLIENTS, UPDATES = 8, 60


def measure(options: argparse.Namespace) -> bool:
    from django.db import connection

    from benchmarks import forest
    from goals import passing

    if connection.vendor != "postgresql":
        print("SQLite has one writer at a time; nothing to measure.")
        return True
    forest.plant(options.rows[0])
    rates: dict[str, list[float]] = {"overall": [], "leaf": []}
    for turn in range(options.turns):
        for kind in rates:
            rates[kind].append(rate(kind, turn))
    drift = passing.audit_sums()
    rolled, stopped = median(rates["overall"]), median(rates["leaf"])
    print(f"overall {rolled:.0f}/s, leaf {stopped:.0f}/s, drifted sums: {len(drift)}")
    ratio = median(rates["overall"]) / median(rates["leaf"])
    return (
        judge(f"{CLIENTS} clients on one goal: to the overall number / to the leaf", ratio, 0.5) and not drift
    )


def rate(kind: str, turn: int) -> float:
    """Updates per second of all clients together, from the moment the last of them is ready."""
    command = [sys.executable, "-m", "benchmarks.clients", "--as", kind, str(turn)]
    clients = [
        subprocess.Popen([*command, str(number)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.stdout.readline()
    start = time.perf_counter()
    for client in clients:
        client.stdin.write("go\n")
        client.stdin.flush()
    codes = [client.wait() for client in clients]
    if any(codes):
        raise SystemExit("A client lost a transaction.")
    return CLIENTS * UPDATES / (time.perf_counter() - start)


def be_client(kind: str, turn: str, number: str) -> None:
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from benchmarks import forest
    from goals import standings
    from goals.models import SubGoal, Update

    standings.today = lambda: forest.TODAY
    codes = [f"s{1 + int(number) * 500 + place}" for place in range(UPDATES)]
    mine = SubGoal.objects.select_related("organization", "goal", "parent").in_bulk(codes, field_name="code")
    print("ready", flush=True)
    sys.stdin.readline()
    for place, one in enumerate(mine.values()):
        with transaction.atomic():
            update = Update.objects.create(
                sub_goal=one, date=forest.TODAY - timedelta(days=place % 30 + int(turn)), state="published",
                value=Decimal(3000 + place), published_at=timezone.now(),
            )  # fmt: skip
            if kind == "overall":
                standings.follow([one], f"update:{update.pk}")
            else:
                stop_at_leaf(one)


def stop_at_leaf(sub_goal) -> None:
    """Judge the sub-goal and store how it stands, with its step, and nothing above it."""
    from benchmarks import forest
    from goals import evaluation, known, rows
    from goals.climbing import Tree
    from goals.models import Step
    from goals.standings import MOVING, SIGNED

    tree = Tree.of([])
    tree.standings[sub_goal.node] = standing = sub_goal.standing
    [updates] = rows.ask(known.published([sub_goal], forest.TODAY))
    [outcome] = evaluation.judge_now([sub_goal], forest.TODAY, known.points_by_sub_goal(updates))
    before = standing.progress
    tree.judge(sub_goal, outcome, forest.TODAY)
    rows.change([standing], (*MOVING, *SIGNED))
    step = Step(
        node=standing.node, level=standing.level, sub_goal=sub_goal, as_of=forest.TODAY, cause="leaf",
        kind="movement", progress_before=before, progress_after=standing.progress,
    )  # fmt: skip
    rows.add([step])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--as"]:
        be_client(*sys.argv[2:])
    else:
        on_each_database("benchmarks.clients", measure)
