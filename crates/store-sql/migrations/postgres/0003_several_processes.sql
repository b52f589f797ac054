-- Several processes on one database, also of releases that differ.

-- The leadership that commits to the catalog are made under: those of a leader that was replaced are refused.
ALTER TABLE change_head ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

-- One row: the oldest migration a release must know to work on this database. A migration that earlier releases cannot go on
-- with sets it to its own number.
CREATE TABLE compatibility (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    needed BIGINT NOT NULL
);

INSERT INTO compatibility (one, needed) VALUES (1, 3);

-- Who does what only one process may do, until when by the clock of the database.
CREATE TABLE lease (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder UUID NOT NULL,
    -- For people.
    holder_name TEXT NOT NULL,
    -- Increases with every change of holder.
    epoch BIGINT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
