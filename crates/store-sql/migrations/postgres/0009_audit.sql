-- What was done, by whom, and what came of it. An earlier release neither reads nor writes it.

CREATE TABLE audit_event (
    id UUID NOT NULL PRIMARY KEY,
    -- Unix time in milliseconds.
    at BIGINT NOT NULL,
    plugin TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    actor TEXT COLLATE "C",
    -- The whole event as JSON.
    body TEXT NOT NULL
);

CREATE INDEX audit_event_at ON audit_event (at);
CREATE INDEX audit_event_actor ON audit_event (actor, id);
