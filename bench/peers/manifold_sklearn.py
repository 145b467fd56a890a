"""Neighbours and maps in scikit-learn, as in bench/bench_manifold.cpp."""
import os

import manifold_data as data
import peer


def neighbors(n):
    def prepare(sklearn):
        from sklearn.neighbors import NearestNeighbors
        x = data.components(n)
        return lambda: NearestNeighbors(n_neighbors=90, algorithm="brute").fit(x).kneighbors()
    return prepare


def fit(points, n, make):
    def prepare(sklearn):
        import sklearn.manifold
        x = points(n)
        return lambda: make(sklearn.manifold, int(os.environ["OMP_NUM_THREADS"])).fit(x)
    return prepare


def isomap(manifold, threads):
    return manifold.Isomap(n_neighbors=10, n_jobs=threads)


def lle(manifold, threads):
    return manifold.LocallyLinearEmbedding(n_neighbors=12, n_jobs=threads, random_state=0)


def tsne(manifold, threads):
    return manifold.TSNE(init="pca", learning_rate="auto", n_jobs=threads, random_state=0)


cases = {
    **{f"neighbors/{n}": neighbors(n) for n in (10000, 60000)},
    **{f"isomap/{n}": fit(data.roll, n, isomap) for n in (2000, 5000)},
    **{f"lle/{n}": fit(data.roll, n, lle) for n in (2000, 5000)},
    "tsne/10000": fit(data.components, 10000, tsne),
}
peer.main({f"manifold/{name}/threads:2": case for name, case in cases.items()}, "scikit-learn", "sklearn",
          "apt-get install python3-sklearn, or pip install scikit-learn")
