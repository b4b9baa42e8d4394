"""The lines of a run: what each is called, and how to go over from one to another."""

from __future__ import annotations

from raftlab.sim.history import History
from raftlab.sim.words import say_event

MAIN = "main"


def named_branches(history: History) -> tuple[tuple[str, int], ...]:
    """Every line, by its name and the number of its last moment.

    The line recorded first is "main"; any other is named after the event at which it left it.
    """
    tips = history.branches()
    if len(tips) == 1:
        return ((MAIN, tips[0].number),)
    main = {moment.number for moment in history.path(_end_of_main(history))}
    return tuple((_name(history, tip.number, main), tip.number) for tip in tips)


def go_along(history: History, tip: int) -> None:
    """Show the line that ends at `tip`, standing at the last moment it shares with this one."""
    here = history.path(history.now.number)
    there = {moment.number for moment in history.path(tip)}
    history.goto(tip)
    history.goto(max(moment.number for moment in here if moment.number in there))


def _end_of_main(history: History) -> int:
    tip = 0
    while following := history.children(tip):
        tip = following[0].number
    return tip


def _name(history: History, tip: int, main: set[int]) -> str:
    for place, moment in enumerate(history.path(tip)):
        if moment.number not in main and moment.step is not None:
            return f"event {place}: {say_event(moment.step.event)}"
    return MAIN
