"""What the scanner of finished files is made of: containers are opened, texts are read in every way they can be read.

In: names and bytes. Out: findings, which name a rule and a place. Never: outputs, policies, or a value that was found.
"""
