//! `auth` and `backend.auth`: sign-in and tokens. The sections belong to the room that signs people in, which reads
//! them through [`Config::section`](crate::Config::section); only their names are known here.

use crate::keys::Key;

pub(crate) const KEYS: &[Key] = &[
    Key::new("auth.**", "Sign-in providers, sessions and tokens."),
    Key::new("backend.auth.**", "Tokens of other services, and the default policy of routes."),
];
