"""Determines whether a classic BPF program could accept a packet of which only some bytes are known.

The program is run as bpf(4) and the kernel's Documentation/networking/filter.rst describe; if a branch depends on
unknown bytes, both directions are followed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from inspector.live.bpf import EXTENSIONS, Program

Known = Mapping[int, int]
"""The known bytes of a packet by offset; at the kernel's extensions (from EXTENSIONS on), whole integers."""

MOST_STEPS = 20_000
"""Maximum number of states that are followed; a program that needs more counts as one that may accept the packet."""

LD, LDX, ST, STX, ALU, JMP, RET, MISC = range(8)
"""Instruction classes: the lowest three bits of an opcode."""

IMMEDIATE, ABSOLUTE, INDIRECT, MEMORY, LENGTH, HEADER_LENGTH = range(0, 0xC0, 0x20)
SIZES = {0x00: 4, 0x08: 2, 0x10: 1}
BY_X = 0x08
NEGATE = 0x80
ALWAYS = 0x00
WORD = 0xFFFFFFFF

Value = int | None
"""The content of a register; None if it depends on unknown bytes."""

ARITHMETIC: dict[int, Callable[[int, int], int]] = {
    0x00: operator.add,
    0x10: operator.sub,
    0x20: operator.mul,
    0x30: operator.floordiv,
    0x40: operator.or_,
    0x50: operator.and_,
    0x60: lambda a, b: a << (b & 31),
    0x70: lambda a, b: a >> (b & 31),
    0x90: operator.mod,
    0xA0: operator.xor,
}
COMPARISONS: dict[int, Callable[[int, int], bool]] = {
    0x10: operator.eq,
    0x20: operator.gt,
    0x30: operator.ge,
    0x40: lambda a, b: bool(a & b),
}

State = tuple[int, Value, Value, tuple[Value, ...]]
"""The state of the machine: index of the next instruction, registers A and X, memory."""


def may_pass(program: Program, packet: Known) -> bool:
    """Whether the program could accept the packet: whether any path that the known bytes allow does so."""
    waiting: list[State] = [(0, 0, 0, (0,) * 16)]
    seen: set[State] = set()
    while waiting and len(seen) < MOST_STEPS:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        at, a, x, memory = state
        code, if_true, if_false, k = program[at]
        kind = code & 7
        if kind == RET:
            if (a if code & 0x10 else k) != 0:
                return True
        elif kind == JMP:
            waiting += [(at + 1 + jump, a, x, memory) for jump in _jumps(code, if_true, if_false, k, a, x)]
        elif kind in (ST, STX):
            stored = a if kind == ST else x
            waiting.append((at + 1, a, x, (*memory[:k], stored, *memory[k + 1 :])))
        elif kind == MISC:
            waiting.append((at + 1, x, x, memory) if code & 0x80 else (at + 1, a, a, memory))
        elif kind == ALU:
            waiting.append((at + 1, _computed(code, a, x if code & BY_X else k), x, memory))
        else:
            loaded = _loaded(code, k, x, memory, packet)
            waiting.append((at + 1, loaded, x, memory) if kind == LD else (at + 1, a, loaded, memory))
    return bool(waiting)


def _jumps(code: int, if_true: int, if_false: int, k: int, a: Value, x: Value) -> list[int]:
    """The distances that a jump may take: both of them if the comparison depends on unknown bytes."""
    if code & 0xF0 == ALWAYS:
        return [k]
    other = x if code & BY_X else k
    if a is None or other is None:
        return [if_true, if_false]
    return [if_true if COMPARISONS[code & 0xF0](a, other) else if_false]


def _computed(code: int, a: Value, other: Value) -> Value:
    if a is None:
        return None
    if code & 0xF0 == NEGATE:
        return -a & WORD
    if other is None or (other == 0 and code & 0xF0 in (0x30, 0x90)):
        return None
    return ARITHMETIC[code & 0xF0](a, other) & WORD


def _loaded(code: int, k: int, x: Value, memory: tuple[Value, ...], packet: Known) -> Value:
    mode, size = code & 0xE0, SIZES[code & 0x18]
    if mode == IMMEDIATE:
        return k
    if mode == MEMORY:
        return memory[k]
    if mode == HEADER_LENGTH:
        first = packet.get(k)
        return None if first is None else (first & 15) * 4
    if mode == LENGTH or (mode == INDIRECT and x is None):
        return None
    at = k + (x or 0) if mode == INDIRECT else k
    if at >= EXTENSIONS:
        return packet.get(at)
    value = 0
    for offset in range(at, at + size):
        octet = packet.get(offset)
        if octet is None:
            return None
        value = value << 8 | octet
    return value
