"""The wheel of this package for the reader's browser: the one that `python -m build` makes."""

import subprocess
import sys
from pathlib import Path

from mkdocs.exceptions import PluginError

from bpdocs.site.cache import cache_folder, hash_files, make_once


def build_wheel(project: Path) -> Path:
    """Return the wheel of the project in `project`; it is made again when a source changed."""
    sources = [
        path
        for path in (project / "src").rglob("*")
        if path.is_file()
        and not {"node_modules", "__pycache__"} & set(path.relative_to(project).parts)
    ]
    sources += [project / name for name in ("pyproject.toml", "README.md", "LICENSE")]

    def make(folder: Path) -> None:
        result = subprocess.run(
            [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, "."],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise PluginError(
                f"bpdocs: the wheel could not be built. Correct what 'python -m build' says:\n"
                f"{result.stdout}{result.stderr}"
            )

    folder = make_once(cache_folder() / "wheel" / hash_files(sources, project), make)
    return next(folder.glob("*.whl"))
