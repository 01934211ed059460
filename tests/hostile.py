"""A scan with a payload in every field of text, and two hundred payloads: what a page must show and never run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import builders_scan as made
from fivetimes.model.candidates import Candidate, Tier, Variant
from fivetimes.model.changes import Changes, Gone, Promotion
from fivetimes.model.conductors import Conductor
from fivetimes.model.events import Kind
from fivetimes.model.live_text import LiveCommand, LiveText
from fivetimes.model.occurrences import Location, Moment, Occurrence
from fivetimes.model.scans import Chance, Composition, Scan
from fivetimes.model.sources import SourceReport
from fivetimes.model.suppression import Suppressed, SuppressionRule

_TAGS = [
    "script",
    "img src=x",
    "svg",
    "iframe",
    "body",
    "details open",
    "input autofocus",
    "video",
    "a href=javascript:alert(1)",
    "math",
]
_EVENTS = ["onerror", "onload", "onfocus", "ontoggle", "onmouseover"]
_ENDS = ["</title>", "</style>", "</script>", "</textarea>", "-->", "]]>", "</svg>", "</details>", "'>", "\"'>"]
_BODIES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<a href=javascript:alert(1) autofocus onfocus=alert(1)>x</a>",
    "<style onload=alert(1)></style>",
    "<object data=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>x",
]
_OTHERS = [
    '" onmouseover=alert(1) autofocus onfocus=alert(1) x="',
    "' onmouseover=alert(1) autofocus onfocus=alert(1) x='",
    "` onmouseover=alert(1) x=`",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "'-alert(1)-'",
    '"-alert(1)-"',
    "\\'-alert(1)//",
    "${alert(1)}",
    "{{ ''.__class__ }}<script>alert(1)</script>",
    "{% raw %}<script>alert(1)</script>",
    "{{ figure.__init__.__globals__ }}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u202e<script>alert(1)</script>\u2066",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<<script>alert(1)//<</script>",
    "<script\n>alert(1)</script\n>",
    '#card-1"><script>alert(1)</script>',
    "<base href=javascript:alert(1)//><meta http-equiv=refresh content=0;url=javascript:alert(1)>",
]
PAYLOADS = [
    *(f"{start}<{tag} {event}=alert(1)>" for tag in _TAGS for event in _EVENTS for start in ("", '">')),
    *(f"{end}{body}" for end in _ENDS for body in _BODIES),
    *_OTHERS,
]


def drafts_of(*found: tuple[Candidate, LiveText | None]) -> dict[str, Conductor]:
    """The drafts of those that were seen often enough."""
    return {candidate.id: made.drafted(candidate, live) for candidate, live in found if candidate.count >= 5}


def sample() -> tuple[Scan, dict[str, Conductor]]:
    """Three routines, one of each tier, with the drafts of two."""
    found = [made.friday(13), made.release(8), made.review(4)]
    return made.scan(*(candidate for candidate, _ in found)), drafts_of(*found)


def hostile(*payloads: str) -> tuple[Scan, dict[str, Conductor]]:
    """A scan with the payloads in every field of text: a candidate and a source for each."""
    found = [_candidate(payload, n) for n, payload in enumerate(payloads)]
    scan = made.scan(*found)
    first = payloads[0]
    scan = replace(
        scan,
        suppressed=tuple(Suppressed((payload,), 3, SuppressionRule.CHANCE) for payload in payloads),
        sources=tuple(_source(scan.sources[0], payload) for payload in payloads),
        redactions=dict.fromkeys(payloads, 1),
        skipped=payloads,
        rule=replace(scan.rule, override_by=first, override_because="; ".join(payloads)),
        changes=Changes(
            new=(found[-1].id,),
            promoted=(Promotion(found[0].id, Tier.NOTICED, Tier.EXTRACT),),
            gone=tuple(Gone(payload, payload, 11, payload) for payload in payloads),
        ),
        compositions=tuple(Composition(f"{payload} calls", 2, 3, ((f"{payload} called", 3),)) for payload in payloads),
        chance=tuple(Chance(payload, 3, 0.5, 0.0, 0.0) for payload in payloads),
    )
    return scan, drafts_of(*((candidate, None) for candidate in found))


def _candidate(payload: str, number: int) -> Candidate:
    candidate, _ = made.friday(6)
    assert candidate.rhythm is not None
    assert candidate.cost is not None
    assert candidate.boundaries is not None
    steps = tuple(
        replace(step, action=payload, alternatives=((payload, 0.2),) if place == 0 else ())
        for place, step in enumerate(candidate.steps)
    )
    return replace(
        candidate,
        id=f"hostile-{number:04x}",
        title=payload,
        reasons=(payload,),
        steps=steps,
        variants=(Variant((payload, payload), 4), Variant((payload,), 2)),
        confidence=replace(candidate.confidence, verdict=payload, sentences=(payload,)),
        rhythm=replace(candidate.rhythm, period=payload, phrase=payload),
        cost=replace(candidate.cost, assumes=payload),
        boundaries=replace(candidate.boundaries, phrase=payload),
        occurrences=tuple(_occurrence(occurrence, payload) for occurrence in candidate.occurrences),
    )


def _occurrence(occurrence: Occurrence, payload: str) -> Occurrence:
    moments = tuple(
        replace(moment, action=payload, locations=_places(moment, payload)) for moment in occurrence.moments
    )
    return replace(occurrence, person=payload, moments=moments)


def _places(moment: Moment, payload: str) -> Sequence[Location]:
    return tuple(replace(place, path=payload, commit=payload if place.commit else None) for place in moment.locations)


def _source(report: SourceReport, payload: str) -> SourceReport:
    balance = replace(report.balance, ignored=report.balance.ignored + type(report.balance.ignored)({payload: 1}))
    balance.bad[payload] += 1
    return replace(report, source=replace(report.source, reader=payload, origin=payload), balance=balance)


def live_of(scan: Scan, *payloads: str) -> dict[str, LiveText]:
    """Live lines that are the payloads themselves."""
    return {
        candidate.id: LiveText(
            candidate.id,
            tuple(
                tuple(LiveCommand(Kind.SHELL, payload) for _ in occurrence.moments)
                for occurrence in candidate.occurrences
            ),
            0,
        )
        for candidate, payload in zip(scan.candidates, payloads, strict=True)
    }
