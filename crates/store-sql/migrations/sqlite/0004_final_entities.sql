-- Bodies move to the end of the row: what stands behind a large one is only reached by reading all of it.

CREATE TABLE entity_4 (
    -- UUID version 7 as 16 bytes, so that order by id is order of arrival.
    id BLOB NOT NULL PRIMARY KEY,
    -- kind:namespace/name, lower case.
    ref TEXT NOT NULL UNIQUE,
    location_key TEXT,
    parent_provider TEXT,
    parent_entity TEXT,
    -- Empty where it is not known.
    unprocessed_hash TEXT NOT NULL,
    -- There is a processed body.
    good BOOLEAN NOT NULL,
    -- JSON from here to problems.
    relations TEXT NOT NULL,
    refresh_keys TEXT NOT NULL,
    problems TEXT NOT NULL,
    result_hash TEXT,
    updated_at BIGINT NOT NULL,
    -- JSON.
    unprocessed TEXT NOT NULL,
    processed TEXT,
    CHECK (parent_provider IS NULL OR parent_entity IS NULL)
);

INSERT INTO entity_4
    SELECT id, ref, location_key, parent_provider, parent_entity, '', processed IS NOT NULL, relations, refresh_keys,
        problems, result_hash, updated_at, unprocessed, processed
    FROM entity;

DROP TABLE entity;

ALTER TABLE entity_4 RENAME TO entity;

-- An entity as readers see it, so that a start and other processes show it without putting it together anew.
CREATE TABLE final_entity (
    id BLOB NOT NULL PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    -- The entity that emitted it.
    parent TEXT,
    hash TEXT NOT NULL,
    -- JSON pointers to texts of which only the beginning is here.
    cuts TEXT NOT NULL,
    -- JSON.
    body TEXT NOT NULL
);

-- Earlier releases would not write it.
UPDATE compatibility SET needed = 4;
