"""3x3 convolutions of 64 images, 64 maps to 64, 28x28, as in bench/bench_conv.cpp."""
import peer

IMAGES, IN, OUT, KERNEL = 64, 64, 64, 3


def tensors(torch, grad):
    return [torch.randn(*shape, requires_grad=grad)
            for shape in ((IMAGES, IN, 28, 28), (OUT, IN, KERNEL, KERNEL), (OUT,))]


def forward(torch):
    x, weight, bias = tensors(torch, False)
    return lambda: torch.relu_(torch.conv2d(x, weight, bias, padding=KERNEL // 2))


def both(torch):
    x, weight, bias = tensors(torch, True)
    dy = torch.randn(IMAGES, OUT, 28, 28)

    def run():
        x.grad = weight.grad = bias.grad = None
        torch.conv2d(x, weight, bias, padding=KERNEL // 2).backward(dy)
    return run


shape = f"{IMAGES}/{IN}/{OUT}/{KERNEL}/{KERNEL * KERNEL}"
peer.main({f"conv2d/forward/{shape}": forward, f"conv2d/forward+backward/{shape}": both})
