"""Functions over 4M numbers into a new tensor, as in bench/bench_elementwise.cpp."""
import peer


def function(name):
    def prepare(torch):
        x, f = torch.randn(1 << 22), getattr(torch, name)
        return lambda: f(x)
    return prepare


def add(torch):
    a, b = torch.randn(1 << 22), torch.randn(1 << 22)
    return lambda: a + b


def drawn(name):
    def prepare(torch):
        draw = getattr(torch, name)
        return lambda: draw(1 << 22)
    return prepare


cases = {}
for threads in (1, 2):
    for name in ("clone", "relu", "exp", "tanh", "sigmoid"):
        cases[f"{'copy' if name == 'clone' else name}/4M/threads:{threads}"] = function(name)
    cases[f"uniform/4M/threads:{threads}"] = drawn("rand")
    cases[f"normal/4M/threads:{threads}"] = drawn("randn")
    cases[f"add/4M/threads:{threads}"] = add
peer.main(cases)
