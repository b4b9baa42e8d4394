"""A step taken rule by rule: the cluster as it is after each rule that is worth a look."""

from __future__ import annotations

from dataclasses import replace

from raftlab.raft import Firing, Message, Node, Step

# These are asked after every event; a beat of their own would only say that nothing follows.
SILENT_WHEN_FALSE = {"may_apply", "wins_election", "resets_election_timer"}


def beats(whole: Step) -> tuple[Step, ...]:
    """The step up to each firing that changes the node or answers a question worth asking."""
    # What the disk gives back to a crashed node is no rule of the turn that the crash cut short.
    firings = [firing for firing in whole.firings if firing.rule != "restart"]
    if not firings:
        return ()
    place = whole.before.names.index(firings[0].node.name)
    before = whole.before.nodes[place]
    so_far = []
    for count, firing in enumerate(firings, start=1):
        if _is_worth_a_beat(before, firing):
            nodes = (*whole.before.nodes[:place], firing.node, *whole.before.nodes[place + 1 :])
            after = replace(whole.before, nodes=nodes, network=_still_in_flight(whole))
            so_far.append(Step(whole.before, whole.event, whole.firings[:count], after))
        before = firing.node
    return tuple(so_far)


def _is_worth_a_beat(before: Node, firing: Firing) -> bool:
    if firing.node != before:
        return True
    return firing.gave is True or (firing.gave is False and firing.rule not in SILENT_WHEN_FALSE)


def _still_in_flight(whole: Step) -> tuple[Message, ...]:
    """The network in the middle of a turn: what arrived is gone, what is sent has not left yet."""
    leaving = len(whole.sent) - sum(message in whole.sent for message in whole.lost)
    network = whole.after.network
    return network[: len(network) - leaving] if leaving else network
