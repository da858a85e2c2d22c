"""Builds the addon's wheel and sdist with whool, from a folder of any name.

whool names the addon after its folder and packs all that git knows. This hands it a
folder of the right name, without what only developers need. The folder it starts from
is a checkout, an export of one, or an unpacked sdist.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from whool import buildapi

ADDON = "jd_fulfillment"
NOT_SHIPPED = {"bench", "dev", "devtools", "sandbox", "tests"}
# What others leave behind, as .gitignore has it.
MADE = {"__pycache__", "build", "dist"}
# A link to a file beside README.rst, which a package's page does not have.
LINK = re.compile(r"`([^`<]+) <(?!https?:)([^>]+)>`__")
# An sdist builds its wheel by itself.
BACKEND = f"devtools/{Path(__file__).name}"


@contextmanager
def addon_folder(more_files=()):
    """Go into a copy of the addon for the time of a build."""
    source = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        addon = Path(folder, ADDON)
        for name in [*list_shipped_files(), *more_files]:
            (addon / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, addon / name)
        unlink_readme(addon / "README.rst")
        os.chdir(addon)
        try:
            yield
        finally:
            os.chdir(source)


def unlink_readme(path):
    """Have the package's description name files of the package, not link to them."""
    path.write_text(LINK.sub(r"\1 (``\2``)", path.read_text("utf-8")), "utf-8")


def list_shipped_files():
    """Return the sorted paths of the addon's files in the current folder."""
    names = list_known_to_git() if Path(".git").exists() else list_found()
    return sorted(name for name in names if is_shipped(name))


def list_known_to_git():
    # The folder may belong to somebody else: its files are only listed.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    try:
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        # Git has said why on the terminal.
        sys.stderr.write(f"{error}; packing all files of {Path.cwd()}\n")
        return list_found()
    return filter(None, os.fsdecode(output).split("\0"))


def list_found():
    for folder, folders, names in os.walk("."):
        folders[:] = [name for name in folders if not is_made(name)]
        for name in names:
            if not is_made(name):
                yield Path(folder, name).as_posix()


def is_made(name):
    return name in MADE or name.endswith((".pyc", ".pyo", ".egg-info"))


def is_shipped(name):
    top = name.split("/")[0]
    return top not in NOT_SHIPPED and not top.startswith(".")


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    target = os.path.abspath(metadata_directory)
    with addon_folder():
        return buildapi.prepare_metadata_for_build_wheel(target, config_settings)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    target = os.path.abspath(wheel_directory)
    with addon_folder():
        return buildapi.build_wheel(target, config_settings)


def build_sdist(sdist_directory, config_settings=None):
    target = os.path.abspath(sdist_directory)
    with addon_folder([BACKEND]):
        return buildapi.build_sdist(target, config_settings)
