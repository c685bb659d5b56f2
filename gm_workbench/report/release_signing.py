"""Signatures on approvals: `ssh-keygen -Y`, in the namespace gm-release, held against a file of allowed signers.

No key is ever made, kept or copied here. The file of allowed signers has a line for each person who may approve:
``sem-de-wit namespaces="gm-release" ssh-ed25519 AAAA...``, with ``valid-before`` where a key expires.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from gm_workbench.errors import ApprovalRefused, BundleBroken

NAMESPACE = "gm-release"
APPROVAL = "approval.json"
SIGNATURE = f"{APPROVAL}.sig"
ALLOWED = "allowed_signers"
"""Its place is `data/policies/`: who may approve is declared, and reviewed like any other rule."""

PROGRAM = "ssh-keygen"
SECONDS = 120


def sign(folder: Path, key: Path, signer: str, allowed: Path, at: datetime) -> None:
    """Sign the approval in a folder, and hold the signature against the allowed signers at once.

    Parameters
    ----------
    folder : Path
        Holds `approval.json`; the signature is put beside it.
    key : Path
        A private key of SSH; when it has a passphrase, `ssh-keygen` asks for it.
    signer : str
        The name that the file of allowed signers has for this person.
    allowed : Path
    at : datetime
        When it was approved.

    Raises
    ------
    ApprovalRefused
        If the key is not there, not this person's, or has expired; or `ssh-keygen` is not installed.
    """
    _is_there(ApprovalRefused)
    if not key.is_file():
        raise ApprovalRefused(f"There is no key {key.name}. Name a private key of SSH with --key, or leave it out.")
    made = _run(["-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE, str(folder / APPROVAL)])
    if made.returncode != 0 or not (folder / SIGNATURE).is_file():
        raise ApprovalRefused(f"{PROGRAM} could not sign with {key.name}: is it a private key of SSH, and can you read it?")
    fault = fault_of(folder, signer, allowed, at)
    if fault:
        raise ApprovalRefused(fault)


def verify(folder: Path, allowed: Path, signer: str, at: datetime) -> None:
    """Hold the signature of an approved bundle against a file of allowed signers.

    Parameters
    ----------
    folder : Path
        The bundle.
    allowed : Path
    signer : str
        As its `approval.json` names it.
    at : datetime
        When it was approved: a key that expired later does not undo it.

    Raises
    ------
    BundleBroken
        If the signature is not this person's, or cannot be checked: `ssh-keygen` is not installed.
    """
    _is_there(BundleBroken)
    fault = fault_of(folder, signer, allowed, at)
    if fault:
        raise BundleBroken(fault)


def fault_of(folder: Path, signer: str, allowed: Path, at: datetime) -> str:
    """Say what is wrong with a signature, or nothing."""
    if not allowed.is_file():
        return (
            f"There is no file of allowed signers ({allowed.name}), so nobody's signature counts. Put it in data/policies/, or "
            f'name one with --allowed; it has a line for each approver: {signer} namespaces="{NAMESPACE}" and the public key.'
        )
    time = at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    words = [
        "-Y",
        "verify",
        "-f",
        str(allowed),
        "-I",
        signer,
        "-n",
        NAMESPACE,
        "-s",
        str(folder / SIGNATURE),
        "-O",
        f"verify-time={time}",
    ]
    if _run(words, (folder / APPROVAL).read_bytes()).returncode == 0:
        return ""
    return (
        f"The signature is not one of {signer} that {allowed.name} allows: another key, a key that was not valid when it was "
        f"approved, another namespace than {NAMESPACE}, or the approval was changed."
    )


def _is_there(error: type[ApprovalRefused] | type[BundleBroken]) -> None:
    if shutil.which(PROGRAM) is None:
        raise error(
            f"{PROGRAM} was not found on this machine, so nothing can be signed and no signature can be checked. Install "
            "OpenSSH; or approve without --key: the state then reads approved, unsigned."
        )


def _run(words: list[str], given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run it; times are read as UTC, whatever the machine's clock is set to."""
    program = shutil.which(PROGRAM) or PROGRAM
    return subprocess.run(  # noqa: S603 — no shell, and every word is ours or a path
        [program, *words], input=given, capture_output=True, check=False, timeout=SECONDS, env=os.environ | {"TZ": "UTC"}
    )
