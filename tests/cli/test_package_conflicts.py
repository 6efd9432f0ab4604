"""Other distributions' packages of the names `inspector` and `web`: noticed at every start, named by the doctor."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from inspector.cli import package_conflicts
from inspector.cli.package_conflicts import ADVICE, OUR_NAME, PACKAGES

ROOT = Path(__file__).parent.parent.parent
DEMO = str(ROOT / "captures" / "demo.pcapng")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder for packages that Python looks into first."""
    path = tmp_path / "site"
    path.mkdir()
    return path


@pytest.fixture
def installed(site: Path) -> Path:
    """Our packages in a folder of their own, where another distribution may be installed."""
    shutil.copytree(ROOT / "web", site / "web", ignore=shutil.ignore_patterns("static", "__pycache__"))
    (site / "inspector").symlink_to(ROOT / "inspector")
    shutil.copy(ROOT / "wireglass.py", site)
    return site


def install_web_py(site: Path) -> None:
    """What pip does when it installs web.py: it writes over our `web/__init__.py`."""
    files = {"web/__init__.py": "'web.py: makes web apps'\n", "web/template.py": "", "web.py-0.62.dist-info/RECORD": ""}
    files["web.py-0.62.dist-info/METADATA"] = "Metadata-Version: 2.1\nName: web.py\nVersion: 0.62\n"
    files["web.py-0.62.dist-info/RECORD"] = "".join(f"{name},,\n" for name in files)
    for name, content in files.items():
        path = site / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}
    command = [sys.executable, "-P", "-m", "wireglass", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_package_that_was_overwritten_is_named_and_the_terminal_goes_on(installed: Path) -> None:
    install_web_py(installed)
    done = run(installed, "summary", DEMO)
    assert done.stderr == (
        f"wireglass: Python imports the package web from {installed}/web/__init__.py, which is not part of Wireglass. "
        f"{ADVICE}\n"
    )
    assert done.stdout.startswith("demo.pcapng")
    assert done.returncode == 0


def test_a_command_that_needs_the_package_ends_without_a_traceback(installed: Path) -> None:
    install_web_py(installed)
    done = run(installed, "open", DEMO, "--no-browser")
    noticed, failed = done.stderr.splitlines()
    assert ADVICE in noticed
    assert failed.startswith("wireglass: cannot import name 'Session' from 'web'")
    assert done.returncode == 1


def test_a_package_that_is_found_before_ours_is_named(site: Path) -> None:
    install_web_py(site)
    assert f"the package web from {site}/web/__init__.py" in run(site, "summary", DEMO).stderr


def test_the_doctor_names_the_distribution(installed: Path) -> None:
    install_web_py(installed)
    done = run(installed, "doctor")
    lines = done.stdout.splitlines()
    (at,) = (number for number, line in enumerate(lines) if line.startswith("✗ Packages"))
    assert "The distribution web.py 0.62 contains web/__init__.py and 1 more." in lines[at]
    assert lines[at + 1].strip() == ADVICE
    assert done.returncode == 1


def test_another_inspector_is_named(site: Path) -> None:
    (site / "inspector.py").write_text("")
    done = run(site, "summary", DEMO)
    assert done.stderr.startswith("wireglass: No module named 'inspector.cli'")
    assert done.stderr.endswith(f"{ADVICE}\n")
    assert done.returncode == 1


def test_a_package_that_was_removed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_conflicts.importlib.util, "find_spec", lambda _name: None)
    said = [f"The package {name} of Wireglass is missing or incomplete." for name in PACKAGES]
    assert list(package_conflicts.replaced_packages()) == said


def test_files_that_differ_from_those_installed_are_counted(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = site / "wireglass-9.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: wireglass\nVersion: 9\n")
    nothing = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
    (folder / "RECORD").write_text("".join(f"web/{name},{nothing},0\n" for name in ("same.py", "other.py", "gone.py")))
    (site / "web").mkdir()
    (site / "web" / "same.py").write_text("")
    (site / "web" / "other.py").write_text("'other'")
    monkeypatch.syspath_prepend(site)
    (said,) = package_conflicts.changed_files()
    assert said == "Missing, or not as Wireglass installed it: web/other.py and 1 more."


@pytest.mark.parametrize("name", PACKAGES)
def test_our_packages_name_us_in_their_first_line(name: str) -> None:
    assert OUR_NAME in (import_module(name).__doc__ or "").splitlines()[0]
