"""PCA the quickest exact way in NumPy and SciPy, as in bench/bench_manifold.cpp: 50 eigenvectors of the covariance."""
import manifold_data as data
import peer


def pca(scipy):
    import numpy as np
    import scipy.linalg
    x = data.images(60000)

    def run():
        mean = x.mean(0, dtype=np.float64)
        covariance = x.T @ x / len(x) - np.outer(mean, mean)
        return scipy.linalg.eigh(covariance, subset_by_index=(784 - 50, 783))
    return run


peer.main({"manifold/pca/60000/threads:2": pca}, "NumPy", "scipy",
          "apt-get install python3-scipy, or pip install scipy")
