-- Signing keys of the tokens that are issued. The private half is secret: the database file is for its owner alone.

CREATE TABLE signing_key (
    kid TEXT NOT NULL PRIMARY KEY,
    private_pem TEXT NOT NULL,
    -- JSON.
    public_jwk TEXT NOT NULL,
    -- Unix time in milliseconds.
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
