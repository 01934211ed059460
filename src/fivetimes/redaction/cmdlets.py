"""A name as PowerShell gives it (`Verb-Noun`) -> its verb and what that does to others.

The verbs are Microsoft's list of approved ones. Those that look or compute do nothing to others; those that act say what they do,
or leave it open (`Set-…`, `New-…`), and then a person is asked. Things of the session itself (`Set-Location`) are nobody else's.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from fivetimes.model.events import Effect

_NAME = re.compile(r"([A-Za-z]+)-([A-Z][A-Za-z0-9]*)")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[0-9]+")

_BY_EFFECT: Mapping[Effect, str] = {
    Effect.NONE: """Get Show Find Select Search Test Measure Compare Format Out Read Write Watch Wait Trace Resolve Convert
    ConvertFrom ConvertTo Group Join Split Enter Exit Push Pop Import Export Backup Checkpoint Debug Open Close Step Skip
    Ping Assert Build Compress Expand Copy Receive Connect Disconnect Use Where ForEach Sort Tee""",
    Effect.DELETE: "Remove Clear Uninstall Unpublish Revoke Unregister",
    Effect.PUBLISH: "Publish Submit",
    Effect.SEND: "Send",
    Effect.DEPLOY: "Deploy Enable Disable Restart Start Stop Suspend Resume Block Unblock Grant Deny Approve",
    Effect.UNKNOWN: """Add New Set Update Install Register Move Rename Reset Restore Sync Merge Initialize Complete Confirm Redo
    Undo Switch Limit Protect Unprotect Edit Optimize Repair Lock Unlock Mount Dismount Hide Invoke Request Save""",
}
VERBS: Mapping[str, Effect] = MappingProxyType(
    {verb: effect for effect, verbs in _BY_EFFECT.items() for verb in verbs.split()}
)
# What a session holds for itself, and files: `Remove-Item` is in effects.txt.
_OWN = frozenset(
    """Alias Breakpoint ChildItem Clipboard Content Culture Date Debug Error Event EventSubscriber Function History Host Item
    ItemProperty Job Location Module Object Path Process PSBreakpoint PSDebug PSDrive PSReadLineOption Runspace Sleep
    StrictMode TimeZone TraceSource Transcript TypeData Variable""".split()
)


def verb_of(name: str) -> str | None:
    """The verb of a cmdlet's name, None for what is none, or has no approved verb.

    Example:
        >>> verb_of("Disable-NetAdapter"), verb_of("apt-get"), verb_of("Frob-Thing")
        ('Disable', None, None)
    """
    found = _NAME.fullmatch(name)
    verb = found[1] if found is not None else ""
    return verb if verb in VERBS else None


def pieces_of(name: str) -> list[str]:
    """The words of a cmdlet's noun, in lower case.

    Example:
        >>> pieces_of("New-AzResourceGroup")
        ['az', 'resource', 'group']
    """
    return [piece.lower() for piece in _PIECE.findall(name.partition("-")[2])]


def effect_of_cmdlet(name: str) -> Effect | None:
    """What a cmdlet does to others by its verb; None for what is no cmdlet.

    Example:
        >>> [effect_of_cmdlet(name).name for name in ("Get-Service", "Disable-NetAdapter", "Set-Location", "New-AzVM")]
        ['NONE', 'DEPLOY', 'NONE', 'UNKNOWN']
    """
    verb = verb_of(name)
    if verb is None:
        return None
    within = VERBS[verb] not in (Effect.PUBLISH, Effect.SEND) and name.partition("-")[2] in _OWN
    return Effect.NONE if within else VERBS[verb]
