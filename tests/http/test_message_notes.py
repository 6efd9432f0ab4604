"""Notes and the anomalies that go with them."""

from __future__ import annotations

from inspector.anomalies import HTTP, index_of
from inspector.http.anomaly_reports import Reports
from inspector.http.message_notes import CODE_OF, Note, note_names
from inspector.tables.anomaly_writer import AnomalyWriter
from inspector.tables.arena import Arena
from inspector.tables.chunk_cursor import ChunkCursor
from inspector.tables.table import Table


def test_every_note_with_a_code_has_its_anomaly() -> None:
    for code in CODE_OF.values():
        index_of(code)
    assert set(CODE_OF.values()) <= {anomaly.code for anomaly in HTTP}


def test_notes_in_words() -> None:
    assert note_names(Note.BARE_LF | Note.HTTP_0_9) == ["bare lf", "http 0 9"]
    assert note_names(0) == []


def test_notes_become_anomalies_with_their_numbers() -> None:
    table = Table("anomalies")
    notes = Note.TWO_LENGTHS | Note.RESYNCHRONISED | Note.GAP | Note.PIPELINED
    cursor = ChunkCursor(Table("packets"), Table("chunks"), Arena())
    reports = Reports(AnomalyWriter(table), cursor)
    reports.of_head(notes, (5, 2, 1), (0, 3, 4), offset=900, head_bytes=80, blank=0, skipped=70)
    assert table["code"].tolist() == [index_of("http-two-content-lengths"), index_of("http-resynchronised")]
    assert [table[name].tolist() for name in ("a", "b", "packet", "connection")] == [[3, 70], [4, 900], [5, 5], [2, 2]]
