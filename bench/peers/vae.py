"""A training step of the VAE, as in bench/bench_vae.cpp: the same nets, batch and optimizer."""
import peer


def step(batch):
    def prepare(torch):
        nn = torch.nn
        encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 2 * 20))
        decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))
        optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)
        missing = nn.BCEWithLogitsLoss(reduction="sum")
        x = (torch.rand(batch, 784) < 0.15).float()

        def run():
            mean, log_var = encoder(2 * x - 1).chunk(2, 1)
            z = mean + torch.exp(log_var / 2) * torch.randn_like(mean)
            kl = 0.5 * (mean ** 2 + log_var.exp() - 1 - log_var).sum()
            optimizer.zero_grad()
            ((missing(decoder(z), x) + kl) / batch).backward()
            optimizer.step()
        return run
    return prepare


peer.main({"vae/step/400-20/128": step(128)})
