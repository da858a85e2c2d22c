"""Builds the addon's wheel with whool, from a checkout of any name.

whool names the addon after its folder and packs all that git knows. This hands it a
folder of the right name, without what only developers need.
"""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from whool import buildapi

ADDON = "jd_fulfillment"
NOT_SHIPPED = {"bench", "dev", "devtools", "docs", "sandbox", "tests"}


@contextmanager
def addon_folder():
    """Go into a copy of the addon for the time of a build."""
    checkout = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        addon = Path(folder, ADDON)
        for name in shipped_files():
            (addon / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(checkout / name, addon / name)
        os.chdir(addon)
        try:
            yield
        finally:
            os.chdir(checkout)


def shipped_files():
    names = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, names.split("\0")):
        top = name.split("/")[0]
        hidden = top.startswith((".", "requirements-"))
        if top not in NOT_SHIPPED and not hidden:
            yield name


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    target = os.path.abspath(metadata_directory)
    with addon_folder():
        return buildapi.prepare_metadata_for_build_wheel(target, config_settings)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    target = os.path.abspath(wheel_directory)
    with addon_folder():
        return buildapi.build_wheel(target, config_settings)
