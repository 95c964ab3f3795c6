"""Everything shared that imports streamlit: the frame, the controls, the cached calls, the browser components."""
