"""The built package contains everything that it needs at run time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import wireglass
from inspector import pure_python
from inspector.cli.main import main
from inspector.cli.system_checks import LIBRARIES, hot_modules, plain_modules
from inspector.pure_python import VARIABLE, is_wanted

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NEVER_PACKED = {".pyc", ".so", ".c"}
FOR_TOOLS_ALONE = {"web/package.json"}


@pytest.mark.parametrize("package", ["inspector", "web"])
def test_every_file_beside_the_code_is_packed_with_it(package: str) -> None:
    files = {
        path for path in (ROOT / package).rglob("*") if path.is_file() and path.suffix not in {".py", *NEVER_PACKED}
    }
    patterns = PROJECT["tool"]["setuptools"]["package-data"][package]
    packed = {path for pattern in patterns for path in (ROOT / package).glob(pattern.replace("**", "**/*"))}
    assert {str(path.relative_to(ROOT)) for path in files - packed} <= FOR_TOOLS_ALONE


def test_the_doctor_looks_for_libraries_that_are_dependencies() -> None:
    dependencies = {re.split(r"[<>=; ]", line)[0].lower() for line in PROJECT["project"]["dependencies"]}
    assert set(LIBRARIES) <= dependencies


def test_every_hot_module_is_compiled_unless_it_is_not_to_be() -> None:
    if is_wanted():
        assert plain_modules() == hot_modules()
    elif shutil.which(os.environ.get("CC", "cc").split()[-1]):
        assert plain_modules() == [], "compiling failed: run make, or setup.py build_ext --inplace, and read its errors"
    else:
        pytest.skip("there is no C compiler here")


WITHOUT_CYTHON = """
import sys
class Without:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        return None if name.lower() == "cython" else self.finder.find_spec(name, path, target)
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
from inspector.cli.main import main
sys.exit(main(["analyze", sys.argv[1], "--json"]))
"""


def test_the_plain_engine_needs_no_cython(capsys: pytest.CaptureFixture[str]) -> None:
    recording = str(ROOT / "captures" / "demo.pcapng")
    environment = {VARIABLE: "1", "PATH": "", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WITHOUT_CYTHON, recording]
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=True)
    assert main(["analyze", recording, "--json"]) == 0
    assert done.stdout == capsys.readouterr().out


@pytest.mark.parametrize("module", hot_modules())
def test_the_switch_runs_a_hot_module_from_its_source(module: str) -> None:
    code = f"import {module} as m; print(m.__file__)"
    environment = {VARIABLE: "1", "PATH": "", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert found.strip().endswith(".py")


def test_modules_older_than_their_sources_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "inspector"
    package.mkdir()
    for name, compiled_ns in {"old": 1, "new": 3}.items():
        source, compiled = package / f"{name}.py", package / f"{name}{EXTENSION_SUFFIXES[0]}"
        for path, changed_ns in ((source, 2), (compiled, compiled_ns)):
            path.touch()
            os.utime(path, ns=(changed_ns * 10**9, changed_ns * 10**9))
    monkeypatch.setattr(pure_python, "FOLDER", package)
    assert pure_python.outdated_modules() == ["inspector.old"]


def test_a_stale_compiled_module_ends_in_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a `git pull`, a module compiled from older sources may import names that are gone."""

    def fail() -> None:
        raise ImportError("cannot import name Refusal", name="inspector.tcp.verdicts")

    monkeypatch.setattr("inspector.cli.main.run", fail)
    monkeypatch.setattr(pure_python, "outdated_modules", lambda: ["inspector.tcp.lifecycle", "inspector.tcp.analysis"])
    with pytest.raises(
        SystemExit, match=r"^wireglass: cannot import name Refusal\. inspector\.tcp\.lifecycle was .*make install"
    ):
        wireglass.run()
    monkeypatch.setattr(pure_python, "outdated_modules", list)
    with pytest.raises(SystemExit, match="Python finds another package"):
        wireglass.run()
