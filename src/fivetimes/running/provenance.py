"""A run's record -> a file that travels with what the run made, and can be verified where nothing of ours is but this program.

The file is a DSSE envelope (secure-systems-lab/dsse, version 1) around an in-toto Statement (version 1). Its predicate holds the
conductor as it was run, the decisions on it and the run's lines, as they stand in their files; what else it states is derived from
these, and again when it is verified. Signatures are those of `ssh-keygen -Y sign`, as git makes them. docs/provenance.md has the
schema.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fivetimes import atomic, conductors, review
from fivetimes.errors import FivetimesError
from fivetimes.model.decisions import Decision
from fivetimes.review import ledger
from fivetimes.review.folder import LEDGER
from fivetimes.running.record import FOLDER, Record, RunEntry

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:fivetimes:provenance:1"
NAMESPACE = "fivetimes-provenance"  # a signature made for something else, such as a commit, is none for this
_PREAMBLE = b"SSHSIG" + (1).to_bytes(4, "big")  # how an SSH signature begins: its version is 1
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_WIDTH = 70  # characters of a line between these two, as ssh-keygen writes them
_ORDER = ("conductor", "decisions", "record")  # the subjects that every bundle has, before those that it is made for


@dataclass(frozen=True, slots=True)
class Verified:
    """What a bundle that held states.

    Attributes:
        run: the run's id.
        conductor: the conductor's id.
        revision: the digest of the conductor as it was run.
        result: how the run ended, or open.
        approved: by whom and when this revision was approved before the run; empty where nobody did.
        gates: each question with its answer, a sentence for each.
        signer: the fingerprint of the key; empty where nobody signed.
        principal: whose key that is by the list of allowed signers; empty where none was given.
        deliverables: names of the files that it was made for.
        whole: whether it holds the conductor's text; else it is known by its digest only.
        end: the digest of the record's last line, by which a catalogue names the run.
    """

    run: str
    conductor: str
    revision: str
    result: str
    approved: str
    gates: tuple[str, ...]
    signer: str
    principal: str
    deliverables: tuple[str, ...]
    whole: bool
    end: str

    @property
    def lines(self) -> list[str]:
        """For a person."""
        signed = "It is not signed: it is whole, and nobody vouches for it."
        if self.principal:
            signed = f"Signed by {self.principal}, with the key {self.signer}."
        elif self.signer:
            signed = f"Signed with the key {self.signer}; whose that is, --allowed-signers would show."
        text = "" if self.whole else " Its text is not in here, for it was changed before the bundle was made."
        return [
            f"{self.run}: {self.result}",
            f"The conductor {self.conductor}, {self.revision}. {self.approved or 'Nobody approved it in this revision.'}{text}",
            *(self.gates or ("It passed no gate.",)),
            f"Its record ends with {self.end}, as a catalogue names it.",
            *(f"Made for {name}." for name in self.deliverables),
            signed,
        ]


# ---- making one


def bundle(record: Record, *, folder: Path, deliverables: Sequence[Path] = (), key: Path | None = None) -> str:
    """The text of a bundle.

    Args:
        record: of the run.
        folder: of the conductors.
        deliverables: the files that the run made; their digests are bound to it.
        key: an SSH key to sign with: a private one, or a public one whose other half an agent has.

    Raises:
        FivetimesError: the record or the ledger is broken, a file cannot be read, or the key does not sign.
    """
    began = record.entries()[0].fields
    path = review.conductor_path(folder, began["conductor"])
    text: str | None = atomic.read_text(path) if path.exists() else None
    if (
        text is not None
        and conductors.fingerprint(conductors.parse(text, place=str(path)).document) != began["revision"]
    ):
        text = None
    rows = record.path.read_bytes().decode().split("\n")[:-1]
    extra = [{"name": each.name, "digest": {"sha256": _file_digest(each)}} for each in deliverables]
    payload = _canonical(_statement(text, _decisions(folder, began["conductor"]), rows, extra, str(record.path)))
    signatures = [] if key is None else [_signed(_encoded(payload), key)]
    envelope = {"payloadType": PAYLOAD_TYPE, "payload": base64.b64encode(payload).decode(), "signatures": signatures}
    return json.dumps(envelope, indent=1) + "\n"


def _decisions(folder: Path, name: str) -> list[str]:
    path = folder / LEDGER
    text = atomic.read_text(path).replace("\r\n", "\n") if path.exists() else ""
    wrong = next(ledger.broken(ledger.read(text, path=str(path))), None)
    if wrong is not None:
        raise FivetimesError(f"{path}: {wrong} Restore it from git before a bundle is made.")
    return [row for row in text.split("\n") if row.strip() and json.loads(row)["id"] == name]


def _statement(
    text: str | None, decisions: Sequence[str], rows: Sequence[str], extra: Sequence[Mapping[str, Any]], place: str
) -> dict[str, Any]:
    """The statement that these three make, with the subjects that it is made for besides."""
    joined = "".join(row + "\n" for row in rows)
    entries = Record(Path(f"{place}: record")).checked(joined.encode())
    if not entries or entries[0].what != "began":
        raise FivetimesError(f"{place}: the record does not begin with the beginning of a run.")
    began = entries[0].fields
    names = (f"{began['conductor']}.yaml", f"{LEDGER} ({began['conductor']})", f"{FOLDER}/{began['run']}.jsonl")
    # of a conductor that was changed since, the digest that the run's first line has
    digests = (
        {"sha256": _sha256(text)} if text is not None else {"blake2b-128": began["revision"].rpartition(":")[2]},
        {"sha256": _sha256("".join(row + "\n" for row in decisions))},
        {"sha256": _sha256(joined)},
    )
    subjects = [{"name": name, "digest": digest} for name, digest in zip(names, digests, strict=True)]
    statement: dict[str, Any] = {
        "_type": STATEMENT_TYPE,
        "subject": [*subjects, *extra],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "run": began["run"],
            "conductor": {"id": began["conductor"], "revision": began["revision"], "text": text},
            "decisions": _chained(decisions),
            "record": _chained(rows),
            "gates": _gates(entries),
            "result": entries[-1].fields["result"] if entries[-1].what == "ended" else "open",
            "evidence": began["evidence"],
        },
    }
    statement["predicate"]["digest"] = _sha256(_canonical(statement).decode())
    return statement


def _chained(rows: Sequence[str]) -> list[dict[str, str]]:
    """Each line with a digest over it and all before it, so that whatever is done to one is found at its place."""
    found: list[dict[str, str]] = []
    for row in rows:
        found.append({"line": row, "digest": _sha256((found[-1]["digest"] if found else "") + row)})
    return found


def _gates(entries: Sequence[RunEntry]) -> list[dict[str, Any]]:
    answers = {entry.key.removesuffix(":answered"): entry.fields for entry in entries if entry.what == "answered"}
    kept = ("answer", "by", "at", "why", "override")
    return [
        {name: entry.fields[name] for name in ("step", "question", "answerer")}
        | {name: answers.get(entry.key, {}).get(name) for name in kept}
        for entry in entries
        if entry.what == "asked" and entry.fields["about"] == "gate"
    ]


# ---- verifying one


def verify(path: Path, *, allowed_signers: Path | None = None, deliverables: Sequence[Path] = ()) -> Verified:
    """What a bundle states, if it holds.

    Args:
        path: of the file.
        allowed_signers: who may sign, a file as ssh-keygen reads it; then a bundle without a signature of one of them is refused.
        deliverables: files that it must have been made for.

    Raises:
        FivetimesError: it was changed, cut, or signed by somebody else; the message names the place.
    """
    try:
        envelope = json.loads(path.read_bytes().decode(), object_pairs_hook=_without_twins)
    except OSError as error:
        raise FivetimesError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise FivetimesError(f"{path}: no bundle, or only a part of one ({error}).") from error
    payload, signatures = _opened(envelope, str(path))
    statement = _checked(payload, str(path))
    signer, principal = "", ""
    if signatures:
        signer, principal = _signer(_encoded(payload), signatures, str(path), allowed_signers)
    elif allowed_signers is not None:
        raise FivetimesError(f"{path}: signatures: nobody signed it, so none of the allowed signers did.")
    made_for = statement["subject"][len(_ORDER) :]
    for each in deliverables:
        if _file_digest(each) not in [subject["digest"]["sha256"] for subject in made_for]:
            raise FivetimesError(f"{path}: subject: it was not made for {each.name} as it is here.")
    return _verified(statement["predicate"], [one["name"] for one in made_for], signer, principal)


def _opened(envelope: Any, place: str) -> tuple[bytes, Any]:
    """The payload's bytes and the signatures of an envelope."""
    if not isinstance(envelope, dict) or set(envelope) != {"payloadType", "payload", "signatures"}:
        raise FivetimesError(f"{place}: no bundle: it has payloadType, payload and signatures, and nothing else.")
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise FivetimesError(f"{place}: payloadType: it is not {PAYLOAD_TYPE}.")
    signatures = envelope["signatures"]
    if not isinstance(signatures, list) or len(signatures) > 1:
        raise FivetimesError(f"{place}: signatures: a list of one at most.")
    return _decoded(envelope["payload"], f"{place}: payload"), signatures


def _checked(payload: bytes, place: str) -> dict[str, Any]:
    """The statement, derived again from its three texts; what differs is refused with its place."""
    try:
        statement = json.loads(payload.decode(), object_pairs_hook=_without_twins)
        predicate, subjects = statement["predicate"], statement["subject"]
        if statement["predicateType"] != PREDICATE_TYPE:
            raise FivetimesError(f"{place}: predicateType: it is not {PREDICATE_TYPE}.")
        decisions, rows = (_lines(predicate[name], f"{place}: {name}") for name in ("decisions", "record"))
        text = predicate["conductor"]["text"]
        derived = _statement(text, decisions, rows, _extra(subjects, place), place)
        _held(text, predicate["conductor"]["revision"], decisions, place)
        different = _difference(statement, derived, "")
        if different is not None:
            raise FivetimesError(f"{place}: {different.lstrip('.')}: it was changed, or does not fit the rest.")
        if _canonical(statement) != payload:
            raise FivetimesError(f"{place}: payload: it is not written as bundles are.")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise FivetimesError(f"{place}: payload: no statement of a run ({type(error).__name__}).") from error
    return derived


def _lines(chain: Any, place: str) -> list[str]:
    rows = [str(one["line"]) for one in chain]
    for number, (one, wanted) in enumerate(zip(chain, _chained(rows), strict=True), 1):
        if one != wanted:
            raise FivetimesError(f"{place}, line {number}: it, or the line before it, was changed, moved or removed.")
    return rows


def _extra(subjects: Any, place: str) -> list[dict[str, Any]]:
    extra: list[dict[str, Any]] = subjects[len(_ORDER) :]
    for number, one in enumerate(extra, len(_ORDER)):
        if set(one) != {"name", "digest"} or set(one["digest"]) != {"sha256"} or not isinstance(one["name"], str):
            raise FivetimesError(f"{place}: subject[{number}]: no name with a digest.")
    return extra


def _held(text: str | None, revision: str, decisions: Sequence[str], place: str) -> None:
    """The conductor's text has the revision of the run, and the decisions are such."""
    if text is not None:
        found = conductors.fingerprint(conductors.parse(text, place=f"{place}: conductor").document)
        if found != revision:
            raise FivetimesError(f"{place}: conductor.text: it is not the revision {revision} that was run.")
    ledger.read("".join(row + "\n" for row in decisions), path=f"{place}: decisions")


def _difference(found: Any, wanted: Any, at: str) -> str | None:
    """The path of the first value in which two documents differ; None where they are equal.

    Subjects come before the predicate, whose digest over everything would differ as well.
    """
    if isinstance(found, dict) and isinstance(wanted, dict) and set(found) == set(wanted):
        inner = (_difference(found[name], wanted[name], f"{at}.{name}") for name in sorted(wanted, reverse=True))
        return next((one for one in inner if one is not None), None)
    if isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
        parts = (_difference(*pair, f"{at}[{number}]") for number, pair in enumerate(zip(found, wanted, strict=True)))
        return next((one for one in parts if one is not None), None)
    return None if type(found) is type(wanted) and found == wanted else at or "statement"


def _verified(predicate: Mapping[str, Any], made_for: Sequence[str], signer: str, principal: str) -> Verified:
    conductor = predicate["conductor"]
    began = datetime.fromisoformat(json.loads(predicate["record"][0]["line"])["at"])
    rows = "".join(one["line"] + "\n" for one in predicate["decisions"])
    approvals = [
        one
        for one in ledger.read(rows, path="decisions")
        if one.decision is Decision.APPROVE and one.on == conductor["revision"] and one.at <= began
    ]
    approved = f"Approved by {approvals[-1].by} on {approvals[-1].at:%Y-%m-%d}." if approvals else ""
    gates = []
    for gate in predicate["gates"]:
        if gate["answer"] is None:
            gates.append(f"Not answered before {gate['step']}: {gate['question']}")
            continue
        instead = f", in the place of {gate['answerer']}" if gate["override"] else ""
        gates.append(
            f"{gate['answer'].capitalize()} before {gate['step']}, by {gate['by']}{instead}: {gate['question']}"
        )
    run, whole = predicate["run"], conductor["text"] is not None
    about = (run, conductor["id"], conductor["revision"], predicate["result"], approved)
    end = ledger.mark(predicate["record"][-1]["line"])
    return Verified(*about, tuple(gates), signer, principal, tuple(made_for), whole, end)


# ---- bytes


def _encoded(payload: bytes) -> bytes:
    """What is signed: DSSE's pre-authentication encoding of the payload and its type."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _canonical(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FivetimesError(f"{path}: cannot be read ({error.strerror}).") from error


def _decoded(text: Any, place: str) -> bytes:
    """The bytes of base64 that is written in the one way in which these bytes are."""
    try:
        found = base64.b64decode(text, validate=True)
        if base64.b64encode(found).decode() == text:
            return found
    except (ValueError, TypeError) as error:
        raise FivetimesError(f"{place}: no base64 ({error}).") from error
    raise FivetimesError(f"{place}: base64 that is not written as it should be.")


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


# ---- signatures of SSH keys


def _signed(message: bytes, key: Path) -> dict[str, str]:
    """A signature of an envelope: `sig` is an SSH signature without its armour, `keyid` its key's fingerprint."""
    done = _ssh_keygen("-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(key), given=message)
    lines = done.stdout.decode("utf-8", "replace").split()
    text = "".join(lines)
    begin, end = _BEGIN.replace(" ", ""), _END.replace(" ", "")
    if done.returncode or not text.startswith(begin) or not text.endswith(end):
        raise FivetimesError(f"{key}: this key did not sign. {_last_line(done.stderr)}")
    blob = _decoded(text.removeprefix(begin).removesuffix(end), str(key))
    return {"keyid": _fingerprint(blob), "sig": base64.b64encode(blob).decode()}


def _signer(message: bytes, signatures: Any, place: str, allowed: Path | None) -> tuple[str, str]:
    """(the key's fingerprint, whose it is by the list of allowed signers or nothing)."""
    keyid, blob = _signature(signatures, place)
    text = base64.b64encode(blob).decode()
    body = "\n".join(text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "signature"
        file.write_text(f"{_BEGIN}\n{body}\n{_END}\n", encoding="ascii")
        how = ("-n", NAMESPACE, "-s", str(file))
        done = _ssh_keygen("-Y", "check-novalidate", *how, given=message)
        if done.returncode:
            raise FivetimesError(f"{place}: signatures[0].sig: it does not fit the payload. {_last_line(done.stderr)}")
        if allowed is None:
            return keyid, ""
        if not allowed.is_file():
            raise FivetimesError(f"{allowed}: there is no such list of allowed signers.")
        found = _ssh_keygen("-Y", "find-principals", "-s", str(file), "-f", str(allowed), given=b"")
        for principal in found.stdout.decode("utf-8", "replace").splitlines():
            done = _ssh_keygen("-Y", "verify", "-f", str(allowed), "-I", principal, *how, given=message)
            if not done.returncode:
                return keyid, principal
    raise FivetimesError(f"{place}: signatures[0]: the key {keyid} is of none of the allowed signers.")


def _signature(signatures: Any, place: str) -> tuple[str, bytes]:
    """(keyid, signature) of the only signature."""
    (signature,) = signatures
    if not isinstance(signature, dict) or set(signature) != {"keyid", "sig"}:
        raise FivetimesError(f"{place}: signatures[0]: it has keyid and sig.")
    blob = _decoded(signature["sig"], f"{place}: signatures[0].sig")
    if not blob.startswith(_PREAMBLE):  # which nothing signs: ssh-keygen takes an older version, too
        raise FivetimesError(f"{place}: signatures[0].sig: it is no SSH signature of version 1.")
    if signature["keyid"] != _fingerprint(blob):
        raise FivetimesError(f"{place}: signatures[0].keyid: it is not the key that signed.")
    return signature["keyid"], blob


def _fingerprint(blob: bytes) -> str:
    """Of the public key in a signature, as ssh-keygen prints it; before the key stand SSHSIG, a version and its length."""
    length = int.from_bytes(blob[10:14], "big")
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob[14 : 14 + length]).digest()).decode().rstrip("=")


def _ssh_keygen(*words: str, given: bytes) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise FivetimesError("signatures need ssh-keygen (OpenSSH 8.2 or later), which is not on the path.")
    return subprocess.run([program, *words], input=given, capture_output=True, check=False)


def _last_line(text: bytes) -> str:
    return (text.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
