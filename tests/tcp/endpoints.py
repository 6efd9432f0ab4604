"""Two TCP endpoints after RFC 9293 §3.10, a link that loses packets, and an observer somewhere on it.

Written for the tests alone and from the RFC alone, so that what the engine claims to know of two ends can be held
against what they were. Segments arrive in order; there are no windows, and TIME-WAIT does not end.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random

SYNCHRONIZED = ("ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT")


@dataclass
class Packet:
    """A segment; `sent_at` is its sender's place in its own history."""

    side: int
    flags: str
    seq: int
    ack: int = 0
    length: int = 0
    sent_at: int = 0

    @property
    def end(self) -> int:
        return self.seq + self.length + ("S" in self.flags) + ("F" in self.flags)


@dataclass
class Endpoint:
    """One end. `history` is every state it was in, in order; `moment` counts them."""

    side: int
    state: str
    iss: int
    outbox: list[Packet] = field(default_factory=list)
    unacked: list[Packet] = field(default_factory=list)
    rcv_nxt: int = 0
    was_called: bool = False

    def __post_init__(self) -> None:
        self.snd_nxt = self.snd_una = self.iss
        self.history = [self.state]

    def _turn(self, state: str) -> None:
        self.state = state
        self.history.append(state)

    def _send(self, flags: str, *, seq: int | None = None, ack: int | None = None, length: int = 0) -> None:
        packet = Packet(self.side, flags, self.snd_nxt if seq is None else seq, length=length)
        packet.ack = (self.rcv_nxt if ack is None else ack) if "A" in flags else 0
        packet.sent_at = len(self.history) - 1
        self.outbox.append(packet)
        if packet.end > self.snd_nxt and "R" not in flags:
            self.unacked.append(packet)
            self.snd_nxt = packet.end

    # -- what its user and its timer do ---------------------------------------------------------------------------

    def connect(self) -> None:
        if self.state == "CLOSED" and self.snd_nxt == self.iss:
            self._turn("SYN-SENT")
            self._send("S")

    def write(self, length: int) -> None:
        if self.state in ("ESTABLISHED", "CLOSE-WAIT"):
            self._send("PA", length=length)

    def close(self) -> None:
        after = {"ESTABLISHED": "FIN-WAIT-1", "CLOSE-WAIT": "LAST-ACK"}.get(self.state)
        if after:
            self._turn(after)
            self._send("FA")

    def abort(self) -> None:
        if self.state in ("ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT"):
            self._turn("CLOSED")
            self._send("RA")

    def repeat(self) -> None:
        """The retransmission timer has expired."""
        if self.unacked and self.state not in ("CLOSED", "LISTEN", "TIME-WAIT"):
            first = self.unacked[0]
            flags = first.flags
            if flags == "S" and self.state == "SYN-RECEIVED":
                flags = "SA"
            self._send(flags, seq=first.seq, length=first.length)

    # -- SEGMENT ARRIVES (§3.10.7) ----------------------------------------------------------------------------------

    def receive(self, p: Packet) -> None:
        if self.state == "CLOSED":
            self._refuse(p)
        elif self.state == "LISTEN":
            self._listen(p)
        elif self.state == "SYN-SENT":
            self._receive_in_syn_sent(p)
        else:
            self._receive_in_others(p)

    def _refuse(self, p: Packet) -> None:
        if "R" in p.flags:
            return
        if "A" in p.flags:
            self._send("R", seq=p.ack)
        else:
            self._send("RA", seq=0, ack=p.end)

    def _listen(self, p: Packet) -> None:
        if "R" in p.flags:
            return
        if "A" in p.flags:
            self._send("R", seq=p.ack)
        elif "S" in p.flags:
            self.was_called = True
            self.rcv_nxt = p.seq + 1
            self.snd_nxt = self.snd_una = self.iss
            self.unacked.clear()
            self._turn("SYN-RECEIVED")
            self._send("SA")

    def _receive_in_syn_sent(self, p: Packet) -> None:
        if "A" in p.flags and not self.iss < p.ack <= self.snd_nxt:
            if "R" not in p.flags:
                self._send("R", seq=p.ack)
            return
        if "R" in p.flags:
            if "A" in p.flags:
                self._turn("CLOSED")
            return
        if "S" not in p.flags:
            return
        self.rcv_nxt = p.seq + 1
        if "A" in p.flags:
            self._acknowledged(p.ack)
            self._turn("ESTABLISHED")
            self._send("A")
        else:
            self._turn("SYN-RECEIVED")
            self._send("SA", seq=self.iss)

    def _receive_in_others(self, p: Packet) -> None:
        if "R" in p.flags:
            if p.seq == self.rcv_nxt:
                self._turn("LISTEN" if self.state == "SYN-RECEIVED" and self.was_called else "CLOSED")
            elif p.seq > self.rcv_nxt:
                self._send("A")
            return
        if "S" in p.flags:
            if self.state == "SYN-RECEIVED" and "A" in p.flags and p.ack > self.iss:
                self._acknowledged(p.ack)
                self._turn("ESTABLISHED")
            elif self.state != "SYN-RECEIVED":
                self._send("A")
            return
        if p.end < self.rcv_nxt or (p.end == self.rcv_nxt and p.end > p.seq):
            self._send("A")  # all of it was here before
            return
        if p.ack > self.snd_nxt:
            self._send("A")
            return
        self._acknowledged(p.ack)
        if self.state == "SYN-RECEIVED" and p.ack > self.iss:
            self._turn("ESTABLISHED")
        if not self.unacked:
            after = {"FIN-WAIT-1": "FIN-WAIT-2", "CLOSING": "TIME-WAIT", "LAST-ACK": "CLOSED"}.get(self.state)
            if after:
                self._turn(after)
                if after == "CLOSED":
                    return
        if p.end > p.seq:
            self._take(p)

    def _take(self, p: Packet) -> None:
        """Bytes and FIN, when they are next."""
        if p.seq == self.rcv_nxt:
            self.rcv_nxt = p.end
            if "F" in p.flags:
                after = {"ESTABLISHED": "CLOSE-WAIT", "FIN-WAIT-1": "CLOSING", "FIN-WAIT-2": "TIME-WAIT"}
                self._turn(after.get(self.state, self.state))
        self._send("A")

    def _acknowledged(self, ack: int) -> None:
        self.snd_una = max(self.snd_una, ack)
        self.unacked = [packet for packet in self.unacked if packet.end > self.snd_una]


class World:
    """Both ends, the link, and what the observer on it has seen, in order."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.ends = [Endpoint(0, "CLOSED", 1000), Endpoint(1, random.choice(["LISTEN", "LISTEN", "CLOSED"]), 5000)]
        self.before: list[deque[Packet]] = [deque(), deque()]
        """Packets on their way to the observer, by sender."""
        self.behind: list[deque[Packet]] = [deque(), deque()]
        self.seen: list[Packet] = []
        self.loss = random.choice([0.0, 0.1, 0.3])

    def live(self, steps: int) -> None:
        """So many things happen."""
        self.ends[0].connect()
        if self.random.random() < 0.1:
            self.ends[1].connect()
        for _ in range(steps):
            self._step()

    def _step(self) -> None:
        side = self.random.randrange(2)
        end = self.ends[side]
        what = self.random.choices(
            ["pass", "deliver", "write", "close", "abort", "repeat"], [40, 40, 8, 5, 0.7, 8], k=1
        )[0]
        if what == "pass" and self.before[side]:
            packet = self.before[side].popleft()
            # A FIN that nobody saw cannot be told from none: what the engine says is of what was seen.
            if "F" in packet.flags or self.random.random() >= self.loss:
                self.seen.append(packet)
                self.behind[side].append(packet)
        elif what == "deliver" and self.behind[side]:
            packet = self.behind[side].popleft()
            if self.random.random() >= self.loss:
                self.ends[1 - side].receive(packet)
        elif what == "write":
            end.write(self.random.randint(1, 50))
        elif what == "close":
            end.close()
        elif what == "abort":
            end.abort()
        elif what == "repeat":
            end.repeat()
        for one in self.ends:
            self.before[one.side].extend(one.outbox)
            one.outbox.clear()

    def possible(self, row: int, side: int) -> set[str]:
        """The states in which the end was between its last packet up to `row` of those seen and its next one."""
        own = [at for at, packet in enumerate(self.seen) if packet.side == side]
        last = [at for at in own if at <= row]
        following = [at for at in own if at > row]
        begin = self.seen[last[-1]].sent_at if last else 0
        end = self.seen[following[0]].sent_at if following else len(self.ends[side].history) - 1
        return set(self.ends[side].history[begin : end + 1])
