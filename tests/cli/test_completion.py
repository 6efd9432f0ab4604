"""Completion in the shells: the scripts that are installed, and what the program proposes."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = ROOT / "docs" / "completions"

ASK = {
    "bash": """
        source {scripts}/bash/wireglass
        COMP_WORDS=({words}) COMP_CWORD={last}
        _wireglass_completion wireglass
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """,
    "fish": """
        source {scripts}/fish/wireglass.fish
        complete --do-complete '{words}'
    """,
    # zsh completes in an editor alone: what the script calls there prints instead.
    "zsh": """
        compdef() {{ }}
        compadd() {{ print -rl -- ${{(P)@[-1]}} }}
        _describe() {{ print -rl -- ${{(P)3}} }}
        words=({words}) CURRENT=$(({last} + 1))
        source {scripts}/zsh/_wireglass
    """,
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program `wireglass` of this checkout, alone in a folder."""
    path = tmp_path_factory.mktemp("bin") / "wireglass"
    path.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {sys.executable} -P -m wireglass "$@"\n')
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("shell", [shell for shell in ASK if shutil.which(shell)])
@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        pytest.param(["su"], "summary", id="a command"),
        pytest.param(["packets", "--fo"], "--format", id="an option"),
        pytest.param(["packets", "--format", "j"], "json", id="a choice"),
        pytest.param(["lab", "run", "refu"], "refused", id="a scenario"),
        pytest.param(["record", "x.pcapng", "l"], "lo", id="an interface"),
    ],
)
def test_a_shell_completes(program: Path, shell: str, words: list[str], proposed: str) -> None:
    line = ["wireglass", *words]
    ask = ASK[shell].format(scripts=SCRIPTS, words=" ".join(line), last=len(words))
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    done = subprocess.run([shell, "-c", ask], env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    found = [proposal.partition("\t")[0].partition(":")[0] for proposal in done.stdout.splitlines()]
    assert proposed in found
    assert all(proposal.startswith(words[-1]) for proposal in found)
