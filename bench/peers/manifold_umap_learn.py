"""UMAP in umap-learn, as in bench/bench_manifold.cpp. Its first run compiles and is not timed. It is given no seed,
which would cost it all threads but one; ours has one."""
import os

import manifold_data as data
import peer


def umap(n):
    def prepare(umap):
        import numba
        numba.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        x = data.components(n)
        return lambda: umap.UMAP().fit(x)
    return prepare


peer.main({f"manifold/umap/{n}/threads:2": umap(n) for n in (10000, 60000)}, "umap-learn", "umap",
          "apt-get install umap-learn, or pip install umap-learn")
