"""Captures that a page sends: slices in order, bounds, the trial, and nothing left behind."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import DEMO
from web.errors import Refused
from web.session import uploads as module
from web.session.uploads import MAX_BYTES, MOST, Uploads


@pytest.fixture
def uploads() -> Iterator[Uploads]:
    uploads = Uploads()
    yield uploads
    uploads.close()


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def send(uploads: Uploads, data: bytes, name: str = "x.pcap", slice_bytes: int = 5000) -> str:
    key = uploads.begin(name, len(data))
    for at in range(0, len(data), slice_bytes):
        uploads.add(key, at, coded(data[at : at + slice_bytes]))
    return key


def test_slices_make_the_file_and_it_passes_its_trial(uploads: Uploads) -> None:
    upload = uploads.tried(send(uploads, DEMO.read_bytes(), "../../etc/demo.pcapng"))
    assert upload.path.read_bytes() == DEMO.read_bytes()
    assert (upload.name, upload.received) == ("demo.pcapng", upload.size)
    assert os.stat(upload.path).st_mode & 0o777 == 0o600
    assert os.stat(upload.path.parent).st_mode & 0o777 == 0o700


def test_what_is_no_capture_fails_its_trial_under_its_own_name(uploads: Uploads) -> None:
    with pytest.raises(Refused, match=r"holiday\.gif is not a capture") as refused:
        uploads.tried(send(uploads, b"GIF89a" * 100, "holiday.gif"))
    assert refused.value.code == 422


def test_a_trial_that_dies_is_a_refusal(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    key = send(uploads, DEMO.read_bytes())
    monkeypatch.setattr(module, "TRIAL_SECONDS", 0.0)
    with pytest.raises(Refused, match="its analysis was stopped"):
        uploads.tried(key)


@pytest.mark.parametrize("size", [0, MAX_BYTES + 1])
def test_sizes_out_of_bounds_are_refused(uploads: Uploads, size: int) -> None:
    with pytest.raises(Refused) as refused:
        uploads.begin("x", size)
    assert refused.value.code == 413


@pytest.mark.parametrize(
    ("at", "data", "code"),
    [
        pytest.param(1, "AAAA", 409, id="behind a hole"),
        pytest.param(0, coded(b"12345678901"), 409, id="more than was announced"),
        pytest.param(0, "not base64!", 400, id="no base64"),
    ],
)
def test_a_slice_that_does_not_fit_is_refused(uploads: Uploads, at: int, data: str, code: int) -> None:
    key = uploads.begin("x", 10)
    with pytest.raises(Refused) as refused:
        uploads.add(key, at, data)
    assert refused.value.code == code
    assert uploads.get(key).received == 0


def test_half_a_file_is_not_tried(uploads: Uploads) -> None:
    key = uploads.begin("x", 10)
    with pytest.raises(Refused, match="0 of 10 bytes"):
        uploads.tried(key)


def test_only_so_many_are_kept(uploads: Uploads) -> None:
    keys = [uploads.begin("x", 1) for _ in range(MOST + 1)]
    paths = [uploads.get(key).path for key in keys[1:]]
    assert all(path.exists() for path in paths)
    with pytest.raises(Refused):
        uploads.get(keys[0])
    assert len(list(Path(paths[0]).parent.iterdir())) == MOST


def test_nothing_is_left_behind() -> None:
    uploads = Uploads()
    folder = uploads.get(send(uploads, b"x")).path.parent
    uploads.close()
    assert not folder.exists()


@pytest.mark.parametrize("missing", [0, 1], ids=["just enough", "a byte too little"])
def test_uploads_leave_room_on_the_disk(uploads: Uploads, monkeypatch: pytest.MonkeyPatch, missing: int) -> None:
    free = 1000 + module.ROOM - missing
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(2 * free, free, free))
    if not missing:
        assert uploads.get(uploads.begin("x", 1000)).size == 1000
        return
    with pytest.raises(Refused, match="no room") as refused:
        uploads.begin("x", 1000)
    assert refused.value.code == 507


def test_a_capture_of_the_largest_size_is_accepted(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOM", 0)
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    assert uploads.get(uploads.begin("x", 100)).size == 100
    with pytest.raises(Refused, match="up to"):
        uploads.begin("x", 101)


def test_names_are_cut(uploads: Uploads) -> None:
    assert len(uploads.get(uploads.begin("x" * 200, 1)).name) == 200
    assert len(uploads.get(uploads.begin("x" * 201, 1)).name) == 200
