"""Tables: what the words of a name say about its effect.

A verb decides; a noun after it may take the meaning away (`release-notes`), and a harmless verb in front does (`draft-release`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fivetimes.model import Effect


@dataclass(frozen=True, slots=True)
class Verbs:
    """Words with one effect. `because` says why a person should be asked first; `example` is a name that has it."""

    effect: Effect
    because: str
    words: str
    example: str


VERBS = (
    Verbs(
        Effect.DEPLOY,
        "changes what runs for others",
        """deploy deploys deployment redeploy undeploy rollout rollback promote provision launch golive cutover
        failover failback activate deactivate restart reboot reload scale migrate apply upgrade cordon drain
        hotswap flip canary commission decommission""",
        "deploy-api",
    ),
    Verbs(
        Effect.PUBLISH,
        "others can read or fetch it, and may have done so before it is taken back",
        """publish unpublish republish release releases upload push submit syndicate ship broadcast stream air
        share post tweet toot crosspost merge""",
        "publish-post",
    ),
    Verbs(
        Effect.PAY,
        "moves money or binds to do so",
        """pay pays payment payments payout payouts payroll purchase buy order reorder charge refund reimburse
        disburse transfer wire remit settle invoice donate subscribe bill bid trade sell cash""",
        "pay-invoice",
    ),
    Verbs(
        Effect.SEND,
        "reaches people and cannot be called back",
        """send sends notify email mail sms text message dm announce reply respond forward invite remind page
        alert call fax dispatch deliver newsletter comment approve reject sign countersign escalate webhook
        handoff refer prescribe discharge book enrol enroll""",
        "notify-team",
    ),
    Verbs(
        Effect.DELETE,
        "cannot be got back, or only from a copy",
        """delete deletes remove rm destroy drop purge wipe erase shred terminate kill truncate prune revoke
        cancel uninstall unlink discard expunge evict detach teardown nuke reap dispose burn retire offboard""",
        "delete-branch",
    ),
    Verbs(
        Effect.REWRITE,
        "changes history that others may have",
        "rebase squash amend rewrite overwrite backdate restate force",
        "rebase-stack",
    ),
    Verbs(
        Effect.NONE,
        "reads, makes or checks something here",
        """add analyse analyze annotate archive ask assemble assess audit backup benchmark bisect brainstorm
        browse build bump bundle calculate capture catalog check checklist classify clean clone code collect
        collate combine commit compare compile compose compress compute convert copy count crawl create crop
        cut debug decide deduplicate describe design diff digest doc docs document download draft dryrun edit
        embed estimate evaluate examine expand explain explore export extract fetch fill filter find fix fmt
        format gather generate get glob grep group harvest help highlight import index inspect install
        interview investigate label layout lint list load log look ls make map measure monitor name note open
        optimise optimize organise organize outline parse pick plan plot polish prepare preview probe profile
        proofread pull query rank read recommend record refactor reformat rename render report research resize
        resolve review revise run sample save scaffold scan score scrape search select serve server runserver
        dev console shell show simulate sketch slice snapshot sort spellcheck split start stage stash status
        stop store study suggest summarise summarize sync table tag test tests think tidy todo todowrite trace
        track train transcribe transform translate transpile triage trim typecheck unpack update validate
        verify view visualise visualize wait watch websearch webfetch whoami write storybook typecheck""",
        "draft-release-notes",
    ),
)

EFFECT_OF: Mapping[str, Effect] = {word: row.effect for row in VERBS for word in row.words.split()}

# These say little by themselves: a verb of effect behind them decides (`run-payroll`).
LIGHT = frozenset(
    "run make do start execute perform trigger create add process handle update open begin go kick set use".split()
)

# Words that together mean what neither says.
PHRASES: Mapping[tuple[str, str], Effect] = {
    ("pull", "request"): Effect.PUBLISH,
    ("merge", "request"): Effect.PUBLISH,
    ("create", "issue"): Effect.PUBLISH,
    ("update", "issue"): Effect.SEND,
    ("create", "event"): Effect.SEND,
    ("go", "live"): Effect.DEPLOY,
    ("roll", "out"): Effect.DEPLOY,
    ("roll", "back"): Effect.DEPLOY,
    ("cut", "over"): Effect.DEPLOY,
    ("sign", "off"): Effect.SEND,
    ("hand", "over"): Effect.SEND,
    ("force", "push"): Effect.REWRITE,
}

# After any verb of effect these make a noun of it: a word about the thing, not the doing (`deploy-log`).
STATES = frozenset(
    """check checklist checks commit dashboard guide history hoc hook log logs merge metrics mortem notes office
    outline overview plan preview process processing production queue report reports runbook stats status
    summary template""".split()
)
# After most verbs these do too (`release-page`); these verbs take them as objects (`send-message`).
NOUNS = frozenset(
    """agenda archive audit body branch branches calendar candidate changelog config configuration copy count
    data date diff digest doc docs documentation draft estimate file files image index info inventory key list
    manifest message messages metadata name names note number page readme record request schedule screenshot
    script size subject table test tests text title url validation version video""".split()
)
ALWAYS = frozenset(
    """send post delete remove publish deploy push upload merge notify email mail share ship destroy drop purge announce
    approve pay deliver revoke erase wipe shred terminate reimburse disburse remit""".split()
)
CONJUNCTIONS = frozenset({"and", "then", "plus", "und"})
