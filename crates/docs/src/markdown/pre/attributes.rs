//! Attribute lists: `#id .class key=value key="a value" word`.

/// Attributes in the order they are written, classes under the name `.`; and what could not be read.
pub(in super::super) fn parse(text: &str) -> (Vec<(String, String)>, String) {
    let mut attrs = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(' ') {
            at += 1;
            continue;
        }
        let name = rest.find([' ', '=', '}']).unwrap_or(rest.len());
        if name == 0 {
            break;
        }
        let value = rest[name..].strip_prefix('=').and_then(value_of);
        match value {
            Some((value, length)) => {
                attrs.push((rest[..name].to_owned(), value));
                at += name + 1 + length;
            }
            None => {
                attrs.push(word(&rest[..name]));
                at += name;
            }
        }
    }
    let rest = &text[at..];
    (attrs, rest.find('}').map(|brace| rest[brace..].to_owned()).unwrap_or_default())
}

/// The value behind `=` and its length.
fn value_of(value: &str) -> Option<(String, usize)> {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote)
            && let Some(end) = inner.find(quote).filter(|end| !inner[..*end].contains('\n'))
        {
            return Some((inner[..end].trim_matches(quote).to_owned(), end + 2));
        }
    }
    let end = value.find([' ', '=', '}']).unwrap_or(value.len());
    (end > 0).then(|| (value[..end].to_owned(), end))
}

fn word(text: &str) -> (String, String) {
    match (text.strip_prefix('.'), text.strip_prefix('#')) {
        (Some(class), _) => (".".to_owned(), class.to_owned()),
        (_, Some(id)) => ("id".to_owned(), id.to_owned()),
        _ => (text.to_owned(), text.to_owned()),
    }
}
