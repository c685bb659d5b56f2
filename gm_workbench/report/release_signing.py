"""Signatures on approvals and on requests: `ssh-keygen -Y`, each in a namespace of its own, held against allowed signers.

No key is ever made, kept or copied here. The file of allowed signers has a line for each person who may approve:
``sem-de-wit namespaces="gm-release" ssh-ed25519 AAAA...``, with ``valid-before`` where a key expires; who may ask with a
signature has the namespace gm-release-request.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gm_workbench.errors import ApprovalRefused, BundleBroken
from gm_workbench.settings import Paths
from gm_workbench.vocabulary.checksums import CHECKSUMS

APPROVAL = "approval.json"
SIGNATURE = f"{APPROVAL}.sig"
SIGNED_REQUEST = f"{CHECKSUMS}.sig"
ASKED_SIGNER = "asked_signer"
"""A key of `release.json` that is there only when who asked signed: the name that the allowed signers have for that person."""

ALLOWED = "allowed_signers"
"""Its place is `data/policies/`: who may approve is declared, and reviewed like any other rule."""

PROGRAM = "ssh-keygen"
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Signed:
    """What is signed: a file of a bundle, and the namespace, so that one signature never stands for the other."""

    file: str
    namespace: str


APPROVED = Signed(APPROVAL, "gm-release")
REQUEST = Signed(CHECKSUMS, "gm-release-request")
"""Who asks signs the checksums: so every file, and with `release.json` the name of who asked."""


def allowed_signers(paths: Paths, named: Path | None = None) -> Path:
    """Give the file of allowed signers: the one that was named, or the project's own."""
    return named or paths.policies / ALLOWED


def sign(folder: Path, key: Path, signer: str, allowed: Path, at: datetime, what: Signed = APPROVED) -> None:
    """Sign the approval or the request in a folder, and hold the signature against the allowed signers at once.

    Parameters
    ----------
    folder : Path
        Holds the file that is signed; the signature is put beside it.
    key : Path
        A private key of SSH; when it has a passphrase, `ssh-keygen` asks for it.
    signer : str
        The name that the file of allowed signers has for this person.
    allowed : Path
    at : datetime
        When it was approved or asked for.
    what : Signed

    Raises
    ------
    ApprovalRefused
        If the key is not there, not this person's, or has expired; or `ssh-keygen` is not installed.
    """
    _is_there(ApprovalRefused)
    if not key.is_file():
        raise ApprovalRefused(f"There is no key {key.name}. Name a private key of SSH with --key, or leave it out.")
    made = _run(["-Y", "sign", "-q", "-f", str(key), "-n", what.namespace, str(folder / what.file)])
    if made.returncode != 0 or not _signature(folder, what).is_file():
        raise ApprovalRefused(f"{PROGRAM} could not sign with {key.name}: is it a private key of SSH, and can you read it?")
    fault = fault_of(folder, signer, allowed, at, what)
    if fault:
        raise ApprovalRefused(fault)


def _signature(folder: Path, what: Signed) -> Path:
    return folder / f"{what.file}.sig"


def verify(folder: Path, allowed: Path, signer: str, at: datetime, what: Signed = APPROVED) -> None:
    """Hold a signature of a bundle against a file of allowed signers.

    Parameters
    ----------
    folder : Path
        The bundle.
    allowed : Path
    signer : str
        As its `approval.json` names it, or its `release.json`.
    at : datetime
        When it was signed: a key that expired later does not undo it.
    what : Signed

    Raises
    ------
    BundleBroken
        If the signature is not this person's, or cannot be checked: `ssh-keygen` is not installed.
    """
    _is_there(BundleBroken)
    fault = fault_of(folder, signer, allowed, at, what)
    if fault:
        raise BundleBroken(fault)


def fault_of(folder: Path, signer: str, allowed: Path, at: datetime, what: Signed = APPROVED) -> str:
    """Say what is wrong with a signature, or nothing."""
    if not allowed.is_file():
        return (
            f"There is no file of allowed signers ({allowed.name}), so nobody's signature counts. Put it in data/policies/, or "
            f"name one with --allowed; it has a line for each signer: "
            f'{signer} namespaces="{what.namespace}" and the public key.'
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
        what.namespace,
        "-s",
        str(_signature(folder, what)),
        "-O",
        f"verify-time={time}",
    ]
    if _run(words, (folder / what.file).read_bytes()).returncode == 0:
        return ""
    return (
        f"The signature is not one of {signer} that {allowed.name} allows: another key, a key that was not valid when it was "
        f"signed, another namespace than {what.namespace}, or {what.file} was changed."
    )


def _is_there(error: type[ApprovalRefused] | type[BundleBroken]) -> None:
    if shutil.which(PROGRAM) is None:
        raise error(
            f"{PROGRAM} was not found on this machine, so nothing can be signed and no signature can be checked. Install "
            "OpenSSH; or leave out --key: the state then reads unsigned."
        )


def _run(words: list[str], given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run it; times are read as UTC, whatever the machine's clock is set to."""
    program = shutil.which(PROGRAM) or PROGRAM
    return subprocess.run(  # noqa: S603 — no shell, and every word is ours or a path
        [program, *words], input=given, capture_output=True, check=False, timeout=SECONDS, env=os.environ | {"TZ": "UTC"}
    )
