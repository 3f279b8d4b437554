"""Benchmarks: ratios, each taken with both of its sides in one run. docs/benchmarks.md keeps the last figures.

    python -m tests.benchmarks                       all of them, small
    python -m tests.benchmarks.log_activity          one of them, at the size of its bar
    python -m tests.benchmarks.log_activity --size 20000 --rounds 15 --check

Each prints a line per figure: the ratio, its bar, the medians of both sides and the rounds. The sides take turns, so
that what disturbs the machine disturbs both, and the first round, which fills the caches, is thrown away. `--check`
ends with 1 when a bar is missed. Databases are made in a new folder on a real disk, and taken away afterwards:
`--folder` says where. Nothing is kept between runs.

`bench_start.py` needs a display, and runs as a program of its own.
"""
