-- Small texts that are changed at run time and as a whole, such as the roles people set in the pages. An earlier release
-- neither reads nor changes them.

CREATE TABLE document (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- From 1, one more with each change.
    revision BIGINT NOT NULL,
    body TEXT NOT NULL
);
