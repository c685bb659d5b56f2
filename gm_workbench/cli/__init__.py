"""Commands: parse, call one function, turn errors into exit codes. Never: work of their own."""
