"""Conductor -> BPMN 2.0 with its picture: the process as people who audit it read it, every gate a question with two ways out.

A gate is a user task that asks, and a gateway of which the way "no" ends the process. A step of a shell is a script task, a skill
or tool a service task, what a person does a manual task. What may be left out and what is done in several ways stand between two
gateways. The elements are those of the OMG's specification (formal/2013-12-09); a tool lays the picture out anew where it wants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

from fivetimes.conductor_document import DocumentStep, most_repeats, step_alternatives
from fivetimes.errors import RuleError
from fivetimes.exporters.base import evidence, guarded_steps, line, on_no, purpose, slug, step_phrase
from fivetimes.model.conductors import Conductor

FORMAT = "bpmn"

_MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_PICTURE = "http://www.omg.org/spec/BPMN/20100524/DI"
_BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
_LINES = "http://www.omg.org/spec/DD/20100524/DI"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TASKS = {
    "shell": "scriptTask",
    "commit": "scriptTask",
    "skill": "serviceTask",
    "tool": "serviceTask",
    "person": "manualTask",
}
# (width, height) of what is drawn, as tools draw it
_SIZES = {"startEvent": (36, 36), "endEvent": (36, 36), "exclusiveGateway": (50, 50)}
_TASK_SIZE = (160, 80)
_COLUMN, _ROW = 220, 130  # from one element to the next, and from one way to the next
_LEFT, _TOP = 160, 200


@dataclass(frozen=True, slots=True)
class _FlowNode:
    """An element of the process, with its column and row in the picture."""

    id: str
    kind: str
    name: str
    column: int
    row: int = 0
    script: str = ""
    repeats: int = 1


@dataclass(slots=True)
class _Process:
    """The nodes and the flows between them: from, to, and what is written on it."""

    nodes: list[_FlowNode] = field(default_factory=list)
    flows: list[tuple[str, str, str]] = field(default_factory=list)
    usual: dict[str, str] = field(default_factory=dict)  # gateway -> the node of its default way
    column: int = 0
    last: str = ""

    def add(self, node: _FlowNode, label: str = "", *, after: str = "") -> None:
        """Add a node behind another one, which is the last one unless it is said."""
        self.nodes.append(node)
        if behind := after or self.last:
            self.flows.append((behind, node.id, label))

    def go_on(self, node: _FlowNode, label: str = "") -> None:
        """Add a node that the next one follows."""
        self.add(node, label)
        self.last, self.column = node.id, node.column + 1


def export(conductor: Conductor) -> Mapping[str, str]:
    """`<id>.bpmn`.

    Raises:
        RuleError: a gate is missing, or would be lost.
    """
    process = _Process()
    process.go_on(_FlowNode("begin", "startEvent", "Begin", 0))
    steps = guarded_steps(conductor)
    label = ""
    for step in steps:
        label = _add_step(process, step, label)
    process.go_on(_FlowNode("done", "endEvent", "Done", process.column), label)
    gates = sum("gate" in step for step in steps)
    if sum(node.kind == "userTask" for node in process.nodes) != gates:
        raise RuleError(f"{conductor.id}: a gate was lost on the way, so it is not exported as {FORMAT}.")
    return {f"{slug(conductor.id)}.bpmn": _written(conductor, process)}


# ---- the process


def _add_step(process: _Process, step: DocumentStep, label: str) -> str:
    """Add a step with its gate; returns what is written on the flow that leads on from it."""
    name = step["id"]
    if "gate" in step:
        process.go_on(_FlowNode(f"{name}_gate", "userTask", line(step["gate"]["ask"]), process.column), label)
        process.go_on(_FlowNode(f"{name}_answer", "exclusiveGateway", "Is the answer yes?", process.column))
        process.add(_FlowNode(f"{name}_stop", "endEvent", line(f"No: {on_no(step['gate'])}"), process.column, 1), "no")
        label = "yes"
    ways = _ways(step, process.column + 1)
    if len(ways) == 1 and not step.get("optional"):
        process.go_on(
            _FlowNode(name, ways[0].kind, ways[0].name, process.column, 0, ways[0].script, ways[0].repeats), label
        )
        return ""
    asked = "Which way?" if len(ways) > 1 else "Is it needed?"
    split, join = f"{name}_choice", f"{name}_joined"
    process.go_on(_FlowNode(split, "exclusiveGateway", asked, process.column), label)
    shares = [f"{one['share'] * 100:.0f} %" for one in step_alternatives(step)]
    process.add(ways[0], shares[0] if len(ways) > 1 else "yes", after=split)
    process.usual[split] = ways[0].id
    for way, share in zip(ways[1:], shares[1:], strict=True):
        process.add(way, share, after=split)
    process.last, process.column = ways[0].id, process.column + 1
    process.go_on(_FlowNode(join, "exclusiveGateway", "", process.column))
    process.flows += [(way.id, join, "") for way in ways[1:]]
    if step.get("optional"):
        process.flows.append((split, join, "left out"))
    return ""


def _ways(step: DocumentStep, column: int) -> list[_FlowNode]:
    """The ways of a step, each in a row of its own, the usual one first."""
    found = []
    several = len(step_alternatives(step)) > 1
    # a gate's end stands in the first row below, and so does the way past a step
    below = 1 + ("gate" in step)
    for number, way in enumerate(step_alternatives(step)):
        specialist = way.get("specialist", step["specialist"])
        kind = _TASKS.get(specialist["kind"], "task")
        folder = f"cd {way['in']} && " if "in" in way else ""
        shell = kind == "scriptTask"
        name = line(folder + way["run"]) if several and shell else step_phrase(step)
        row = 0 if number == 0 else below + number
        found.append(
            _FlowNode(
                f"{step['id']}_way_{number + 1}" if several or step.get("optional") else step["id"],
                kind,
                name if not several or shell else line(specialist["name"]),
                column,
                row,
                line(folder + way["run"]) if shell else "",
                most_repeats(step),
            )
        )
    return found


# ---- the file


def _written(conductor: Conductor, process: _Process) -> str:
    for prefix, space in (("bpmn", _MODEL), ("bpmndi", _PICTURE), ("dc", _BOUNDS), ("di", _LINES), ("xsi", _XSI)):
        ElementTree.register_namespace(prefix, space)
    name, document = slug(conductor.id), conductor.document
    root = ElementTree.Element(
        f"{{{_MODEL}}}definitions",
        {"id": f"definitions_{name}", "targetNamespace": f"urn:fivetimes:conductor:{name}", "exporter": "fivetimes"},
    )
    whole = ElementTree.SubElement(
        root,
        f"{{{_MODEL}}}process",
        {"id": f"process_{name}", "name": line(document["title"]), "isExecutable": "false"},
    )
    about = ElementTree.SubElement(whole, f"{{{_MODEL}}}documentation")
    drafted = f"Drafted by fivetimes: {line(conductor.id)}, {document['evidence']['digest']}"
    about.text = f"{line(purpose(document))} {evidence(document)} {drafted}"
    named = [(f"flow_{number}", *flow) for number, flow in enumerate(process.flows, 1)]
    for node in process.nodes:
        _element(whole, node, named, process)
    for flow, source, target, label in named:
        given = {"id": flow, "sourceRef": source, "targetRef": target, **({"name": label} if label else {})}
        element = ElementTree.SubElement(whole, f"{{{_MODEL}}}sequenceFlow", given)
        if _is_conditional(source, target, process):
            condition = ElementTree.SubElement(
                element, f"{{{_MODEL}}}conditionExpression", {f"{{{_XSI}}}type": "bpmn:tFormalExpression"}
            )
            condition.text = label
    _picture(root, f"process_{name}", process, named)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _element(
    whole: ElementTree.Element, node: _FlowNode, flows: Sequence[tuple[str, str, str, str]], process: _Process
) -> None:
    """Write a node; the order of what stands in it is the schema's."""
    given = {"id": node.id, **({"name": node.name} if node.name else {})}
    if node.id in process.usual:
        ends = (node.id, process.usual[node.id])
        given["default"] = next(flow for flow, source, target, _ in flows if (source, target) == ends)
    if node.script:
        given["scriptFormat"] = "application/x-sh"
    element = ElementTree.SubElement(whole, f"{{{_MODEL}}}{node.kind}", given)
    ends_here = [("incoming", flow) for flow, _, target, _ in flows if target == node.id]
    begins_here = [("outgoing", flow) for flow, source, _, _ in flows if source == node.id]
    for kind, flow in (*ends_here, *begins_here):
        ElementTree.SubElement(element, f"{{{_MODEL}}}{kind}").text = flow
    if node.repeats > 1:
        most = {"loopMaximum": str(node.repeats), "testBefore": "false"}
        ElementTree.SubElement(element, f"{{{_MODEL}}}standardLoopCharacteristics", most)
    if node.script:
        ElementTree.SubElement(element, f"{{{_MODEL}}}script").text = node.script


def _is_conditional(source: str, target: str, process: _Process) -> bool:
    """Whether a flow is taken on a condition: it leaves a gateway of several ways and is not its default."""
    kinds = {node.id: node.kind for node in process.nodes}
    leaving = sum(flow[0] == source for flow in process.flows)
    return kinds[source] == "exclusiveGateway" and leaving > 1 and process.usual.get(source) != target


# ---- the picture


def _picture(root: ElementTree.Element, of: str, process: _Process, flows: Sequence[tuple[str, str, str, str]]) -> None:
    diagram = ElementTree.SubElement(root, f"{{{_PICTURE}}}BPMNDiagram", {"id": "diagram"})
    plane = ElementTree.SubElement(diagram, f"{{{_PICTURE}}}BPMNPlane", {"id": "plane", "bpmnElement": of})
    places = {node.id: node for node in process.nodes}
    for node in process.nodes:
        shape = ElementTree.SubElement(
            plane, f"{{{_PICTURE}}}BPMNShape", {"id": f"{node.id}_shape", "bpmnElement": node.id}
        )
        width, height = _SIZES.get(node.kind, _TASK_SIZE)
        x, y = _middle(node)
        bounds = {"x": x - width // 2, "y": y - height // 2, "width": width, "height": height}
        ElementTree.SubElement(shape, f"{{{_BOUNDS}}}Bounds", {key: str(value) for key, value in bounds.items()})
    for flow, source, target, _ in flows:
        edge = ElementTree.SubElement(plane, f"{{{_PICTURE}}}BPMNEdge", {"id": f"{flow}_edge", "bpmnElement": flow})
        for x, y in _bends(places[source], places[target]):
            ElementTree.SubElement(edge, f"{{{_LINES}}}waypoint", {"x": str(x), "y": str(y)})


def _middle(node: _FlowNode) -> tuple[int, int]:
    return _LEFT + node.column * _COLUMN, _TOP + node.row * _ROW


def _bends(source: _FlowNode, target: _FlowNode) -> Iterator[tuple[int, int]]:
    """The corners of a flow, from border to border: straight on in a row, else down or up first."""
    (x, y), (to_x, to_y) = _middle(source), _middle(target)
    half = _SIZES.get(source.kind, _TASK_SIZE)[0] // 2, _SIZES.get(target.kind, _TASK_SIZE)[0] // 2
    if target.column - source.column > 1:  # past what may be left out: above it
        top = y - _SIZES.get(source.kind, _TASK_SIZE)[1] // 2
        yield from ((x, top), (x, _TOP - 90), (to_x, _TOP - 90), (to_x, top))
    elif y == to_y:
        yield from ((x + half[0], y), (to_x - half[1], to_y))
    elif to_y > y and source.kind == "exclusiveGateway" and target.column > source.column:
        yield from ((x, y + 25), (x, to_y), (to_x - half[1], to_y))
    elif to_y > y:
        yield from ((x, y + 25), (x, to_y - 18))
    else:
        yield from ((x + half[0], y), (to_x, y), (to_x, to_y + 25))
