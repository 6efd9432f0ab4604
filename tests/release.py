"""Builds what is published, and tries it: `make release`.

Into dist: the source, a compiled wheel for this Python tagged manylinux, a plain wheel for every other machine, and a
list of what the installed package consists of (SBOM, CycloneDX). Each is installed into an environment of its own and
summarises a capture there. Nothing is uploaded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
CAPTURE = ROOT / "captures" / "demo.pcapng"


def main() -> None:
    """Build, check, try."""
    shutil.rmtree(DIST, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="wireglass-release-") as name:
        folder = Path(name)
        source = unpacked_source(folder)
        python("-m", "build", "--wheel", "--outdir", str(folder / "compiled"), str(source))
        (compiled,) = (folder / "compiled").glob("*.whl")
        if sys.platform == "linux":
            python("-m", "auditwheel", "repair", "--wheel-dir", str(DIST), str(compiled))
        else:
            shutil.copy2(compiled, DIST)
        python("-m", "build", "--wheel", "--outdir", str(DIST), str(source), WIREGLASS_COMPILE="0")
        python("-m", "twine", "check", "--strict", *map(str, DIST.iterdir()))
        for wheel in sorted(DIST.glob("*.whl")):
            environment = folder / wheel.stem
            try_out(wheel, environment)
        python("-m", "cyclonedx_py", "environment", "--output-file", str(DIST / "sbom.cdx.json"), str(environment))
    for path in sorted(DIST.iterdir()):
        print(f"{path.stat().st_size / 1e6:7.2f} MB  {path.relative_to(ROOT)}")


def unpacked_source(folder: Path) -> Path:
    """Build the source distribution and unpack it: the wheels are built from what it contains, and nothing else."""
    python("-m", "build", "--sdist", "--outdir", str(DIST), str(ROOT))
    (archive,) = DIST.glob("*.tar.gz")
    shutil.unpack_archive(archive, folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    return source


def try_out(wheel: Path, environment: Path) -> None:
    """Install a wheel into a new environment, and summarise a capture with it in an empty folder."""
    venv.create(environment, with_pip=True)
    own = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(str(own), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", str(wheel))
    for module in ("wireglass", "inspector"):
        run(str(own), "-m", module, "summary", str(CAPTURE), folder=environment)
    run(str(own), "-m", "wireglass", "doctor", folder=environment)


def python(*arguments: str, **variables: str) -> None:
    """Run this Python."""
    run(sys.executable, *arguments, **variables)


def run(*command: str, folder: Path = ROOT, **variables: str) -> None:
    """Run a command; what it prints is shown, and a failure ends the release. Tools beside this Python are found."""
    print("$", " ".join(command), flush=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path, **variables}, check=True)


if __name__ == "__main__":
    main()
