"""What IEEE 1849-2016 demands of an XES log, for a reader that is none of ours (lxml).

`GRAMMAR` states in RELAX NG what the standard's schema does, but for lists, which nothing of ours writes; `broken` has the rules of
its text that no schema can state.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

_ELEMENTARY = (
    ("string", "string"), ("date", "dateTime"), ("int", "long"), ("float", "double"), ("boolean", "boolean"), ("id", "string"),
)  # fmt: skip
GRAMMAR = f"""
<grammar xmlns="http://relaxng.org/ns/structure/1.0" datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="log">
    <attribute name="xes.version"><data type="decimal"/></attribute>
    <optional><attribute name="xes.features"><data type="token"/></attribute></optional>
    <zeroOrMore><element name="extension">
      <attribute name="name"><data type="NCName"/></attribute>
      <attribute name="prefix"><data type="NCName"/></attribute>
      <attribute name="uri"><data type="anyURI"/></attribute>
    </element></zeroOrMore>
    <zeroOrMore><element name="global">
      <optional><attribute name="scope"><choice><value>trace</value><value>event</value></choice></attribute></optional>
      <ref name="attributes"/>
    </element></zeroOrMore>
    <zeroOrMore><element name="classifier">
      <attribute name="name"><data type="NCName"/></attribute>
      <optional><attribute name="scope"><data type="NCName"/></attribute></optional>
      <attribute name="keys"><data type="token"/></attribute>
    </element></zeroOrMore>
    <ref name="attributes"/>
    <zeroOrMore><element name="trace">
      <ref name="attributes"/><zeroOrMore><ref name="event"/></zeroOrMore>
    </element></zeroOrMore>
    <zeroOrMore><ref name="event"/></zeroOrMore>
  </element></start>
  <define name="event"><element name="event"><ref name="attributes"/></element></define>
  <define name="attributes"><zeroOrMore><choice>
    {
    "".join(
        f'<element name="{name}"><attribute name="key"><data type="Name"/></attribute>'
        f'<attribute name="value"><data type="{kind}"/></attribute><ref name="attributes"/></element>'
        for name, kind in _ELEMENTARY
    )
}
  </choice></zeroOrMore></define>
</grammar>
"""


def broken(text: str) -> list[str]:
    """The rules that a log breaks, as sentences; none where it is as the standard demands."""
    log = etree.fromstring(text.encode())
    grammar = etree.RelaxNG(etree.fromstring(GRAMMAR))
    if not grammar.validate(log):
        return [str(error) for error in grammar.error_log]
    return list(_broken(log))


def _keys(component: etree._Element) -> list[str]:
    return [child.get("key") for child in component if child.get("key") is not None]


def _broken(log: etree._Element) -> Iterator[str]:
    prefixes = {one.get("prefix") for one in log.findall("extension")}
    for component in log.iter("log", "global", "trace", "event"):
        keys = _keys(component)
        if len(set(keys)) < len(keys):
            yield f"line {component.sourceline}: two attributes of one key"
        if strange := {key for key in keys if ":" in key and key.partition(":")[0] not in prefixes}:
            yield f"line {component.sourceline}: {sorted(strange)} of no declared extension"
    for scope in ("trace", "event"):
        yield from _not_everywhere(log, scope)


def _not_everywhere(log: etree._Element, scope: str) -> Iterator[str]:
    everywhere = {key for one in log.findall(f"global[@scope='{scope}']") for key in _keys(one)}
    for component in log.iter(scope):
        if missing := everywhere - set(_keys(component)):
            yield f"line {component.sourceline}: without {sorted(missing)}, which are global"
    for classifier in log.findall("classifier"):
        if classifier.get("scope", "event") == scope and set(classifier.get("keys").split()) - everywhere:
            yield f"line {classifier.sourceline}: a classifier of keys that are not global"
