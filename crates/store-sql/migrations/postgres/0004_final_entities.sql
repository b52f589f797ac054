-- What a start needs to know of a body without reading it.

-- Empty where it is not known.
ALTER TABLE entity ADD COLUMN unprocessed_hash TEXT NOT NULL DEFAULT '';

-- There is a processed body.
ALTER TABLE entity ADD COLUMN good BOOLEAN NOT NULL DEFAULT FALSE;

UPDATE entity SET good = processed IS NOT NULL;

-- An entity as readers see it, so that a start and other processes show it without putting it together anew.
CREATE TABLE final_entity (
    id UUID NOT NULL PRIMARY KEY,
    ref TEXT COLLATE "C" NOT NULL UNIQUE,
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
