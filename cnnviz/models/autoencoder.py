"""An auto-encoder of 28x28 pictures: an encoder, a bottleneck of a few numbers, and a decoder in two forms."""

from collections import OrderedDict

from torch import Tensor, nn

from cnnviz.models.info import ModelInfo

PICTURE = 28  # pixels a side
SIDE = 7  # of the maps between the two halves: 28 halved twice
HIDDEN = 64  # numbers between maps and latents: most of the weights lie on their two sides
SLOPE = 0.2  # of LeakyReLU below zero, as in the course's workshop
FORMS = ("upsample", "transposed")


class Autoencoder(nn.Module):
    """(B,1,28,28) in [0,1] -> (B,1,28,28) logits of the reconstruction; their sigmoid is the picture.

    latent_size: numbers in the bottleneck. width: maps of the encoder's first convolution, the second has twice as many.
    form: of the decoder, "upsample" (bilinear upsampling and a convolution) or "transposed" (transposed convolutions).
    ValueError for sizes below 1 and another form. Source: the course's workshop, steps 3 and 5.
    """

    def __init__(self, latent_size: int = 2, width: int = 16, form: str = "upsample") -> None:
        super().__init__()
        self.encoder = encoder(width)
        self.latent = nn.Linear(HIDDEN, latent_size)
        self.decoder = decoder(latent_size, width, form)

    def encode(self, images: Tensor) -> Tensor:
        """(B,1,28,28) in [0,1] -> latents (B,latent_size)."""
        return self.latent(self.encoder(images))

    def decode(self, latents: Tensor) -> Tensor:
        """(B,latent_size) -> logits (B,1,28,28)."""
        return self.decoder(latents)

    def forward(self, images: Tensor) -> Tensor:
        return self.decode(self.encode(images))


def encoder(width: int) -> nn.Sequential:
    """(B,1,28,28) -> (B,HIDDEN): twice convolution, average pooling, batch norm, LeakyReLU; then a linear layer."""
    if width < 2:
        raise ValueError(f"width is {width}: give 2 maps or more")
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, width, 5, padding=2),  # (B, width, 28, 28)
            pool1=nn.AvgPool2d(2),  # (B, width, 14, 14)
            bn1=nn.BatchNorm2d(width),
            relu1=nn.LeakyReLU(SLOPE),
            conv2=nn.Conv2d(width, 2 * width, 5, padding=2),  # (B, 2 width, 14, 14)
            pool2=nn.AvgPool2d(2),  # (B, 2 width, 7, 7)
            bn2=nn.BatchNorm2d(2 * width),
            relu2=nn.LeakyReLU(SLOPE),
            flatten=nn.Flatten(),
            fc=nn.Linear(2 * width * SIDE * SIDE, HIDDEN),
            relu3=nn.LeakyReLU(SLOPE),
        )
    )


def decoder(inputs: int, width: int, form: str) -> nn.Sequential:
    """(B,inputs) -> (B,1,28,28) logits: two linear layers, then twice from a side to its double."""
    if inputs < 1:
        raise ValueError(f"the decoder reads {inputs} numbers: give a latent_size of 1 or more")
    if form not in FORMS:
        raise ValueError(f"form is {form!r}: the decoder's is {' or '.join(FORMS)}")
    return nn.Sequential(
        OrderedDict(
            fc1=nn.Linear(inputs, HIDDEN),
            relu1=nn.LeakyReLU(SLOPE),
            fc2=nn.Linear(HIDDEN, 2 * width * SIDE * SIDE),
            relu2=nn.LeakyReLU(SLOPE),
            unflatten=nn.Unflatten(1, (2 * width, SIDE, SIDE)),
            double1=_doubled(2 * width, width, form),  # (B, width, 14, 14)
            double2=_doubled(width, width // 2, form),  # (B, width // 2, 28, 28)
            conv=nn.Conv2d(width // 2, 1, 3, padding=1),  # (B, 1, 28, 28)
        )
    )


def _doubled(in_channels: int, out_channels: int, form: str) -> nn.Sequential:
    grow: OrderedDict[str, nn.Module] = OrderedDict(conv=nn.ConvTranspose2d(in_channels, out_channels, 4, stride=2, padding=1))
    if form == "upsample":
        grow = OrderedDict(
            upsample=nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            conv=nn.Conv2d(in_channels, out_channels, 3, padding=1),
        )
    return nn.Sequential(OrderedDict(**grow, bn=nn.BatchNorm2d(out_channels), relu=nn.LeakyReLU(SLOPE)))


INFO = ModelInfo(
    name="autoencoder",
    title="Auto-encoder",
    build=Autoencoder,
    input_shape=(1, 28, 28),
    smallest=28,
    classes=1,
    source="the course's workshop: encoder and decoder of steps 3 to 5, with average pooling and bilinear upsampling",
    depth=9,
    note="The bottleneck has 2 numbers; the output is a picture before its sigmoid.",
)
