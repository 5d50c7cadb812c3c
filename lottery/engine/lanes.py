"""SHA-256 (FIPS 180-4) of sixteen messages at once, for `fasttickets`; needs numba.

One word of sixteen messages is one vector of sixteen lanes. The compression function is emitted as LLVM instructions on
such vectors, because the compiler's own search for them in a loop over messages depends on its version; LLVM cuts the
vectors to the width of the processor (one register with AVX-512, two with AVX2, four with SSE or NEON).
"""

from collections.abc import Callable
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

from lottery.engine.compiled import compiled

LANES = 16
_WORD = ir.IntType(32)
_VECTOR = ir.VectorType(_WORD, LANES)


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _cube_root(value: int) -> int:
    low, high = 0, 1 << (value.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= value else (low, middle - 1)
    return low


# The constants are the first 32 bits of the fractions of the cube and square roots of the first primes.
ROUND_CONSTANTS = [_cube_root(prime << 96) & 0xFFFFFFFF for prime in _primes(64)]
START = np.array([isqrt(prime << 64) & 0xFFFFFFFF for prime in _primes(8)], dtype=np.uint32)


def _same(value: int) -> ir.Constant:
    return ir.Constant(_VECTOR, [value] * LANES)


class _Emitter:
    """The few vector operations of SHA-256 on one LLVM builder."""

    def __init__(self, builder: Any) -> None:
        self._builder = builder
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        module = builder.module
        name = f"llvm.fshr.v{LANES}i32"
        self._rotate = module.globals.get(name) or ir.Function(module, kind, name)

    def add(self, *values: Any) -> Any:
        total = values[0]
        for value in values[1:]:
            total = self._builder.add(total, value)
        return total

    def mix(self, value: Any, first: int, second: int, third: int, *, shift: bool) -> Any:
        """Rotations (the last one a shift in the message schedule) joined by exclusive or."""
        build = self._builder
        turned = [build.call(self._rotate, [value, value, _same(by)]) for by in (first, second)]
        last = build.lshr(value, _same(third)) if shift else build.call(self._rotate, [value, value, _same(third)])
        return build.xor(build.xor(*turned), last)

    def choose(self, first: Any, second: Any, third: Any) -> Any:
        return self._builder.xor(third, self._builder.and_(first, self._builder.xor(second, third)))

    def majority(self, first: Any, second: Any, third: Any) -> Any:
        build = self._builder
        return build.or_(build.and_(first, second), build.and_(third, build.or_(first, second)))


def _rounds(emit: _Emitter, state: list[Any], words: list[Any]) -> list[Any]:
    a, b, c, d, e, f, g, h = state
    for at, constant in enumerate(ROUND_CONSTANTS):
        slot = at % 16
        if at >= 16:
            older, newer = words[(at - 15) % 16], words[(at - 2) % 16]
            small, large = emit.mix(older, 7, 18, 3, shift=True), emit.mix(newer, 17, 19, 10, shift=True)
            words[slot] = emit.add(words[slot], small, words[(at - 7) % 16], large)
        first = emit.add(
            h, emit.mix(e, 6, 11, 25, shift=False), emit.choose(e, f, g), emit.add(words[slot], _same(constant))
        )
        second = emit.add(emit.mix(a, 2, 13, 22, shift=False), emit.majority(a, b, c))
        a, b, c, d, e, f, g, h = emit.add(first, second), a, b, c, emit.add(d, first), e, f, g
    return [emit.add(before, after) for before, after in zip(state, [a, b, c, d, e, f, g, h], strict=True)]


def _emit_compress(_context: Any, state: Any, words: Any) -> Any:
    """Compress in place: `state` is (8, LANES) and `words` (16, LANES), both contiguous uint32."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointers = []
        for kind, value in zip(signature.args, arguments, strict=True):
            array = context.make_array(kind)(context, builder, value)
            pointers.append(builder.bitcast(array.data, _VECTOR.as_pointer()))

        def at(pointer: Any, row: int) -> Any:
            return builder.gep(pointer, [ir.Constant(_WORD, row)])

        # Rows of sixteen words; numpy promises no more than the alignment of one.
        loaded = [
            [builder.load(at(pointer, row), align=4) for row in range(size)]
            for pointer, size in zip(pointers, (8, 16), strict=True)
        ]
        for row, value in enumerate(_rounds(_Emitter(builder), *loaded)):
            builder.store(value, at(pointers[0], row), align=4)
        return context.get_dummy_value()

    return types.void(state, words), generate


_compress: Callable[..., None] = intrinsic(_emit_compress)


def _read_word(rows: npt.NDArray[np.uint8], row: int, at: int) -> Any:
    return (
        np.uint32(rows[row, at]) << np.uint32(24)
        | np.uint32(rows[row, at + 1]) << np.uint32(16)
        | np.uint32(rows[row, at + 2]) << np.uint32(8)
        | np.uint32(rows[row, at + 3])
    )


_word = compiled(_read_word, nogil=True)


def _compress_first(blocks: npt.NDArray[np.uint8], states: npt.NDArray[np.uint32]) -> None:
    """The state after the first block of every message: `blocks` (n, 64) bytes, `states` (n, 8) words."""
    state = np.empty((8, LANES), dtype=np.uint32)
    words = np.empty((16, LANES), dtype=np.uint32)
    count = blocks.shape[0]
    for begin in range(0, count, LANES):
        for lane in range(LANES):
            row = min(begin + lane, count - 1)
            for at in range(8):
                state[at, lane] = START[at]
            for at in range(16):
                words[at, lane] = _word(blocks, row, 4 * at)
        _compress(state, words)
        for lane in range(min(LANES, count - begin)):
            for at in range(8):
                states[begin + lane, at] = state[at, lane]


def _lay_out(
    flat: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    blocks: npt.NDArray[np.int64],
    rows: npt.NDArray[np.uint8],
) -> None:
    """Copy every name into its row of zeros, then the end mark and the length in bits, one block of key included."""
    for row in range(len(starts)):
        size, start = sizes[row], starts[row]
        for at in range(size):
            rows[row, at] = flat[start + at]
        rows[row, size] = 0x80
        bits, end = (size + 64) * 8, blocks[row] * 64
        for at in range(4):
            rows[row, end - 1 - at] = (bits >> (8 * at)) & 0xFF


def _hmac_rows(
    pads: npt.NDArray[np.uint32],
    rows: npt.NDArray[np.uint8],
    blocks: int,
    key_of: npt.NDArray[np.int32],
    name_of: npt.NDArray[np.int32],
    found: npt.NDArray[np.uint8],
) -> None:
    """HMAC-SHA256 of `blocks` blocks of every row, from the states in `pads`; a part group repeats its last message."""
    inner = np.empty((8, LANES), dtype=np.uint32)
    outer = np.empty((8, LANES), dtype=np.uint32)
    words = np.empty((16, LANES), dtype=np.uint32)
    count = len(key_of)
    for begin in range(0, count, LANES):
        for lane in range(LANES):
            key = key_of[min(begin + lane, count - 1)]
            for at in range(8):
                inner[at, lane] = pads[key, at]
                outer[at, lane] = pads[key, 8 + at]
        for block in range(blocks):
            for lane in range(LANES):
                name = name_of[min(begin + lane, count - 1)]
                for at in range(16):
                    words[at, lane] = _word(rows, name, 64 * block + 4 * at)
            _compress(inner, words)
        words[:8] = inner
        words[8:] = 0
        words[8] = 0x80000000
        words[15] = (64 + 32) * 8
        _compress(outer, words)
        for lane in range(min(LANES, count - begin)):
            for at in range(8):
                value = outer[at, lane]
                for byte in range(4):
                    found[begin + lane, 4 * at + byte] = (value >> np.uint32(24 - 8 * byte)) & np.uint32(0xFF)


compress_first = compiled(_compress_first, nogil=True)
lay_out = compiled(_lay_out, nogil=True)
hmac_rows = compiled(_hmac_rows, nogil=True)
