import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import engine


def _page() -> None:
    from cnnviz.ui.device_note import device_note

    device_note()


def test_the_sidebar_names_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "device_name", lambda: "CPU, 3 threads")  # torch's number changes as other pages start
    app = AppTest.from_function(_page).run()
    assert not app.exception and "CPU, 3 threads" in app.sidebar.caption[0].value and not app.sidebar.warning
    monkeypatch.setattr(engine, "note", lambda: "CUDA ran out of memory: the CPU answers.")
    assert app.run().sidebar.warning[0].value == "CUDA ran out of memory: the CPU answers."
