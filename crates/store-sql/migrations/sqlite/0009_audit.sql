-- What was done, by whom, and what came of it. An earlier release neither reads nor writes it.

CREATE TABLE audit_event (
    id BLOB NOT NULL PRIMARY KEY,
    -- Unix time in milliseconds.
    at BIGINT NOT NULL,
    plugin TEXT NOT NULL,
    event_id TEXT NOT NULL,
    status TEXT NOT NULL,
    actor TEXT,
    -- The whole event as JSON.
    body TEXT NOT NULL
);

CREATE INDEX audit_event_at ON audit_event (at);
CREATE INDEX audit_event_actor ON audit_event (actor, id);
