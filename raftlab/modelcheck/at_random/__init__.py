"""Random runs, for where trying every schedule cannot reach: seven nodes, long logs, partitions."""
