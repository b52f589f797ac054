-- Processes that do not lead ask the one that does.

-- What the leader tells the others.
ALTER TABLE lease ADD COLUMN bulletin TEXT NOT NULL DEFAULT '';

-- Nothing is lost with it: who asked is told that nobody answered.
CREATE UNLOGGED TABLE question (
    id UUID NOT NULL PRIMARY KEY,
    asked_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    question TEXT NOT NULL,
    answer TEXT
);
