-- History: what readers saw of an entity before. An earlier release can go on without: what it replaces meanwhile is not kept.

CREATE TABLE version (
    -- kind:namespace/name, lower case.
    ref TEXT COLLATE "C" NOT NULL,
    -- Positions of the change feed.
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    -- Unix time in milliseconds.
    since_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    id UUID NOT NULL,
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

-- Since when an entity is what it is. The hash is that of the processed body; empty where it is not known.
ALTER TABLE entity ADD COLUMN content TEXT NOT NULL DEFAULT '';
ALTER TABLE entity ADD COLUMN since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entity ADD COLUMN since_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entity ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE entity ADD COLUMN actor TEXT;

UPDATE entity SET since_at = updated_at;

-- Before this position of the feed versions may be missing, since they grew too old.
ALTER TABLE change_head ADD COLUMN kept_from BIGINT NOT NULL DEFAULT 0;
