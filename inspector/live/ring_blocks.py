"""Converts blocks of the kernel's packet ring to pcapng blocks, the performance-critical part of live capture.

The layouts are those of struct tpacket_block_desc and struct tpacket3_hdr in <linux/if_packet.h>, in the machine's byte
order; offsets in this module are relative to the beginning of these structures.

Hot module: compiled by Cython where there is a compiler, plain Python otherwise (docs/architecture.md).
"""

from __future__ import annotations

import cython

from inspector.pcap.formats import Block

_PACKET = cython.declare(cython.uint, Block.PACKET)
_MASK32 = cython.declare(cython.uint, 0xFFFFFFFF)
_OUTGOING = cython.declare(cython.uint, 4)  # sll_pkttype of an outgoing packet
_VLAN_VALID = cython.declare(cython.uint, 1 << 4)
_VLAN_TYPE_VALID = cython.declare(cython.uint, 1 << 6)
_VLAN_TYPE = cython.declare(cython.uint, 0x8100)
_MAC_ADDRESSES = cython.declare(cython.Py_ssize_t, 12)  # bytes before the tag in an Ethernet frame
_COOKED = cython.declare(cython.Py_ssize_t, 20)  # bytes of a LINKTYPE_LINUX_SLL2 header


@cython.final
@cython.cclass
class BlockConverter:
    """Writes the packets of a ring block into a buffer, as Enhanced Packet Blocks of interface 0.

    The buffer need not be larger than a ring block, because the kernel's headers are longer than those of pcapng.
    """

    words: cython.uint[::1]
    halves: cython.ushort[::1]
    octets: cython.uchar[::1]
    out_words: cython.uint[::1]
    out: cython.uchar[::1]
    skips_outgoing_of: cython.uint
    has_tags: cython.bint
    is_cooked: cython.bint
    written: cython.longlong
    skipped: cython.longlong

    def __init__(
        self, ring: memoryview, buffer: memoryview, skips_outgoing_of: int, has_tags: bool, is_cooked: bool = False
    ) -> None:
        """`ring` and `buffer` are writable bytes whose length is a multiple of 4.

        `skips_outgoing_of` is the index of the loopback interface, whose outgoing packets are left out, because each
        appears again as an incoming one; 0 leaves out none. `has_tags` means that the link is Ethernet, so that VLAN
        tags removed by the kernel are put back. `is_cooked` means that packets have no link-layer header; each gets a
        LINKTYPE_LINUX_SLL2 header with what the kernel knows.
        """
        self.words = ring.cast("I")
        self.halves = ring.cast("H")
        self.octets = ring
        self.out_words = buffer.cast("I")
        self.out = buffer
        self.skips_outgoing_of = skips_outgoing_of
        self.has_tags = has_tags
        self.is_cooked = is_cooked
        self.written = 0
        self.skipped = 0

    @property
    def packets(self) -> int:
        """The number of packets converted so far."""
        return self.written

    @property
    def left_out(self) -> int:
        """The number of outgoing packets left out so far."""
        return self.skipped

    def release(self) -> None:
        """Release the ring, so that it can be unmapped."""
        self.words = self.out_words
        self.halves = memoryview(bytearray(2)).cast("H")
        self.octets = self.out

    def convert(self, block: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Convert the block at offset `block` of the ring; returns the number of bytes written to the buffer, from its
        beginning.
        """
        words: cython.uint[::1] = self.words
        packets: cython.uint = words[(block + 12) >> 2]  # hdr.bh1.num_pkts
        at: cython.Py_ssize_t = block + words[(block + 16) >> 2]  # hdr.bh1.offset_to_first_pkt
        end: cython.Py_ssize_t = 0
        while packets:
            packets -= 1
            # sockaddr_ll.sll_pkttype and sll_ifindex
            if self.octets[at + 58] == _OUTGOING and words[(at + 52) >> 2] == self.skips_outgoing_of:
                self.skipped += 1
            else:
                end = self.packet(words, at, end)
                self.written += 1
            at += words[at >> 2]  # tp_next_offset
        return end

    @cython.cfunc
    def packet(self, words: cython.uint[::1], at: cython.Py_ssize_t, out: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Write the packet at offset `at` of the ring to offset `out` of the buffer; returns the offset after it."""
        word: cython.Py_ssize_t = at >> 2
        captured: cython.Py_ssize_t = words[word + 3]  # tp_snaplen
        data: cython.Py_ssize_t = at + self.halves[(at + 24) >> 1]  # tp_mac
        seconds: cython.ulonglong = words[word + 1]  # tp_sec, tp_nsec
        time_ns: cython.ulonglong = seconds * 1_000_000_000 + words[word + 2]
        more: cython.Py_ssize_t = 0  # bytes that are written in addition to the packet's captured bytes
        if self.is_cooked:
            more = _COOKED
        elif self.has_tags and words[word + 5] & _VLAN_VALID and captured >= _MAC_ADDRESSES:
            more = 4
        total: cython.Py_ssize_t = 32 + ((captured + more + 3) & ~3)
        head: cython.Py_ssize_t = out >> 2
        tail: cython.Py_ssize_t = head + (total >> 2) - 1
        self.out_words[tail - 1] = 0  # the padding; the packet's last bytes overwrite part of it
        self.out_words[head] = _PACKET
        self.out_words[head + 1] = total
        self.out_words[head + 2] = 0
        self.out_words[head + 3] = time_ns >> 32
        self.out_words[head + 4] = time_ns & _MASK32
        self.out_words[head + 5] = captured + more
        self.out_words[head + 6] = words[word + 4] + more  # tp_len
        self.out_words[tail] = total
        first: cython.Py_ssize_t = out + 28
        if self.is_cooked:
            self.cook(at, first)
            self.copy(data, first + _COOKED, captured)
        elif more:
            self.tag(words, word, first + _MAC_ADDRESSES)
            self.copy(data, first, _MAC_ADDRESSES)
            self.copy(data + _MAC_ADDRESSES, first + _MAC_ADDRESSES + 4, captured - _MAC_ADDRESSES)
        else:
            self.copy(data, first, captured)
        return out + total

    @cython.cfunc
    def tag(self, words: cython.uint[::1], word: cython.Py_ssize_t, out: cython.Py_ssize_t) -> None:
        """Write the VLAN tag that the kernel keeps outside the packet (IEEE 802.1Q: type, then control information)."""
        kind: cython.uint = _VLAN_TYPE
        if words[word + 5] & _VLAN_TYPE_VALID:
            kind = self.halves[(word + 9) << 1]  # hv1.tp_vlan_tpid
        control: cython.uint = words[word + 8]  # hv1.tp_vlan_tci
        self.out[out] = kind >> 8
        self.out[out + 1] = kind & 0xFF
        self.out[out + 2] = (control >> 8) & 0xFF
        self.out[out + 3] = control & 0xFF

    @cython.cfunc
    def cook(self, at: cython.Py_ssize_t, out: cython.Py_ssize_t) -> None:
        """Write a LINKTYPE_LINUX_SLL2 header, in network byte order, from the packet's struct sockaddr_ll."""
        interface: cython.uint = self.words[(at + 52) >> 2]
        hardware: cython.uint = self.halves[(at + 56) >> 1]
        address: cython.Py_ssize_t = min(self.octets[at + 59], 8)
        byte: cython.Py_ssize_t
        self.copy(at + 50, out, 2)  # sll_protocol, which is already in network byte order
        self.out[out + 2] = 0
        self.out[out + 3] = 0
        self.out[out + 4] = interface >> 24
        self.out[out + 5] = (interface >> 16) & 0xFF
        self.out[out + 6] = (interface >> 8) & 0xFF
        self.out[out + 7] = interface & 0xFF
        self.out[out + 8] = hardware >> 8
        self.out[out + 9] = hardware & 0xFF
        self.copy(at + 58, out + 10, 2 + address)  # sll_pkttype, sll_halen, sll_addr
        for byte in range(out + 12 + address, out + _COOKED):
            self.out[byte] = 0  # the kernel does not clear these bytes

    @cython.cfunc
    def copy(self, data: cython.Py_ssize_t, out: cython.Py_ssize_t, length: cython.Py_ssize_t) -> None:
        """Copy `length` bytes from offset `data` of the ring to offset `out` of the buffer."""
        if length:
            self.out[out : out + length] = self.octets[data : data + length]
