"""Why an event did what it did, or did nothing: one sentence, its reason, the paper's section.

Derived from the event, the rules that fired and the node before, and from nothing else. Sentences
are facts and answers, never what the paper's rule would have given: a learner's rule is told
exactly like the paper's. `steps` finds the words for an event, `rules` for one firing, `lines` the
few words that fit beside a rule's name; `asking` asks one rule without a step, and `commits` why
an entry is not committed.
"""

from raftlab.sim.explain.asking import explain_rule
from raftlab.sim.explain.citations import RULE_CITATIONS
from raftlab.sim.explain.commits import why_not_committed
from raftlab.sim.explain.lines import RuleLine
from raftlab.sim.explain.rules import explain_firing
from raftlab.sim.explain.steps import explain, explain_last_rule, why_nothing_happened
from raftlab.sim.explain.turn import Explanation

__all__ = [
    "RULE_CITATIONS",
    "Explanation",
    "RuleLine",
    "explain",
    "explain_firing",
    "explain_last_rule",
    "explain_rule",
    "why_not_committed",
    "why_nothing_happened",
]
