"""All benchmarks at small sizes: a look at the ratios in a minute or two. The bars are for the full sizes."""

from __future__ import annotations

from tests.benchmarks import (
    capture_cost,
    import_activities,
    import_large,
    list_pages,
    log_activity,
    payload_bytes,
    peers,
    report_pages,
)
from tests.benchmarks.rounds import end

#: benchmark -> a size that is quick
SMALL = {log_activity: "3000", list_pages: "5000", import_activities: "2000", payload_bytes: "2000",
         report_pages: "1000", capture_cost: "1000", import_large: "3000", peers: "500"}  # fmt: skip


def main() -> int:
    """Run them one after the other; no bar is checked."""
    for benchmark, size in SMALL.items():
        print(f"{benchmark.__name__.rpartition('.')[2]}: {(benchmark.__doc__ or '').splitlines()[0]}", flush=True)
        benchmark.main(["--size", size, "--rounds", "7"])
    return 0


if __name__ == "__main__":
    end(main())
