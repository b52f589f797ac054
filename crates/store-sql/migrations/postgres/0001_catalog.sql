-- The catalog: entities, registered locations, what was read when, and the change feed. Texts that are
-- keys are compared byte by byte, whatever the language of the database; the catalog keeps them shorter than an index allows.

CREATE TABLE entity (
    -- Version 7, so that order by id is order of arrival.
    id UUID NOT NULL PRIMARY KEY,
    -- kind:namespace/name, lower case.
    ref TEXT COLLATE "C" NOT NULL UNIQUE,
    location_key TEXT,
    parent_provider TEXT,
    parent_entity TEXT,
    -- JSON from here to problems.
    unprocessed TEXT NOT NULL,
    processed TEXT,
    relations TEXT NOT NULL,
    refresh_keys TEXT NOT NULL,
    problems TEXT NOT NULL,
    result_hash TEXT,
    -- Unix time in milliseconds, as every time here.
    updated_at BIGINT NOT NULL,
    CHECK (parent_provider IS NULL OR parent_entity IS NULL)
);

CREATE TABLE location (
    id UUID NOT NULL PRIMARY KEY,
    type TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    entity_ref TEXT NOT NULL,
    UNIQUE (type, target)
);

CREATE TABLE read_state (
    location TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    etag TEXT,
    content_hash TEXT,
    read_at BIGINT NOT NULL,
    -- JSON.
    problem TEXT
);

CREATE TABLE change (
    seq BIGINT NOT NULL PRIMARY KEY,
    entity_ref TEXT COLLATE "C" NOT NULL,
    entity_id UUID NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    cause TEXT NOT NULL
);

CREATE INDEX change_of_entity ON change (entity_ref, seq);

-- One row: the newest position. Every commit takes its positions from here inside its transaction, so the feed has no gaps
-- and a reader who has seen a position has seen all before it.
CREATE TABLE change_head (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    newest BIGINT NOT NULL
);

INSERT INTO change_head (one, newest) VALUES (1, 0);
