"""A Whisper-architecture network, lean enough to train on two CPU cores.

Parameter names are those of ``transformers`` (``WhisperForConditionalGeneration``), so that the
weights load there for conversion. Attention is written out: on this size it is faster on a CPU
than the fused kernel, and the supervised cross-attention heads need their weights.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

MEL_BANDS = 80
MAX_FRAMES = 1500
MAX_TOKENS = 448


@dataclass(frozen=True)
class Shape:
    """Sizes of the network."""

    d_model: int = 256
    heads: int = 4
    feed_forward: int = 768
    encoder_layers: int = 5
    decoder_layers: int = 2
    tokens: int = 0
    """Trained rows of the vocabulary: text pieces, then the special tokens in use."""
    phones: int = 0

    def __post_init__(self) -> None:
        if self.d_model % 2 or self.d_model % self.heads:
            raise ValueError(
                f"a width of {self.d_model} cannot be shared by {self.heads} heads: "
                "it must be even and a multiple of their number"
            )

    def as_dict(self) -> dict[str, Any]:
        """Return the sizes for a checkpoint."""
        return asdict(self)

    def finding_heads(self) -> list[tuple[int, int]]:
        """Return the (decoder layer, head) pairs that are taught where the next token is said.

        One of the first layer, and up to three of the last.
        """
        last = self.decoder_layers - 1
        found = [(0, 0)]
        if last:
            found += [(last, head) for head in range(min(3, self.heads))]
        return found

    def following_heads(self) -> list[tuple[int, int]]:
        """Return the pairs that are taught where the last token was, from where to go on."""
        return [(0, 1)] if self.heads > 1 else []

    def alignment_heads(self) -> list[tuple[int, int]]:
        """Return the pairs from which word times are read."""
        last = self.decoder_layers - 1
        return [pair for pair in self.finding_heads() if pair[0] == last][:2]


class Attention(nn.Module):
    """Multi-head attention; ``forward`` also returns the weights where asked."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        d = shape.d_model
        self.heads = shape.heads
        self.q_proj, self.v_proj, self.out_proj = (nn.Linear(d, d) for _ in range(3))
        self.k_proj = nn.Linear(d, d, bias=False)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Attend from x (batch, n, d) to memory (batch, m, d); weights (batch, heads, n, m)."""
        batch, length, d = x.shape
        size = d // self.heads

        def split(y: Tensor) -> Tensor:
            return y.view(batch, -1, self.heads, size).transpose(1, 2)

        query = split(self.q_proj(x) * size**-0.5)
        scores = query @ split(self.k_proj(memory)).transpose(2, 3)
        if mask is not None:
            scores = scores + mask
        weights = torch.softmax(scores, -1)
        mixed = (weights.to(x.dtype) @ split(self.v_proj(memory))).transpose(1, 2)
        return self.out_proj(mixed.reshape(batch, length, d)), weights


class EncoderLayer(nn.Module):
    """Pre-norm self attention and feed forward."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        d = shape.d_model
        self.self_attn = Attention(shape)
        self.self_attn_layer_norm = nn.LayerNorm(d)
        self.fc1, self.fc2 = nn.Linear(d, shape.feed_forward), nn.Linear(shape.feed_forward, d)
        self.final_layer_norm = nn.LayerNorm(d)
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, frames, d) of the same shape."""
        normed = self.self_attn_layer_norm(x)
        x = x + self.drop(self.self_attn(normed, normed, None)[0])
        return x + self.drop(self.fc2(functional.gelu(self.fc1(self.final_layer_norm(x)))))

    def drop(self, x: Tensor) -> Tensor:
        """Apply dropout while training."""
        return functional.dropout(x, self.dropout, self.training) if self.dropout else x


class DecoderLayer(EncoderLayer):
    """An encoder layer with a causal mask and attention to the encoder in the middle."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__(shape, dropout)
        self.encoder_attn = Attention(shape)
        self.encoder_attn_layer_norm = nn.LayerNorm(shape.d_model)

    def decode(self, x: Tensor, memory: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the new x and the cross-attention weights (batch, heads, tokens, frames)."""
        normed = self.self_attn_layer_norm(x)
        x = x + self.drop(self.self_attn(normed, normed, mask)[0])
        heard, weights = self.encoder_attn(self.encoder_attn_layer_norm(x), memory, None)
        x = x + self.drop(heard)
        x = x + self.drop(self.fc2(functional.gelu(self.fc1(self.final_layer_norm(x)))))
        return x, weights


def sinusoids(length: int, channels: int) -> Tensor:
    """Return Whisper's sinusoidal positions, shape (length, channels)."""
    step = math.log(10_000) / (channels // 2 - 1)
    inverse = torch.exp(-step * torch.arange(channels // 2))
    angles = torch.arange(length)[:, None] * inverse[None, :]
    return torch.cat((angles.sin(), angles.cos()), 1)


class Encoder(nn.Module):
    """Two convolutions and the encoder layers: (batch, 80, frames) to (batch, frames / 2, d)."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        d = shape.d_model
        self.conv1 = nn.Conv1d(MEL_BANDS, d, 3, padding=1)
        self.conv2 = nn.Conv1d(d, d, 3, stride=2, padding=1)
        self.embed_positions = nn.Embedding(MAX_FRAMES, d)
        self.embed_positions.weight.data = sinusoids(MAX_FRAMES, d)
        self.embed_positions.requires_grad_(False)
        self.layers = nn.ModuleList(
            EncoderLayer(shape, dropout) for _ in range(shape.encoder_layers)
        )
        self.layer_norm = nn.LayerNorm(d)

    def forward(self, mels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the encoded frames, and the frames as they are two layers before the last."""
        x = functional.gelu(self.conv1(mels))
        x = functional.gelu(self.conv2(x)).transpose(1, 2)
        x = x + self.embed_positions.weight[: x.shape[1]].to(x.dtype)
        early = x
        for number, layer in enumerate(self.layers):
            x = layer(x)
            if number == len(self.layers) - 3:
                early = x
        return self.layer_norm(x), early


class Decoder(nn.Module):
    """Token and position embeddings and the decoder layers."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        d = shape.d_model
        self.embed_tokens = nn.Embedding(shape.tokens, d)
        self.embed_positions = nn.Embedding(MAX_TOKENS, d)
        nn.init.normal_(self.embed_tokens.weight, std=0.05)
        nn.init.normal_(self.embed_positions.weight, std=0.05)
        self.layers = nn.ModuleList(
            DecoderLayer(shape, dropout) for _ in range(shape.decoder_layers)
        )
        self.layer_norm = nn.LayerNorm(d)
        # Dimension 0 is kept free: at export it pushes the unused ids of the padded vocabulary
        # below all others (see export.py).
        keep = torch.ones(d)
        keep[0] = 0.0
        self.register_buffer("keep", keep, persistent=False)

    def table(self) -> Tensor:
        """Return the tied embedding table, dimension 0 cleared."""
        kept: Tensor = self.embed_tokens.weight * self.get_buffer("keep")
        return kept

    def forward(self, tokens: Tensor, memory: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return hidden states (batch, tokens, d) and each layer's cross-attention weights."""
        length = tokens.shape[1]
        x = functional.embedding(tokens, self.table())
        x = (x + self.embed_positions.weight[:length]).to(memory.dtype)
        mask = torch.full((length, length), -1e4, dtype=x.dtype, device=x.device).triu(1)
        attentions = []
        for layer in self.layers:
            assert isinstance(layer, DecoderLayer)  # a module list forgets what it holds
            x, weights = layer.decode(x, memory, mask)
            attentions.append(weights)
        return self.layer_norm(x), attentions


class Recogniser(nn.Module):
    """Encoder and decoder, and the training-only heads on the encoder.

    Two layers before its end the encoder is to name the phone of each frame; at its end, the text
    token that is being said there. The decoder then finds tokens to copy, not sounds to spell.
    """

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape, dropout)
        self.decoder = Decoder(shape, dropout)
        self.phone_norm = nn.LayerNorm(shape.d_model)
        self.phone_head = nn.Linear(shape.d_model, shape.phones)
        self.token_head = nn.Linear(shape.d_model, shape.d_model)
