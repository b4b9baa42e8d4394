"""raftlab."""
