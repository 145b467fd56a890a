"""Layers, losses, the training step of an MLP and an optimizer, as in bench_layers.cpp and bench_optimizer.cpp."""
import peer


def conv2d(with_backward):
    def prepare(torch):
        x, weight, bias = [torch.randn(*shape, requires_grad=with_backward)
                           for shape in ((64, 64, 28, 28), (64, 64, 3, 3), (64,))]
        dy = torch.randn(64, 64, 28, 28)

        def run():
            x.grad = weight.grad = bias.grad = None
            y = torch.relu_(torch.conv2d(x, weight, bias, padding=1))  # in place, which costs no copy of y
            if with_backward:
                y.backward(dy)
        return run
    return prepare


def linear(torch):
    layer = torch.nn.Linear(784, 400)
    x, dy = torch.randn(128, 784, requires_grad=True), torch.randn(128, 400)

    def run():
        layer.zero_grad()
        x.grad = None
        layer(x).backward(dy)
    return run


def layer_norm(torch):
    layer = torch.nn.LayerNorm(256)
    x, dy = torch.randn(4096, 256, requires_grad=True), torch.randn(4096, 256)

    def run():
        layer.zero_grad()
        x.grad = None
        layer(x).backward(dy)
    return run


def cross_entropy(torch):
    logits, labels = torch.randn(12544, 256, requires_grad=True), torch.arange(12544) % 256

    def run():
        logits.grad = None
        torch.nn.functional.cross_entropy(logits, labels).backward()
    return run


def mlp(torch):
    nn = torch.nn
    model = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x, labels = torch.randn(128, 784), torch.arange(128) % 10

    def run():
        loss = nn.functional.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return run


def adam(ended):
    def prepare(torch):
        weight = torch.randn(784, 400, requires_grad=True)
        optimizer = torch.optim.Adam([weight], lr=1e-3)
        weight.grad = torch.randn(784, 400)
        optimizer.step()
        if ended:
            weight.grad = torch.zeros(784, 400)
            for _ in range(1500):
                optimizer.step()
        return optimizer.step
    return prepare


cases = {
    "conv2d_relu/forward/64x64x28x28": conv2d(False),
    "conv2d_relu/forward+backward/64x64x28x28": conv2d(True),
    "linear/forward+backward/128x784x400": linear,
    "layer_norm/forward+backward/4096x256": layer_norm,
    "cross_entropy/forward+backward/12544x256": cross_entropy,
    "mlp/step/128": mlp,
    "optimizer/adam/784x400": adam(False),
    "optimizer/adam_ended/784x400": adam(True),
}
peer.main({f"{name}/threads:{threads}": case for threads in (1, 2) for name, case in cases.items()})
