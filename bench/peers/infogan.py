"""A training step of InfoGAN, as in bench/bench_infogan.cpp: the same nets, batch, losses and optimizers."""
import peer

MAPS, HIDDEN, CODE_HIDDEN, NOISE, CATEGORIES, CONTINUOUS, LEAK = 64, 1024, 128, 62, 10, 2, 0.1


def make_nets(nn):
    wide, inputs = 2 * MAPS, CATEGORIES + CONTINUOUS + NOISE
    generator = nn.Sequential(
        nn.Linear(inputs, HIDDEN, bias=False), nn.BatchNorm1d(HIDDEN), nn.ReLU(),
        nn.Linear(HIDDEN, wide * 49, bias=False), nn.BatchNorm1d(wide * 49), nn.ReLU(), nn.Unflatten(1, (wide, 7, 7)),
        nn.ConvTranspose2d(wide, MAPS, 4, 2, 1, bias=False), nn.BatchNorm2d(MAPS), nn.ReLU(),
        nn.ConvTranspose2d(MAPS, 1, 4, 2, 1), nn.Sigmoid())
    trunk = nn.Sequential(
        nn.Conv2d(1, MAPS, 4, 2, 1), nn.LeakyReLU(LEAK),
        nn.Conv2d(MAPS, wide, 4, 2, 1, bias=False), nn.BatchNorm2d(wide), nn.LeakyReLU(LEAK),
        nn.Flatten(), nn.Linear(wide * 49, HIDDEN, bias=False), nn.BatchNorm1d(HIDDEN), nn.LeakyReLU(LEAK))
    real_head = nn.Linear(HIDDEN, 1)
    code_head = nn.Sequential(nn.Linear(HIDDEN, CODE_HIDDEN, bias=False), nn.BatchNorm1d(CODE_HIDDEN),
                              nn.LeakyReLU(LEAK), nn.Linear(CODE_HIDDEN, CATEGORIES + CONTINUOUS))
    return generator, trunk, real_head, code_head


def step(batch):
    def prepare(torch):
        f = torch.nn.functional
        generator, trunk, real_head, code_head = make_nets(torch.nn)
        of_discriminator = [p for part in (trunk, real_head, code_head) for p in part.parameters()]
        discriminator_adam = torch.optim.Adam(of_discriminator, lr=2e-4, betas=(0.5, 0.999))
        generator_adam = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
        x = (torch.rand(batch, 1, 28, 28) < 0.15).float()
        one, zero, unit = torch.ones(batch, 1), torch.zeros(batch, 1), torch.ones(batch, CONTINUOUS)

        def information_loss(seen, category, continuous):
            read = code_head(seen)
            gaussian = f.gaussian_nll_loss(read[:, CATEGORIES:], continuous, unit, full=True, reduction="sum") / batch
            return f.cross_entropy(read[:, :CATEGORIES], category) + gaussian

        def run():
            category = torch.randint(CATEGORIES, (batch,))
            continuous, noise = torch.rand(batch, CONTINUOUS) * 2 - 1, torch.rand(batch, NOISE) * 2 - 1
            drawn = generator(torch.cat([f.one_hot(category, CATEGORIES).float(), continuous, noise], 1))

            of_real, of_drawn = trunk(x), trunk(drawn.detach())
            loss = (f.binary_cross_entropy_with_logits(real_head(of_real), one)
                    + f.binary_cross_entropy_with_logits(real_head(of_drawn), zero)
                    + information_loss(of_drawn, category, continuous))
            discriminator_adam.zero_grad()
            loss.backward()
            discriminator_adam.step()

            for p in of_discriminator:
                p.requires_grad_(False)
            seen = trunk(drawn)
            loss = (f.binary_cross_entropy_with_logits(real_head(seen), one)
                    + information_loss(seen, category, continuous))
            generator_adam.zero_grad()
            loss.backward()
            generator_adam.step()
            for p in of_discriminator:
                p.requires_grad_(True)
        return run
    return prepare


peer.main({"infogan/step/128": step(128)})
