"""How fast the command line is, and how light: `make bench`.

`python -m bench` measures every row that has no result yet, and writes `docs/performance.md`;
`python -m bench.rows ROW …` measures single rows and only prints them.
"""
