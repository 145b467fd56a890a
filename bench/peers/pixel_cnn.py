"""A training step of PixelCNN, as in bench/bench_pixel_cnn.cpp: the same net, batch and optimizer."""
import peer

BLOCKS, MAPS = 7, 32


def make_net(torch):
    nn = torch.nn

    # The mask is zeros in the weight: PyTorch has no convolution that skips taps.
    class MaskedConv2d(nn.Conv2d):
        def __init__(self, kind, *args, **options):
            super().__init__(*args, **options)
            rows, cols = self.kernel_size
            kept = rows // 2 * cols + cols // 2 + (kind == "B")
            mask = (torch.arange(rows * cols) < kept).reshape(rows, cols)
            self.register_buffer("mask", mask.float().expand_as(self.weight).clone())

        def forward(self, x):
            return nn.functional.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)

    class Block(nn.Module):
        def __init__(self, h):
            super().__init__()
            self.steps = nn.Sequential(nn.ReLU(), nn.Conv2d(2 * h, h, 1), nn.ReLU(),
                                       MaskedConv2d("B", h, h, 3, padding=1), nn.ReLU(), nn.Conv2d(h, 2 * h, 1))

        def forward(self, x):
            return x + self.steps(x)

    return nn.Sequential(MaskedConv2d("A", 1, 2 * MAPS, 7, padding=3), *[Block(MAPS) for _ in range(BLOCKS)],
                         nn.ReLU(), nn.Conv2d(2 * MAPS, MAPS, 1), nn.ReLU(), nn.Conv2d(MAPS, 1, 1))


def step(batch):
    def prepare(torch):
        net = make_net(torch)
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
        loss = torch.nn.BCEWithLogitsLoss(reduction="sum")
        x = (torch.rand(batch, 1, 28, 28) < 0.15).float()

        def run():
            optimizer.zero_grad()
            (loss(net(2 * x - 1), x) / batch).backward()
            optimizer.step()
        return run
    return prepare


peer.main({"pixel_cnn/step/16": step(16), "pixel_cnn/step/64": step(64)})
