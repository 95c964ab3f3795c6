"""The rules of the house, asserted on the files: imports go one way, slow packages come late, modules stay small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "cnnviz").rglob("*.py")])
LONGEST = {"pages": 120, "cnnviz": 300}  # lines


def _imports(path: Path) -> set[str]:
    """All modules that a file imports, in full, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _uses(path: Path, package: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for name in _imports(path))


def _where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=_where)
def test_imports_go_one_way(path: Path) -> None:
    where = _where(path)
    in_ui = where == "app.py" or where.startswith(("pages/", "cnnviz/ui/"))
    assert in_ui or not _uses(path, "streamlit"), "only pages, app.py and cnnviz/ui import streamlit"
    assert in_ui or not _uses(path, "cnnviz.ui"), "the library does not know its pages"
    assert not _uses(path, "pages"), "nothing imports a page"
    assert where.startswith("cnnviz/figures") or not _uses(path, "plotly"), "only cnnviz/figures imports plotly"
    assert where.startswith("cnnviz/images") or not _uses(path, "PIL"), "only cnnviz/images imports Pillow"
    assert where == "cnnviz/embedding.py" or not _uses(path, "umap"), "only embedding.py imports umap"


@pytest.mark.parametrize("path", SOURCES, ids=_where)
def test_modules_stay_small(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= LONGEST["cnnviz" if "cnnviz" in path.parts[len(ROOT.parts) :] else "pages"]


def test_session_state_is_used_only_in_ui() -> None:
    users = [_where(path) for path in SOURCES if "session_state" in path.read_text() or "query_params" in path.read_text()]
    assert all(user.startswith("cnnviz/ui/") for user in users)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("cnnviz.ui.home, cnnviz.ui.warm_up, cnnviz.ui.frame", {"torch", "torchvision", "plotly", "umap", "sklearn"}),
        *(
            (f"runpy; runpy.run_path({str(path)!r})", {"torchvision", "plotly", "umap", "sklearn"})
            for path in sorted((ROOT / "pages").glob("*.py"))
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 70 else None,
)
def test_slow_packages_come_late(module: str, absent: set[str]) -> None:
    # Streamlit 1.67 imports plotly itself where it is installed: only what comes on top counts.
    code = (
        "import sys; import streamlit; before = set(sys.modules)\n"
        f"import {module}\nprint(*(name for name in {sorted(absent)} if name in sys.modules and name not in before))"
    )
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not run.stdout.split(), "imported before it is needed"


def test_requirements_are_pinned() -> None:
    lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    assert all("==" in line for line in lines if line)
