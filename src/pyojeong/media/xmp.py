"""XMP packets (ISO 16684-1): reading them safely, and adding to them without losing any.

Packets come from strangers: a document type, and so any entity, is refused, and so is a packet
larger than `MOST_BYTES`.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
META = "adobe:ns:meta/"
EXIF = "http://ns.adobe.com/exif/1.0/"
MOST_BYTES = 1_000_000
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = '\n<?xpacket end="w"?>'
_PREFIXES = {
    "x": META,
    "rdf": RDF,
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": EXIF,
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "pyojeong": "urn:pyojeong:claim:1",
}


def parse(packet: bytes) -> ET.Element | None:
    """The packet's rdf:RDF element; None for what is no XMP, too large, or has a document type."""
    if len(packet) > MOST_BYTES or b"<!" in packet.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        return None
    try:
        root = ET.fromstring(packet.strip(b"\0 \r\n\t"))  # noqa: S314 - no document type, so no entities
    except (ET.ParseError, ValueError, LookupError):
        return None
    if root.tag == f"{{{RDF}}}RDF":
        return root
    return root.find(f"{{{RDF}}}RDF")


def with_properties(
    packet: bytes | None, properties: Mapping[tuple[str, str], str], *, position: bool = False
) -> bytes:
    """A packet with simple properties, (namespace, name) to text, in place of those of the same
    names; all others of `packet` stay, but where the picture was taken only with `position`."""
    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    rdf = parse(packet) if packet else None
    if rdf is None:
        rdf = ET.Element(f"{{{RDF}}}RDF")
    names = {f"{{{uri}}}{name}" for uri, name in properties}
    for about in rdf.iter(f"{{{RDF}}}Description"):
        _drop(about, names, position)
    ours = ET.SubElement(rdf, f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})
    for (uri, name), text in properties.items():
        ET.SubElement(ours, f"{{{uri}}}{name}").text = text
    meta = ET.Element(f"{{{META}}}xmpmeta")
    meta.append(rdf)
    return (_BEGIN + ET.tostring(meta, encoding="unicode") + _END).encode()


def without_position(packet: bytes) -> bytes | None:
    """The packet without where the picture was taken; None for what is no XMP."""
    return None if parse(packet) is None else with_properties(packet, {})


def properties_of(packet: bytes) -> dict[tuple[str, str], str]:
    """Simple properties, (namespace, name) to text; empty for what is no XMP."""
    rdf = parse(packet)
    found: dict[tuple[str, str], str] = {}
    if rdf is None:
        return found
    for about in rdf.iter(f"{{{RDF}}}Description"):
        for name, text in about.attrib.items():
            found[_split(name)] = text
        for child in about:
            if not len(child):
                found[_split(child.tag)] = (child.text or "").strip()
    return {key: text for key, text in found.items() if key[0] != RDF}


def _drop(about: ET.Element, names: set[str], position: bool) -> None:
    def gone(name: str) -> bool:
        return name in names or (not position and name.startswith(f"{{{EXIF}}}GPS"))

    for name in [n for n in about.attrib if gone(n)]:
        del about.attrib[name]
    for child in [c for c in about if gone(c.tag)]:
        about.remove(child)


def _split(name: str) -> tuple[str, str]:
    uri, _, local = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
    return uri, local
