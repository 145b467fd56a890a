"""The points of bench/bench_manifold.cpp for the scripts beside this one."""
import functools
import gzip
import os
import pathlib
import sys

FOLDERS = [pathlib.Path(os.environ.get("GRADFOLD_DATA", "")) / "mnist",
           pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "gradfold" / "mnist"]


def read(name):
    import numpy as np
    for folder in FOLDERS:
        for path, reader in ((folder / name, open), (folder / (name + ".gz"), gzip.open)):
            if path.exists():
                with reader(path, "rb") as file:
                    return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    sys.exit(f"{name} is not in {' or '.join(map(str, FOLDERS))}; hint: ./gf data mnist")


@functools.lru_cache
def all_images():
    import numpy as np
    both = np.concatenate([read("train-images-idx3-ubyte"), read("t10k-images-idx3-ubyte")])
    return both.astype(np.float32) / 255


def images(n):
    return all_images()[:n].copy()


@functools.lru_cache
def all_components():
    import numpy as np
    centred = all_images() - all_images().mean(0)
    return centred @ np.linalg.eigh(centred.T @ centred)[1][:, :-51:-1].astype(np.float32)


def components(n):
    return all_components()[:n].copy()


def roll(n):
    import numpy as np
    u, h = np.random.default_rng(1).uniform(size=(2, n))
    t = 1.5 * np.pi * (1 + 2 * u)
    return np.stack([t * np.cos(t), 21 * h, t * np.sin(t)], 1)
