"""A command that starts a kernel → a kernel that is there at once, with the stack imported, for one run and its owner alone.

In: what Jupyter, JupyterLab or the batch wants started. Out: a process with private sockets. Never: a report, or what it says.
"""
