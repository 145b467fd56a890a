"""What the scripts beside this one share: their command line, and turns timed as bench/compare.cpp times ours.

Each script does the work of some of our cases in another framework, under our names. ./gf bench --vs runs them:

    conv.py --list                   the names of its cases, one a line
    conv.py --check                  ends with 0 if its framework is here, else says how to get it and ends with 1
    conv.py --threads 2 NAME ...     one JSON line a case: {"case": NAME, "peer": "PyTorch", "ms": 1.5}

A script is a dictionary from names to functions; each prepares the work and returns what is timed:

    def tanh(torch):
        x = torch.randn(1 << 22)
        return lambda: torch.tanh(x)
    peer.main({"tanh/4M/threads:1": tanh})
"""
import argparse
import importlib
import importlib.util
import json
import os
import re
import statistics
import subprocess
import sys
import time

TURNS, LEAST_TURNS, SECONDS = 15, 3, 5


def milliseconds(run):
    """The median turn. A turn rests, so that nobody's threads spin any more, warms up, and takes 2 ms or more."""
    times, runs, start = [], 1, time.perf_counter()
    while len(times) < TURNS and (len(times) < LEAST_TURNS or time.perf_counter() - start < SECONDS):
        time.sleep(0.03)
        begin = time.perf_counter()
        run()
        runs = max(runs, int(2e-3 / max(time.perf_counter() - begin, 1e-7)))
        begin = time.perf_counter()
        for _ in range(runs):
            run()
        times.append((time.perf_counter() - begin) / runs)
    return 1e3 * statistics.median(times)


def main(cases, peer="PyTorch", module="torch", install="apt-get install python3-torch, or pip install torch"):
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", help="cases to time [all]")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for cases that do not name their own")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.list:
        print("\n".join(cases))
        return
    if importlib.util.find_spec(module) is None:
        sys.exit(f"{peer} is not installed; hint: {install}")
    if options.check:
        return
    groups = {}  # a process for each number of threads: some libraries ask for it only when they are loaded
    for name in options.names or cases:
        own = re.search(r"/threads:(\d+)", name)
        groups.setdefault(int(own.group(1)) if own else options.threads, []).append(name)
    if len(groups) > 1:
        for threads, names in groups.items():
            subprocess.run([sys.executable, sys.argv[0], "--threads", str(threads), *names], check=True)
        return
    threads = next(iter(groups))
    os.environ["OMP_NUM_THREADS"] = str(threads)
    library = importlib.import_module(module)
    if hasattr(library, "set_num_threads"):
        library.set_num_threads(threads)
    for name in groups[threads]:
        print(json.dumps({"case": name, "peer": peer, "ms": milliseconds(cases[name](library))}), flush=True)
