"""A network of LivePortrait's shape with random weights, to compare speed with, nothing else.

Guo et al. 2024, LivePortrait, arXiv:2407.03168; widths, depths and sizes of its published
configuration: appearance extractor (256 px to 32 x 16 x 64 x 64), motion extractor (ConvNeXt-V2
tiny), dense motion by a 3D hourglass over 21 key points, warping, SPADE generator to 512 px.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

POINTS, CHANNELS, DEPTH = 21, 32, 16


def conv(a: int, b: int, size: int = 3, three: bool = False) -> nn.Sequential:
    layer, norm = (nn.Conv3d, nn.BatchNorm3d) if three else (nn.Conv2d, nn.BatchNorm2d)
    return nn.Sequential(layer(a, b, size, padding=size // 2), norm(b), nn.ReLU(inplace=True))


class Res3d(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.a, self.b = conv(width, width, three=True), conv(width, width, three=True)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.b(self.a(x))


class Appearance(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = conv(3, 64)
        self.down = nn.ModuleList([conv(64, 128), conv(128, 256)])
        self.second = nn.Conv2d(256, CHANNELS * DEPTH, 1)
        self.blocks = nn.Sequential(*(Res3d(CHANNELS) for _ in range(6)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for layer in self.down:
            x = fn.avg_pool2d(layer(x), 2)
        return self.blocks(self.second(x).unflatten(1, (CHANNELS, DEPTH)))


class Motion(nn.Module):
    """ConvNeXt-V2 tiny: depths 3, 3, 9, 3; widths 96 to 768."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(3, 96, 4, 4)]
        for stage, (width, depth) in enumerate(zip((96, 192, 384, 768), (3, 3, 9, 3), strict=True)):
            if stage:
                layers.append(nn.Conv2d(width // 2, width, 2, 2))
            layers += [Next(width) for _ in range(depth)]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(768, POINTS * 6 + 66 * 3 + 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x).mean((2, 3)))


class Next(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        y = self.depthwise(x).permute(0, 2, 3, 1)
        return x + self.narrow(fn.gelu(self.wide(y))).permute(0, 3, 1, 2)


class DenseMotion(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.compress = nn.Conv3d(CHANNELS, 4, 1)
        widths = [(POINTS + 1) * 5, *(min(1024, 32 * 2 ** (n + 1)) for n in range(5))]
        pairs = list(itertools.pairwise(widths))
        self.down = nn.ModuleList([conv(a, b, three=True) for a, b in pairs])
        ups = []
        wide = widths[-1]
        for n in reversed(range(5)):
            out = min(1024, 32 * 2**n)
            ups.append(conv(wide, out, three=True))
            wide = out + widths[n]
        self.up = nn.ModuleList(ups)
        self.mask = nn.Conv3d(wide, POINTS + 1, 7, padding=3)
        self.occlusion = nn.Conv2d(wide * DEPTH, 1, 7, padding=3)

    def forward(self, volume: Tensor, grids: Tensor) -> tuple[Tensor, Tensor]:
        small = self.compress(volume)
        warped = fn.grid_sample(
            small.expand(POINTS + 1, -1, -1, -1, -1), grids, align_corners=False
        )
        heat = warped.mean(1, keepdim=True)
        x = torch.cat([heat, warped], 1).flatten(0, 1)[None]
        kept = [x]
        for layer in self.down:
            x = fn.avg_pool3d(layer(x), (1, 2, 2))
            kept.append(x)
        x = kept.pop()
        for layer in self.up:
            x = layer(fn.interpolate(x, scale_factor=(1, 2, 2)))
            x = torch.cat([x, kept.pop()], 1)
        mask = self.mask(x).softmax(1)
        flow = (grids[None] * mask.unflatten(1, (POINTS + 1, 1)).squeeze(2)[..., None]).sum(1)
        return flow, self.occlusion(x.flatten(1, 2)).sigmoid()


class Spade(nn.Module):
    def __init__(self, a: int, b: int) -> None:
        super().__init__()
        middle = min(a, b)
        self.shortcut = nn.Conv2d(a, b, 1) if a != b else nn.Identity()
        self.parts = nn.ModuleList(
            [
                nn.ModuleList(
                    [
                        nn.Conv2d(256, 128, 3, padding=1),
                        nn.Conv2d(128, c, 3, padding=1),
                        nn.Conv2d(128, c, 3, padding=1),
                        nn.Conv2d(c, d, 3, padding=1),
                    ]
                )
                for c, d in ((a, middle), (middle, b))
            ]
        )

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        y = x
        for shared, gain, shift, last in self.parts:
            seen = fn.relu(shared(fn.interpolate(style, y.shape[2:])))
            y = last(fn.leaky_relu(fn.instance_norm(y) * (1 + gain(seen)) + shift(seen), 0.2))
        return self.shortcut(x) + y


class Generator(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.third, self.fourth = conv(CHANNELS * DEPTH, 256), nn.Conv2d(256, 256, 1)
        self.first = nn.Conv2d(256, 512, 3, padding=1)
        self.middle = nn.ModuleList([Spade(512, 512) for _ in range(6)])
        self.up = nn.ModuleList([Spade(512, 256), Spade(256, 64)])
        self.last = nn.Sequential(nn.Conv2d(64, 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, volume: Tensor, flow: Tensor, occlusion: Tensor) -> Tensor:
        warped = fn.grid_sample(volume, flow, align_corners=False)
        style = self.fourth(self.third(warped.flatten(1, 2))) * occlusion
        x = self.first(style)
        for block in self.middle:
            x = block(x, style)
        for block in self.up:
            x = block(fn.interpolate(x, scale_factor=2), style)
        return self.last(fn.leaky_relu(x, 0.2)).sigmoid()


class LivePortraitShape(nn.Module):
    """(1, 3, 256, 256) twice, source and driver → (1, 3, 512, 512)."""

    def __init__(self) -> None:
        super().__init__()
        self.appearance, self.motion = Appearance(), Motion()
        self.dense, self.generator = DenseMotion(), Generator()

    def forward(self, source: Tensor, driver: Tensor) -> Tensor:
        volume = self.appearance(source)
        moved = self.motion(driver)[:, : POINTS * 3].view(POINTS, 3)
        theta = torch.eye(3, 4).expand(POINTS + 1, 3, 4).clone()
        theta[1:, :, 3] += 0.01 * moved.tanh()
        size = [POINTS + 1, 1, DEPTH, 64, 64]
        grids = fn.affine_grid(theta, size, align_corners=False)
        flow, occlusion = self.dense(volume, grids)
        return self.generator(volume, flow, occlusion)
