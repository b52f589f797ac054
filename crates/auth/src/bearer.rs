//! The `Authorization` header.

/// The token of `Bearer <token>`. Any other scheme is no credential of ours, as if the header were absent.
pub fn bearer_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    let is_token = !token.is_empty() && !token.contains(char::is_whitespace);
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_counts() {
        for (header, token) in [
            ("Bearer a.b.c", Some("a.b.c")),
            ("bearer   x", Some("x")),
            ("Basic dXNlcg==", None),
            ("Bearer", None),
            ("Bearer ", None),
            ("Bearer a b", None),
            (" Bearer a", None),
        ] {
            assert_eq!(bearer_token(header), token, "{header:?}");
        }
    }
}
