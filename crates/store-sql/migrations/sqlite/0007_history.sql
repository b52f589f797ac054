-- History: what readers saw of an entity before. An earlier release can go on without: what it replaces meanwhile is not kept.

CREATE TABLE version (
    -- kind:namespace/name, lower case.
    ref TEXT NOT NULL,
    -- Positions of the change feed.
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    -- Unix time in milliseconds.
    since_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    id BLOB NOT NULL,
    -- Where it came from, and who brought it.
    cause TEXT NOT NULL,
    actor TEXT,
    -- The entity that emitted it.
    parent TEXT,
    -- JSON.
    relations TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (ref, since)
);

CREATE INDEX version_by_end ON version (until_at);

ALTER TABLE change ADD COLUMN actor TEXT;

-- Since when an entity is what it is; before its bodies, as everything that is read without them.
CREATE TABLE entity_7 (
    id BLOB NOT NULL PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    location_key TEXT,
    parent_provider TEXT,
    parent_entity TEXT,
    unprocessed_hash TEXT NOT NULL,
    good BOOLEAN NOT NULL,
    -- Hash of the processed body; empty where it is not known.
    content TEXT NOT NULL DEFAULT '',
    -- As in a version.
    since BIGINT NOT NULL DEFAULT 0,
    since_at BIGINT NOT NULL DEFAULT 0,
    cause TEXT NOT NULL DEFAULT '',
    actor TEXT,
    relations TEXT NOT NULL,
    refresh_keys TEXT NOT NULL,
    problems TEXT NOT NULL,
    result_hash TEXT,
    updated_at BIGINT NOT NULL,
    unprocessed TEXT NOT NULL,
    processed TEXT,
    CHECK (parent_provider IS NULL OR parent_entity IS NULL)
);

INSERT INTO entity_7 (id, ref, location_key, parent_provider, parent_entity, unprocessed_hash, good, since_at, relations,
        refresh_keys, problems, result_hash, updated_at, unprocessed, processed)
    SELECT id, ref, location_key, parent_provider, parent_entity, unprocessed_hash, good, updated_at, relations,
        refresh_keys, problems, result_hash, updated_at, unprocessed, processed
    FROM entity;

DROP TABLE entity;

ALTER TABLE entity_7 RENAME TO entity;

-- Before this position of the feed versions may be missing, since they grew too old.
ALTER TABLE change_head ADD COLUMN kept_from BIGINT NOT NULL DEFAULT 0;
