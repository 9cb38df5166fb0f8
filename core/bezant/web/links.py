"""Where records of any plugin are shown: asked of all plugins at once, for a whole page."""

from collections.abc import Iterable, Mapping

from bezant.hooks import each
from bezant.hookspecs import bezant_link_records
from bezant.records import Link, SourceRef


def links_to(refs: Iterable[SourceRef]) -> Mapping[SourceRef, Link]:
    """The links of these records; one that no plugin knows is left out. One hook call, however many there are."""
    wanted = list(dict.fromkeys(refs))
    links: dict[SourceRef, Link] = {}
    for answer in each(bezant_link_records, wanted) if wanted else ():
        links = {**answer.value, **links}
    return links


def shown(ref: SourceRef, links: Mapping[SourceRef, Link]) -> Link | str:
    """A record in a cell: linked where its plugin says how, else its number."""
    return links.get(ref, ref.number)
