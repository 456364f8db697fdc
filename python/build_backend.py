"""What pip asks for (PEP 517): CMake builds the module, its install script (component wheel)
lays the package out, this file packs it. Nothing is written into the checkout but build/pip.

UKETSUKE_BUILD_DIR=DIR takes a tree that is built already, as it is."""

import base64
import hashlib
import os
import pathlib
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[1]


def _run(*command: str | pathlib.Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "DESTDIR"}
    subprocess.run([str(word) for word in command], check=True, env=environment)


def _configured_tree() -> pathlib.Path:
    named = os.environ.get("UKETSUKE_BUILD_DIR")
    if named:
        return pathlib.Path(named)
    tree = ROOT / "build" / "pip" / sys.implementation.cache_tag
    _run("cmake", "-S", ROOT, "-B", tree, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
         "-DUKETSUKE_TESTS=off", "-DUKETSUKE_PYTHON=on", f"-DPython_EXECUTABLE={sys.executable}")
    return tree


def _tag() -> str:
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{python}-{python}-{platform}"


def _record(contents: dict[str, bytes]) -> Iterator[str]:
    """RECORD: name, digest and size of every file (Binary distribution format)."""
    for name, content in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        yield f"{name},sha256={digest},{len(content)}\n"


def _pack(path: pathlib.Path, contents: dict[str, bytes], record: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in {**contents, record: b""}.items():
            if name == record:
                content = "".join([*_record(contents), f"{record},,\n"]).encode()
            info = zipfile.ZipInfo(name)  # of 1980: the same files give the same wheel
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o100755 if name.endswith(".so") else 0o100644) << 16
            wheel.writestr(info, content)


def _metadata(tree: pathlib.Path) -> tuple[str, dict[str, bytes]]:
    """The folder of the metadata and what it has, but for RECORD."""
    [folder] = (tree / "python").glob("uketsuke-*.dist-info")
    wheel = f"Wheel-Version: 1.0\nGenerator: uketsuke\nRoot-Is-Purelib: false\nTag: {_tag()}\n"
    contents = {name: (folder / name).read_bytes() for name in ("METADATA", "entry_points.txt")}
    return folder.name, {**contents, "WHEEL": wheel.encode()}


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: object = None
                                     ) -> str:
    folder, contents = _metadata(_configured_tree())
    (pathlib.Path(metadata_directory) / folder).mkdir()
    for name, content in contents.items():
        (pathlib.Path(metadata_directory) / folder / name).write_bytes(content)
    return folder


def build_wheel(wheel_directory: str, config_settings: object = None,
                metadata_directory: str | None = None) -> str:
    tree = _configured_tree()
    if "UKETSUKE_BUILD_DIR" not in os.environ:
        _run("cmake", "--build", tree, "--target", "_core")
    folder, metadata = _metadata(tree)
    with tempfile.TemporaryDirectory() as stage:
        _run("cmake", "--install", tree, "--component", "wheel", "--prefix", stage)
        files = sorted(p for p in pathlib.Path(stage).rglob("*") if p.is_file())
        contents = {p.relative_to(stage).as_posix(): p.read_bytes() for p in files}
    contents.update({f"{folder}/{name}": content for name, content in metadata.items()})
    name = f"{folder.removesuffix('.dist-info')}-{_tag()}.whl"
    _pack(pathlib.Path(wheel_directory) / name, contents, f"{folder}/RECORD")
    return name


def build_sdist(sdist_directory: str, config_settings: object = None) -> str:
    raise NotImplementedError("install from a checkout: pip install --no-build-isolation .")
