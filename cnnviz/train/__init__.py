"""Training: one loop (`fit`), and one recipe a file in `recipes`; `python -m cnnviz.train RECIPE` runs one."""
