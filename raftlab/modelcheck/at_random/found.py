"""What becomes of the run that failed: it is made again here, shortened, and played."""

from __future__ import annotations

from raftlab.modelcheck.at_random.shrink import Schedule, shortened
from raftlab.modelcheck.at_random.trial import Failure, Trial
from raftlab.modelcheck.result import Fault
from raftlab.raft import NotPossible, RuleError, Rules, Violation
from raftlab.sim.history import History


class Found:
    """The run of one number, up to where it fails, and then with less and less before that."""

    def __init__(self, trial: Trial, number: int) -> None:
        """Make the run. Raises what a property raises."""
        self.trial, self.number = trial, number
        self.schedule: Schedule = ()
        self.failure: Failure | None = None
        for taken in trial.run(number):
            step = taken.taken if isinstance(taken, Failure) else taken
            self.schedule += (step.event,)
            self.failure = taken if isinstance(taken, Failure) else None
        self.after = len(self.schedule)

    def shorten(self) -> None:
        """Leave out all that does not matter. An interrupt leaves what it has come to by then."""
        if self.failure is not None:
            for schedule in shortened(self.trial, self.schedule, self.failure.names[0]):
                self.schedule = schedule

    def played(self) -> tuple[History | None, Violation | None, Fault | None]:
        """The run in the plain simulator, and the property that it breaks or the rule that fails.

        No run if what failed before does not fail again.
        """
        trial = self.trial
        history = History(trial.start, trial.rules, properties=trial.properties)
        again = None
        try:
            history.play(*self.schedule[:-1])
            again = trial.attempt(history.cluster, self.schedule[-1])
        except (NotPossible, RuleError):
            pass
        name = self.failure.names[0] if self.failure else ""
        if not isinstance(again, Failure) or name not in again.names or history.now.violations:
            return None, None, fails_once(self.number, trial.rules)
        history.goto(history.attach(history.now.number, again.taken).number)
        broken = (violation for violation in again.broken if violation.property.name == name)
        violation = next(broken, None)
        return history, violation, None if violation else again.fault


def fails_once(number: int, rules: Rules) -> Fault:
    """A run that fails does not when it is made again."""
    return Fault(
        " or ".join(sorted(rules.changed)) or "RAFT",
        (),
        f"Run {number} failed, and did not fail when it was made again. A rule may depend on its "
        "arguments alone: not on chance, on a clock, on what it was asked before, or on the "
        "process that asks.",
    )
