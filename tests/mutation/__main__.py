"""Tries a random sample of faults and prints, as Markdown, how many the tests see and which they do not.

python -m tests.mutation --count 200 --seed 1 --minutes 60
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutation.faults import Fault, faults_of
from tests.mutation.trials import AREAS, ROOT, Copy, Outcome, files_of


def main() -> None:
    """Sample, try, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="faults to try (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="another number gives another sample (default: 1)")
    parser.add_argument("--minutes", type=float, default=60, help="start no more trials after this time (default: 60)")
    parser.add_argument("--jobs", type=int, default=2, help="trials at the same time (default: 2)")
    parser.add_argument("--area", choices=AREAS, action="append", help="only this folder; can be repeated")
    parser.add_argument("--nearest", action="store_true", help="run only the nearest tests: quick, but sees less")
    given = parser.parse_args()
    chosen = list(sample(given.area or AREAS, given.count, random.Random(given.seed)))
    tried = try_all(chosen, given.jobs, given.minutes * 60, 2 if given.nearest else None)
    print(report(tried, given.seed, len(chosen)))


def sample(areas: list[str] | tuple[str, ...], count: int, dice: random.Random) -> Iterator[tuple[str, Fault]]:
    """`count` different faults, equally many in each area."""
    known = {area: [fault for path in files_of(area) for fault in faults_of(path)] for area in areas}
    for area in areas:
        dice.shuffle(known[area])
    for number in range(count):
        area = areas[number % len(areas)]
        if known[area]:
            yield area, known[area].pop()


def try_all(
    chosen: list[tuple[str, Fault]], jobs: int, seconds: float, most_commands: int | None = None
) -> list[tuple[str, Outcome]]:
    """The outcomes of the faults that could be tried in time, each also printed to stderr as it comes."""
    end = time.monotonic() + seconds
    copies: SimpleQueue[Copy] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="wireglass-mutation-") as folder:
        for job in range(jobs):
            copies.put(Copy(Path(folder, str(job))))

        def try_one(area: str, fault: Fault) -> tuple[str, Outcome] | None:
            if time.monotonic() > end:
                return None
            copy = copies.get()
            try:
                outcome = copy.try_out(area, fault, most_commands)
            finally:
                copies.put(copy)
            word = "SURVIVED" if not outcome.seen_by else "too late" if outcome.is_late else "seen"
            print(f"{word:8}", fault.describe(ROOT), file=sys.stderr, flush=True)
            return area, outcome

        with ThreadPoolExecutor(jobs) as pool:
            return [found for found in pool.map(lambda each: try_one(*each), chosen) if found]


def report(tried: list[tuple[str, Outcome]], seed: int, wanted: int) -> str:
    """A Markdown table by area, and the faults that survived."""
    total, seen = Counter(area for area, _ in tried), Counter(area for area, outcome in tried if outcome.seen_by)
    late = sum(outcome.is_late for _, outcome in tried)
    lines = [
        f"{len(tried)} of {wanted} faults tried, seed {seed}; {seen.total()} seen, {late} of them by a time-out.",
        "",
    ]
    lines += ["| folder | faults | seen |", "|---|---|---|"]
    lines += [f"| `{area}` | {total[area]} | {seen[area]} |" for area in AREAS if total[area]]
    survivors = [outcome.fault.describe(ROOT) for _, outcome in tried if not outcome.seen_by]
    lines += ["", "Not seen:", "", *(f"- {place}" for place in survivors)] if survivors else []
    return "\n".join(lines)


if __name__ == "__main__":
    main()
