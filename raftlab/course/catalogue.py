"""Every exercise there is: the package `exercises` is walked, and each module holds one."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from raftlab.course import exercises
from raftlab.course.exercise import Exercise


class UnknownExercise(ValueError):
    """An exercise was named that the course does not have."""


@cache
def catalogue() -> dict[str, Exercise]:
    """The exercises by name, in the order in which they stand in the chapters."""
    names = sorted(module.name for module in iter_modules(exercises.__path__))
    modules = (import_module(f"{exercises.__name__}.{name}") for name in names)
    found: list[Exercise] = [module.EXERCISE for module in modules]
    found.sort(key=lambda one: (one.chapter, one.place))
    return {exercise.name: exercise for exercise in found}


def exercise_named(name: object) -> Exercise:
    """The exercise of that name. Raises UnknownExercise, with the name that comes closest."""
    known = catalogue()
    if isinstance(name, str) and name in known:
        return known[name]
    near = get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(known)}."
    if callable(name):
        own = getattr(name, "__name__", "may_vote")
        hint = f' The name comes first, in quotes: check("{own}", {own}).'
    raise UnknownExercise(f"There is no exercise named {name!r}.{hint}")
