-- Sets of entities that were pushed through the API: what stands in them, as a file holds what stands in it. The entities are
-- made of them as of files, so an earlier release can go on without these tables.

CREATE TABLE pushed_set (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- Unix time in milliseconds.
    updated_at BIGINT NOT NULL,
    -- Who pushed last, for people.
    updated_by TEXT NOT NULL,
    -- What the set was judged by when everything in it was handed on; NULL while something is not.
    applied TEXT
);

CREATE TABLE pushed_entity (
    id UUID NOT NULL PRIMARY KEY,
    set_id TEXT COLLATE "C" NOT NULL,
    -- kind:namespace/name, lower case.
    ref TEXT COLLATE "C" NOT NULL,
    -- Of the body.
    hash TEXT NOT NULL,
    -- JSON.
    body TEXT NOT NULL,
    UNIQUE (set_id, ref)
);
