"""What things are called, and which values they may have.

In: declaration files (`data/codes`, `data/protocols`). Out: validated, frozen values: identifiers, code lists, instruments,
studies, table schemas, texts. Never: a citizen's record.
"""
