"""What pip asks for a wheel (PEP 517): CMake builds the module, its install script (component wheel)
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

ROOT = pathlib.Path(__file__).resolve().parents[1]


def _run(*command):
    environment = {k: v for k, v in os.environ.items() if k != "DESTDIR"}
    subprocess.run([str(word) for word in command], check=True, env=environment)


def _built_tree():
    tree = os.environ.get("UKETSUKE_BUILD_DIR")
    if tree:
        return pathlib.Path(tree)
    tree = ROOT / "build" / "pip" / sys.implementation.cache_tag
    _run("cmake", "-S", ROOT, "-B", tree, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
         "-DUKETSUKE_TESTS=off", "-DUKETSUKE_PYTHON=on", f"-DPython_EXECUTABLE={sys.executable}")
    _run("cmake", "--build", tree, "--target", "_core")
    return tree


def _tag():
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{python}-{python}-{platform}"


def _record(contents):
    """RECORD: name, digest and size of every file (Binary distribution format)."""
    for name, content in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        yield f"{name},sha256={digest},{len(content)}\n"


def _pack(path, contents, record):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in {**contents, record: b""}.items():
            if name == record:
                content = "".join([*_record(contents), f"{record},,\n"]).encode()
            info = zipfile.ZipInfo(name)  # of 1980: the same files give the same wheel
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o100755 if name.endswith(".so") else 0o100644) << 16
            wheel.writestr(info, content)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    tree = _built_tree()
    [dist_info] = (tree / "python").glob("uketsuke-*.dist-info")
    with tempfile.TemporaryDirectory() as stage:
        _run("cmake", "--install", tree, "--component", "wheel", "--prefix", stage)
        files = sorted(p for p in pathlib.Path(stage).rglob("*") if p.is_file())
        contents = {p.relative_to(stage).as_posix(): p.read_bytes() for p in files}
    for name in ("METADATA", "entry_points.txt"):
        contents[f"{dist_info.name}/{name}"] = (dist_info / name).read_bytes()
    contents[f"{dist_info.name}/WHEEL"] = (
        "Wheel-Version: 1.0\nGenerator: uketsuke\nRoot-Is-Purelib: false\n"
        f"Tag: {_tag()}\n").encode()
    name = f"{dist_info.name.removesuffix('.dist-info')}-{_tag()}.whl"
    _pack(pathlib.Path(wheel_directory) / name, contents, f"{dist_info.name}/RECORD")
    return name


def build_sdist(sdist_directory, config_settings=None):
    raise NotImplementedError("install from a checkout: pip install --no-build-isolation .")
