"""`python -m raftlab` is `raftlab`."""

import sys

from raftlab.cli import main

sys.exit(main())
