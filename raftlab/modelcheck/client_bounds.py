"""What clients do in an exploration, and which of it is tried."""

from __future__ import annotations

from raftlab.raft import Ask, Client, Event, GiveUp, OpenSession


def allows_client(event: Event, client: Client) -> bool:
    """Whether what a client may do is one to try.

    It opens a session where it has asked for nothing yet, and gives up nothing: who asks for more
    has been answered.
    """
    match event:
        case Ask(command=command):
            return command == next_operation(client)
        case OpenSession():
            return client.serial == 0
        case GiveUp():
            return False
        case _:
            return True


def next_operation(client: Client) -> str:
    """What a client asks for: to add one, then to read, in turns.

    So it shows if anything is done twice, or read from a store that is behind. No other command
    has the key.
    """
    return "GET count" if len(client.answers) % 2 else "INCR count"
