"""Two Python clients read the demo catalog through their own methods."""
import asyncio
import sys

import httpx
from backstage_catalog_client import HttpxClient
from backstage_simple_client.client import BackstageClient

BASE, TOKEN = sys.argv[1], sys.argv[2]


async def catalog_client():
    async with httpx.AsyncClient(base_url=BASE, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        client = HttpxClient(client=http)
        apis = await client.get_entities(entity_filter=[{"kind": "api"}])
        assert len(apis.items) == 7, len(apis.items)
        seen, page = [], await client.query_entities(entity_filter=[{"kind": "component"}], limit=25, order_fields={"field": "metadata.name", "order": "asc"})
        total = page.total_items
        while True:
            seen += [entity["metadata"]["name"] for entity in page.items]
            if not page.page_info.nextCursor:
                break
            page = await client.query_entities(cursor=page.page_info.nextCursor, limit=25)
        assert len(seen) == total and seen == sorted(seen), (len(seen), total)
        by_refs = await client.get_entities_by_refs(["component:default/fares", "component:default/none"])
        assert by_refs.items["items"][1] is None, by_refs
        assert (await client.get_entity_by_ref("component:default/fares"))["kind"] == "Component"
        assert await client.get_entity_by_ref("component:default/none") is None
        assert await client.get_location_by_entity("component:default/fares") is None


def simple_client():
    client = BackstageClient(BASE, TOKEN)
    entity = client.get_entities(kind="component", namespace="default", name="fares")
    assert "fares" in str(entity), entity
    pages = list(client.search_entities(limit=40, paginate=True))
    assert sum(len(page.items) for page in pages) == pages[0].totalItems


asyncio.run(catalog_client())
simple_client()
print("all well")
