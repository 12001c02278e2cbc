"""The JSON node of a message."""

import json
from pathlib import Path

from sescomposer.core.parse import parse
from sescomposer.core.tree_json import tree_node

CORPUS = Path(__file__).parent.parent / "data" / "eml"


def test_nodes_of_a_composed_message() -> None:
    octets = (CORPUS / "composed" / "html_with_inline_image.eml").read_bytes()
    node = json.loads(json.dumps(tree_node(parse(octets))))
    image = node["children"][0]["children"][1]["children"][1]
    body = octets.index(b"iVBOR")
    assert image == {
        "part": "1.2.2",
        "path": [0, 1, 1],
        "media_type": "image/png",
        "charset": "",
        "encoding": "base64",
        "disposition": "inline",
        "filename": "logo.png",
        "content_id": "part1.logo@example.com",
        "header": [octets.index(b"Content-Type: image/png"), body - 1],
        "body": [body, octets.index(b"\n\n--------------rel89ab--") + 1],
        "size": 70,
        "note": "",
        "defects": [],
        "children": [],
    }
    assert node["children"][1]["filename"] == "Rechnung Übersicht.pdf"


def test_a_hundred_levels_need_no_recursion() -> None:
    octets = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(120))
    node = tree_node(parse(octets))
    depth = 1
    while node["children"]:
        children = node["children"]
        assert isinstance(children, list)
        (node,) = children
        depth += 1
    assert depth == 100
    assert node["note"] == "too deep"


def test_defects_stand_in_the_message() -> None:
    octets = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\nAA!A\n--b--\n"
    children = tree_node(parse(octets))["children"]
    assert isinstance(children, list)
    (defect, *_) = children[0]["defects"]
    assert octets[defect["start"] : defect["end"]] == b"!"
