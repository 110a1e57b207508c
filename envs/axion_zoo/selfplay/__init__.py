"""One agent proposes, others solve: bugs, tests, tasks of reasoning about programs."""
