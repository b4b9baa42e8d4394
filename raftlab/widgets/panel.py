"""The lab without a face: what is shown, what can be done, and why the rest cannot.

A plain class over a History: everything a button does is a method here, and everything on the
screen is a field of the `Frame` that `frame()` gives. No widget is imported, so that all of it
can be tried without a browser.
"""

from __future__ import annotations

from contextlib import suppress

from raftlab.raft import (
    ClientCommand,
    Cluster,
    Event,
    Message,
    NotPossible,
    RuleError,
    Step,
    enabled,
    step,
)
from raftlab.sim.beats import beats
from raftlab.sim.branches import go_along
from raftlab.sim.conditions import Asked, run_until
from raftlab.sim.explain import Explanation, explain, explain_last_rule
from raftlab.sim.history import History
from raftlab.sim.schedule import Clock
from raftlab.sim.side_by_side import Comparison, compare
from raftlab.sim.words import say_event, say_message
from raftlab.views.notebook import told
from raftlab.widgets.acts import client_events, message_events, node_events, partition
from raftlab.widgets.frame import OPENING, Frame, lights
from raftlab.widgets.place import breaks, marks, next_moment, place, say_time, time_ahead
from raftlab.widgets.refusals import Refusals
from raftlab.widgets.things import Thing, things


class Panel:
    """The controls of the lab over one history; `refusals` says why an act is refused."""

    def __init__(self, history: History) -> None:
        """Stand where `history` stands."""
        self.history = history
        self.refusals = Refusals(history)
        self.notice = ""
        self.pinned: int | None = None
        self._beats: tuple[Step, ...] = ()
        self._beat = 0
        self._upcoming: Event | None = None
        self._columns = 0
        self._columns_of = 0

    # What is shown

    def frame(self) -> Frame:
        """The moment shown now; within a step taken rule by rule, the cluster halfway."""
        moment = self.history.now
        if self._beat:
            beat = self._beats[self._beat - 1]
            explanation = explain_last_rule(beat)
            position = f"rule {self._beat} of {len(self._beats)} in event {self.place() + 1}"
            position += say_time(time_ahead(self.history))
            return self._frame(beat.after, beat, explanation, position)
        explanation = explain(moment.step) if moment.step else OPENING
        position = f"event {self.place()} of {self.moments()}{say_time(moment.time)}"
        return self._frame(moment.cluster, moment.step, explanation, position)

    def columns(self) -> int:
        """The longest log of the whole run, so that no frame is laid out anew for a longer one."""
        for moment in self.history.moments[self._columns_of :]:
            longest = max(node.log.last_index for node in moment.cluster.nodes)
            self._columns = max(self._columns, longest)
        self._columns_of = len(self.history)
        return self._columns

    def moments(self) -> int:
        """How many events the shown line of the run has; the scrubber runs from 0 to this."""
        return len(self.history.line()) - 1

    def place(self) -> int:
        """How many events lie before the shown moment."""
        return place(self.history)

    def things(self, command: str = "") -> tuple[Thing, ...]:
        """What can be acted upon in the picture; `command` is what a client would send."""
        shown = self._beats[self._beat - 1].after if self._beat else self.history.cluster
        return things(shown, self.history.cluster, command.strip())

    def comparison(self) -> Comparison | None:
        """The pinned moment beside the shown one; None where none is pinned."""
        if self.pinned is None:
            return None
        return compare(self.history, self.pinned, self.history.now.number)

    # What can be done

    def messages(self) -> tuple[tuple[str, Message], ...]:
        """The messages in flight, each once, with its words."""
        distinct = dict.fromkeys(self.history.cluster.network)
        return tuple((say_message(message), message) for message in distinct)

    def events(self, command: str = "") -> tuple[tuple[str, Event], ...]:
        """Every event that can happen now, with its words."""
        commands = (command,) if command else ()
        return tuple((say_event(event), event) for event in enabled(self.history.cluster, commands))

    def message_act(self, act: str, message: Message) -> Event:
        """The event behind a button of the message row."""
        return message_events(message)[act]

    def node_act(self, act: str, node: str) -> Event:
        """The event behind a button of the node row."""
        return node_events(self.history.cluster, node)[act]

    def client_act(self, act: str, client: str, node: str, command: str) -> Event:
        """The event behind a button of the client row."""
        return client_events(client, node, command.strip())[act]

    def why_not_back(self) -> str | None:
        """Why there is no step back; None if there is."""
        at_start = self.place() == 0 and not self._beat
        return "This is where the run starts." if at_start else None

    # Acting

    def do(self, event: Event) -> None:
        """Let an event happen after the shown moment. What goes wrong is said in the notice."""
        self._leave_the_middle()
        try:
            self.history.do(event)
        except NotPossible as error:
            self.notice = str(error)
        except RuleError as error:
            # Where a learner's own line raised, it is named.
            self.notice = "".join(told(error)) if error.__cause__ else str(error)

    def act(self, thing: str, name: str, act: str, command: str = "") -> None:
        """Do `act` to the thing of that id and name, if it still is there and can have it done."""
        for one in self.things(command):
            if (one.id, one.name) == (thing, name) and act in one.acts:
                self.do(one.acts[act])

    def send(self, node: str, command: str) -> None:
        """Let a client send a command to a node."""
        self.do(ClientCommand(node, command.strip()))

    def split(self, sides: str) -> None:
        """Split the network into sides, as `node1 | node2 node3`."""
        self._leave_the_middle()
        self.notice = self.refusals.split(sides) or ""
        if not self.notice:
            self.do(partition(sides, self.history.cluster.names))

    def start_clock(self, seed: int) -> None:
        """Set a clock going at the shown moment: from there on it says what comes next."""
        self._leave_the_middle()
        self.notice = self.refusals.clock() or ""
        if not self.notice:
            self.history.set_going(Clock.set_going(self.history.cluster, seed=seed))

    def step(self) -> None:
        """Go one event on: along the recorded run, and beyond its end by what comes naturally."""
        self._leave_the_middle()
        if not self.history.forward() and (reason := self._go_beyond()):
            self.notice = reason

    def step_by_rule(self) -> None:
        """Go one rule on, within the next event."""
        self.notice = ""
        if not self._beat:
            self._look_into_the_next_step()
        if self._beat < len(self._beats):
            self._beat += 1
        elif self._upcoming is not None:
            self.do(self._upcoming)
        else:
            self.step()

    def until(self, asked: Asked) -> str:
        """Play what comes by itself until a condition holds; say in a sentence what came of it."""
        self._leave_the_middle()
        return str(run_until(self.history, asked))

    def mark(self, note: str) -> None:
        """Leave a lesson mark at the shown moment, in place of the one there; or take that away."""
        self._leave_the_middle()
        self.history.mark(" ".join(note.split()))

    def pin(self) -> None:
        """Keep the shown moment to compare others with; pinned already, it is let go."""
        now = self.history.now.number
        self.pinned = None if self.pinned == now else now

    def back(self) -> None:
        """Go one event back, or out of a step taken rule by rule to where it began."""
        if self._beat:
            self._leave_the_middle()
        else:
            self._leave_the_middle()
            self.history.back()

    def go_to(self, number: int) -> None:
        """Go to the moment after that many events of the shown line."""
        self._leave_the_middle()
        line = self.history.line()
        self.history.goto(line[max(0, min(number, len(line) - 1))].number)

    def go_to_moment(self, number: int) -> None:
        """Go to the moment of that number, on whichever line it is."""
        self._leave_the_middle()
        self.history.goto(number)

    def why_no_mark(self, *, ahead: bool) -> str | None:
        """Why there is no lesson mark to go to, ahead or behind; None if there is one."""
        if self._next_mark(ahead=ahead) is not None:
            return None
        return f"There is no mark {'after' if ahead else 'before'} this moment."

    def go_to_mark(self, *, ahead: bool) -> None:
        """Go to the next lesson mark of the shown line, or to the one before."""
        if (event := self._next_mark(ahead=ahead)) is not None:
            self.go_to(event)

    def go_along(self, tip: int) -> None:
        """Show another line of the run, at the last moment that it shares with this one."""
        self._leave_the_middle()
        go_along(self.history, tip)

    # The rest is nobody's business

    def _frame(
        self,
        cluster: Cluster,
        step_shown: Step | None,
        explanation: Explanation,
        position: str,
    ) -> Frame:
        return Frame(
            title=self.history.title or "A run of your own",
            cluster=cluster,
            step=step_shown,
            explanation=explanation,
            position=position,
            lights=lights(self.history),
            notice=self.notice,
            breaks=breaks(self.history),
            moment=None if self._beat else self.history.now.number,
            parent=self.history.now.parent,
        )

    def _next_mark(self, *, ahead: bool) -> int | None:
        here = self.place()
        events = [event for event, _ in marks(self.history)]
        if ahead:
            return next((event for event in events if event > here), None)
        return next((event for event in reversed(events) if event < here), None)

    def _go_beyond(self) -> str | None:
        if reason := self.refusals.step():
            return reason
        event = self.history.upcoming()
        if event is not None:
            self.do(event)
        return None

    def _leave_the_middle(self) -> None:
        self.notice = ""
        self._beats, self._beat, self._upcoming = (), 0, None

    def _look_into_the_next_step(self) -> None:
        """Find the beats of the next step without taking it; none where it has no rules to show."""
        recorded, event = next_moment(self.history), self.history.upcoming()
        coming = recorded.step if recorded else None
        if recorded is None and event is not None and self.history.read_only is None:
            # What a rule raises is told when the step is taken.
            with suppress(RuleError):
                coming = step(self.history.cluster, event, self.history.rules)
        if coming is not None:
            self._beats, self._upcoming = beats(coming), coming.event
