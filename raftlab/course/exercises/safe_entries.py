"""Say which entries are safe, given nothing but the logs. (§5.4)"""

# fmt: off
from raftlab.course.safe_entries import SafeEntries

EXERCISE = SafeEntries(
    name="safe_entries", chapter="04_safety", place=3, title="Which entries are safe?", stars=3, section="§5.4",
    task="All servers have just restarted after a power cut, and these logs are all that is known. An entry is safe "
         "if every server that can ever be elected has it. Up to which index are the entries safe? (0 if none is.)",
    nudge="Who can win an election from here? Whoever cannot does not count.",
    hint="A server is elected if a majority finds its log at least as up-to-date as their own. Write down for each who "
         "would vote for it; then see how far the logs of those who can win agree.",
    scaffold="can win: ..., ..., ...; the entries that all of these have in common end at index ...",
    explains="To be on a majority is not enough: a shorter log with a later last term may still win, and then replaces "
             "what others have. Safe is what all who can win have in common.",
)
