"""The front end, bundled by esbuild into files whose names carry a hash."""

import json
from dataclasses import dataclass
from pathlib import Path

from bpdocs.site.cache import cache_folder, hash_files, make_once
from bpdocs.site.node import FRONTEND, run_node

_NAMES = "names.json"


@dataclass(frozen=True)
class Assets:
    """The bundled files, and which of them a page names."""

    folder: Path
    script: str
    preloads: tuple[str, ...]  # what the script imports, and so is asked for with it
    style: str
    service: str

    @property
    def files(self) -> list[Path]:
        """Every file that belongs into the site's folder of assets."""
        apart = {_NAMES, self.service}
        return sorted(path for path in self.folder.iterdir() if path.name not in apart)


def build_assets() -> Assets:
    """Return the bundled front end, made again only when a source changed."""
    sources = [path for path in (FRONTEND / "src").rglob("*") if path.is_file()]
    sources += [FRONTEND / "build.mjs", FRONTEND / "package-lock.json"]

    def make(folder: Path) -> None:
        (folder / _NAMES).write_text(run_node("build.mjs", str(folder)), encoding="utf-8")

    folder = make_once(cache_folder() / "assets" / hash_files(sources, FRONTEND), make)
    names = json.loads((folder / _NAMES).read_text(encoding="utf-8"))
    return Assets(
        folder, names["script"], tuple(names["preloads"]), names["style"], names["service"]
    )
