//! `${VAR}` inside strings, with Backstage's rules.

use crate::Environment;
use crate::secret::is_secret_name;

/// A string after substitution.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Substituted {
    /// `None` when a variable is undefined: the whole value is then absent.
    pub text: Option<String>,
    /// Values of variables whose names announce a secret.
    pub secrets: Vec<String>,
    /// Some of the text is what a variable says.
    pub given: bool,
}

/// Replaces `${VAR}` and `${VAR:-fallback}` (the fallback also stands in for an empty variable) and unescapes
/// `$${x}` to `${x}`. Names, values and fallbacks are trimmed. Contract: platform-services section 1.
pub(crate) fn substitute(input: &str, environment: &Environment) -> Substituted {
    let mut text = String::with_capacity(input.len());
    let mut secrets = Vec::new();
    let mut defined = true;
    let mut given = false;
    let mut rest = input;
    while let Some((before, body, after)) = next_expression(rest) {
        rest = after;
        if let Some(before) = before.strip_suffix('$') {
            text.push_str(before);
            text.push_str("${");
            text.push_str(body);
            text.push('}');
            continue;
        }
        text.push_str(before);
        let (name, fallback) =
            body.split_once(":-").map_or((body.trim(), None), |(name, fallback)| (name.trim(), Some(fallback.trim())));
        let value = environment.get(name);
        if let Some(value) = value.filter(|value| !value.is_empty() && is_secret_name(name)) {
            secrets.push(value.to_owned());
        }
        let value = value.filter(|value| fallback.is_none() || !value.is_empty());
        given |= value.is_some();
        let chosen = value.or(fallback.filter(|fallback| !fallback.is_empty()));
        match chosen {
            Some(chosen) => text.push_str(chosen),
            None => defined = false,
        }
    }
    text.push_str(rest);
    Substituted { text: defined.then_some(text), secrets, given }
}

/// The first `${…}` without braces inside it: what stands before, between and after.
fn next_expression(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find("${")?;
        let body = start + 2;
        let end = body + text[body..].find(['{', '}'])?;
        if text.as_bytes()[end] == b'}' {
            return Some((&text[..start], &text[body..end], &text[end + 1..]));
        }
        // An opening brace inside: this one is literal, but another expression may start right at it.
        from = body;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_as_backstage_does() {
        let environment: Environment =
            [("SECRET", "my-secret"), ("HOST", " host\n"), ("EMPTY", "")].into_iter().collect();
        for (input, expected) in [
            ("plain", Some("plain")),
            ("hello ${SECRET}", Some("hello my-secret")),
            ("${SECRET   } $${} ${ HOST }", Some("my-secret ${} host")),
            ("foo ${MISSING}", None),
            ("empty ${}", None),
            ("${SECRET} ${MISSING}", None),
            ("${SECRET} $$${ESCAPED}", Some("my-secret $${ESCAPED}")),
            ("$${A} $$${B} $${}", Some("${A} $${B} ${}")),
            ("${EMPTY}", Some("")),
            ("${EMPTY:-x}", Some("x")),
            ("${MISSING:- x y }", Some("x y")),
            ("${HOST:-x}", Some("host")),
            ("${MISSING:-}", None),
            ("${MISSING:-http://a:-b}", Some("http://a:-b")),
            ("$${MISSING:-x}", Some("${MISSING:-x}")),
            ("${unclosed", Some("${unclosed")),
            ("${a{b}", Some("${a{b}")),
            ("${${HOST}", Some("${host")),
            ("${{ parameters.x }}", Some("${{ parameters.x }}")),
            ("$HOST", Some("$HOST")),
            ("é${HOST}é", Some("éhosté")),
        ] {
            assert_eq!(substitute(input, &environment).text.as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn secret_variables_are_remembered() {
        let environment: Environment = [("A_TOKEN", "t0p"), ("HOST", "h")].into_iter().collect();
        assert_eq!(substitute("Bearer ${A_TOKEN}@${HOST}", &environment).secrets, ["t0p"]);
    }
}
