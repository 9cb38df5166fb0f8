"""Packages of three roots (setup.cfg's `find:` takes one and silently drops the others) and a build that brings its front-end files."""

import shutil
import sys
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.errors import SetupError

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tools"))

import frontend  # noqa: E402  (tools/ is no package)


class BuildWithFrontend(build_py):
    """Starts from an empty build/lib, since setuptools would pack modules deleted long ago; fetches missing front-end files first."""

    def run(self) -> None:
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        try:
            frontend.ensure()
        except frontend.FrontendError as error:
            raise SetupError(str(error)) from error
        self.data_files = self._get_data_files()
        super().run()


def plugin_folders() -> dict[str, str]:
    """Import name of each plugin → its folder."""
    return {
        folder.name: f"plugins/{folder.name}"
        for folder in sorted((ROOT / "plugins").glob("bezant_*"))
        if (folder / "__init__.py").is_file()
    }


setup(
    packages=[*find_packages("core", include=["bezant", "bezant.*"]), *find_packages("plugins", include=["bezant_*"]), "bezant_themes"],
    package_dir={"": "core", "bezant_themes": "themes", **plugin_folders()},
    cmdclass={"build_py": BuildWithFrontend},
)
