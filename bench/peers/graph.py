"""100 ops on 16 numbers, recorded and walked back, as in bench/bench_autograd.cpp."""
import peer

OPS = 100


def chain(op):
    """One graph of 100 ops, each on the result of the one before."""
    def prepare(torch):
        x, w = torch.ones(16, requires_grad=True), torch.ones(16, requires_grad=True)
        cotangent, apply = torch.ones(16), op(torch)

        def run():
            y = x
            for _ in range(OPS):
                y = apply(y, w)
            y.backward(cotangent)
        return run
    return prepare


def single(op):
    """100 graphs of one op."""
    def prepare(torch):
        x, w = torch.ones(16, requires_grad=True), torch.ones(16, requires_grad=True)
        cotangent, apply = torch.ones(16), op(torch)

        def run():
            for _ in range(OPS):
                apply(x, w).backward(cotangent)
        return run
    return prepare


ops = {
    "add": lambda torch: lambda x, w: x + w,
    "multiply": lambda torch: lambda x, w: x * w,
    "relu": lambda torch: lambda x, w: torch.relu(x),
    "tanh": lambda torch: lambda x, w: torch.tanh(x),
}
cases = {f"graph_op/chain/{name}": chain(op) for name, op in ops.items()}
cases.update({f"graph_op/single/{name}": single(ops[name]) for name in ("add", "multiply")})
peer.main(cases)
