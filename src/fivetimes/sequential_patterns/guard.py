"""A search that found too much -> the sentence that says so: how many, how far it was, what to set."""

from __future__ import annotations

from fivetimes.errors import MiningError
from fivetimes.sequential_patterns.coding import Task


def too_many(task: Task, *, found: int, share: float) -> MiningError:
    """The problem, with what the search has seen.

    Args:
        task: what was asked for.
        found: patterns found before the search ended.
        share: part of the search that was done; 0 where unknown, 1 where it came to its end.

    Example:
        >>> task = Task(5, None, 1, 9, "occurrences", "all", 1000)
        >>> print(too_many(task, found=1000, share=0.01))
        1,000 patterns with only 1.00 % of the search done, so about 100,000 in all, and the limit is 1,000 (support 5, no gap \
limit, up to 9 tokens). Set max_gap to 1 or 2, raise support (10), shorten max_length (4), or raise limit.
    """
    if 0 < share < 1:
        done = (
            f"{found:,} patterns with only {share:.2%} of the search done, so about {_round(found / share):,} in all,"
        )
        done = done.replace("%", " %")
    else:
        done = f"{found:,} patterns{' or more' if share == 0 else ''},"
    gap = "no gap limit" if task.max_gap is None else f"max_gap {task.max_gap}"
    return MiningError(
        f"{done} and the limit is {task.limit:,} (support {task.support}, {gap}, up to {task.max_length} tokens). "
        f"{_ways_out(task)}"
    )


def _round(number: float) -> int:
    """Two leading digits: more would be a claim."""
    return int(float(f"{number:.1e}"))


def _ways_out(task: Task) -> str:
    ways = []
    if task.max_gap is None:
        ways.append("set max_gap to 1 or 2")
    elif task.max_gap > 0:
        ways.append(f"lower max_gap ({task.max_gap - 1})")
    ways.append(f"raise support ({2 * task.support})")
    if task.max_length > 2:
        ways.append(f"shorten max_length ({max(2, task.max_length // 2)})")
    sentence = ", ".join(ways) + ", or raise limit."
    return sentence[0].upper() + sentence[1:]
