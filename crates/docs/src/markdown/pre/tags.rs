//! Reads HTML the way Python's parser does: forgivingly, and with its own idea of what a tag is.

/// An attribute; one without a value has none.
pub(crate) type Attribute = (String, Option<String>);

#[derive(Debug)]
pub(crate) enum Token {
    Start {
        tag: String,
        attrs: Vec<Attribute>,
        closed: bool,
    },
    /// With the position behind it.
    End {
        tag: String,
    },
    /// A comment, instruction, declaration or character reference: as it is written, and whether it is a block.
    Special {
        text: String,
        block: bool,
    },
    Text,
}

/// One token and where it ends.
#[derive(Debug)]
pub(crate) struct Read {
    pub token: Token,
    pub end: usize,
    /// How far had to be looked.
    pub looked: usize,
}

/// What the reader must know of its surroundings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    /// The `<script>` or `<style>` that is open: nothing but its end is a tag.
    pub raw: Option<&'a str>,
    /// Whether instructions and declarations are looked for here.
    pub declarations: bool,
}

fn text(end: usize, looked: usize) -> Read {
    Read { token: Token::Text, end, looked }
}

/// The token that begins at `at`, where a `<` or `&` stands.
pub(crate) fn read(source: &str, at: usize, around: Surroundings) -> Read {
    let rest = &source[at..];
    let bytes = rest.as_bytes();
    if bytes[0] == b'&' {
        return reference(rest, at);
    }
    match bytes.get(1) {
        Some(byte) if byte.is_ascii_alphabetic() => start_tag(source, at),
        Some(b'/') => end_tag(source, at, around.raw),
        Some(b'!') if rest.starts_with("<!--") => match comment_end(&rest[4..]) {
            Some((content, end)) => {
                let text = format!("<!--{}-->", &rest[4..4 + content]);
                Read { token: Token::Special { text, block: true }, end: at + 4 + end, looked: end }
            }
            None => text(at + 1, rest.len()),
        },
        Some(b'?') if around.declarations => special(rest, at, "?>", 2, true),
        Some(b'?') | Some(b'!') if !around.declarations => text(at + 2, 2),
        Some(b'!') if rest.starts_with("<![CDATA[") => special(rest, at, "]]>", 9, true),
        Some(b'!') => {
            let doctype = rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
            special(rest, at, ">", 2, doctype)
        }
        _ => text(at + 1, 1),
    }
}

/// What ends with `end`, as it is written.
fn special(rest: &str, at: usize, end: &str, from: usize, block: bool) -> Read {
    match rest[from..].find(end) {
        Some(offset) => {
            let length = from + offset + end.len();
            let text = rest[..length].to_owned();
            Read { token: Token::Special { text, block }, end: at + length, looked: length }
        }
        None => broken(rest, at),
    }
}

/// What begins like a tag and never ends is text, up to the next sign that may end or begin one.
fn broken(rest: &str, at: usize) -> Read {
    let next = rest[1..].find('>').map(|end| end + 2).or_else(|| rest[1..].find('<').map(|next| next + 1));
    text(at + next.unwrap_or(1), rest.len())
}

/// The length of a comment's content, and where it ends.
fn comment_end(content: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let at = from + content[from..].find("--")?;
        if content[at + 2..].starts_with('>') {
            return Some((at, at + 3));
        }
        if content[at + 2..].starts_with("!>") {
            return Some((at, at + 4));
        }
        from = at + 1;
    }
}

fn reference(rest: &str, at: usize) -> Read {
    let bytes = rest.as_bytes();
    let count = |from: usize, accepts: fn(&u8) -> bool| {
        bytes[from.min(bytes.len())..].iter().take_while(|byte| accepts(byte)).count()
    };
    if bytes.get(1) == Some(&b'#') {
        let hex = matches!(bytes.get(2), Some(b'x' | b'X'));
        let from = 2 + usize::from(hex);
        let digits = count(from, if hex { u8::is_ascii_hexdigit } else { u8::is_ascii_digit });
        let end = from + digits;
        if digits == 0 || end >= bytes.len() {
            return text(at + 2.min(rest.len()), 2);
        }
        let token = Token::Special { text: format!("{};", &rest[..end]), block: false };
        let end = end + usize::from(bytes[end] == b';');
        return Read { token, end: at + end, looked: end };
    }
    if bytes.get(1).is_some_and(u8::is_ascii_alphabetic) {
        let length = count(1, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
        if bytes.get(1 + length) == Some(&b';') {
            let end = length + 2;
            let token = Token::Special { text: rest[..end].to_owned(), block: false };
            return Read { token, end: at + end, looked: end };
        }
    }
    text(at + 1, 1)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn start_tag(source: &str, at: usize) -> Read {
    let bytes = source.as_bytes();
    let Some(end) = tag_end(bytes, at) else { return text(at + 1, source.len() - at) };
    let name = bytes[at + 1..end]
        .iter()
        .take_while(|byte| !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | b' ' | b'/' | b'>' | 0))
        .count();
    let tag = source[at + 1..at + 1 + name].to_lowercase();
    let (attrs, rest) = attributes(source, at + 1 + name, end);
    let closed = match source[rest..end].trim() {
        ">" => false,
        "/>" => true,
        _ => return text(end, end - at),
    };
    Read { token: Token::Start { tag, attrs, closed }, end, looked: end - at }
}

/// Where the tag that begins at `at` ends; none if it does not.
fn tag_end(bytes: &[u8], at: usize) -> Option<usize> {
    let skip = |from: usize, stop: &dyn Fn(u8) -> bool| {
        from + bytes[from.min(bytes.len())..].iter().take_while(|byte| !stop(**byte)).count()
    };
    let mut j = skip(at + 1, &|byte| matches!(byte, b'`' | b'\t' | b'\n' | b'\r' | 0x0c | b' ' | b'/' | b'>' | 0));
    j = skip(j, &|byte| !is_space(byte) && byte != b'/');
    loop {
        let before = bytes[j - 1];
        let starts = bytes.get(j).is_some_and(|byte| !is_space(*byte) && !matches!(byte, b'`' | b'/' | b'>'));
        if !starts || !(is_space(before) || matches!(before, b'\'' | b'"' | b'/')) {
            break;
        }
        j = skip(j + 1, &|byte| is_space(byte) || matches!(byte, b'/' | b'=' | b'>'));
        if let Some(end) = value_end(bytes, j, true) {
            j = end;
        }
        j = skip_between(bytes, j);
    }
    j = skip(j, &|byte| !is_space(byte));
    match bytes.get(j) {
        Some(b'>') => Some(j + 1),
        Some(b'/') if bytes.get(j + 1) == Some(&b'>') => Some(j + 2),
        Some(b'/' | b'=') | None => None,
        Some(byte) if byte.is_ascii_alphabetic() => None,
        Some(_) => Some(j),
    }
}

/// White space, and slashes that close nothing.
fn skip_between(bytes: &[u8], from: usize) -> usize {
    let mut j = from;
    while bytes.get(j).is_some_and(|byte| is_space(*byte) || (*byte == b'/' && bytes.get(j + 1) != Some(&b'>'))) {
        j += 1;
    }
    j
}

/// Where the value of an attribute whose name ends at `from` ends, if it has one.
fn value_end(bytes: &[u8], from: usize, outer: bool) -> Option<usize> {
    let spaces = |from: usize| from + bytes[from.min(bytes.len())..].iter().take_while(|byte| is_space(**byte)).count();
    let mut j = spaces(from);
    let signs = bytes[j.min(bytes.len())..].iter().take_while(|byte| **byte == b'=').count();
    if signs == 0 {
        return None;
    }
    j = spaces(j + signs);
    j = match bytes.get(j) {
        Some(quote @ (b'"' | b'\'')) => j + 2 + bytes[j + 1..].iter().position(|byte| byte == quote)?,
        _ => {
            let plain = |byte: &&u8| !is_space(**byte) && **byte != b'>' && !(outer && **byte == b'`');
            j + bytes[j.min(bytes.len())..].iter().take_while(plain).count()
        }
    };
    if outer {
        loop {
            let comma = spaces(j);
            if bytes.get(comma) != Some(&b',') {
                break;
            }
            j = comma + 1;
        }
    }
    Some(j)
}

/// The attributes between `from` and `end`, and where they stop.
fn attributes(source: &str, from: usize, end: usize) -> (Vec<Attribute>, usize) {
    let bytes = &source.as_bytes()[..end];
    let mut attrs = Vec::new();
    let mut k = skip_between(bytes, from);
    while k < end {
        let before = bytes[k - 1];
        let starts = !is_space(bytes[k]) && !matches!(bytes[k], b'/' | b'>');
        if !starts || !(is_space(before) || matches!(before, b'\'' | b'"' | b'/')) {
            break;
        }
        let length = bytes[k + 1..].iter().take_while(|b| !is_space(**b) && !matches!(b, b'/' | b'=' | b'>')).count();
        let name_end = k + 1 + length;
        let name = source[k..name_end].to_lowercase();
        let value = value_end(bytes, name_end, false);
        let text = value.map(|end| {
            let text = source[name_end..end].trim_start().trim_start_matches('=').trim_start();
            let quoted = ['"', '\''].iter().any(|q| text.len() >= 2 && text.starts_with(*q) && text.ends_with(*q));
            let text = if quoted { &text[1..text.len() - 1] } else { text };
            htmlize::unescape(text).into_owned()
        });
        attrs.push((name, text));
        k = skip_between(bytes, value.unwrap_or(name_end));
    }
    (attrs, k)
}

fn end_tag(source: &str, at: usize, raw: Option<&str>) -> Read {
    let rest = &source[at..];
    if !rest.as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) {
        return text(at + 2, 2);
    }
    let Some(close) = rest.find('>') else { return broken(rest, at) };
    let end = at + close + 1;
    let inner = rest[2..close].trim();
    let simple = inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:_".contains(&byte));
    let name = match simple {
        true => inner,
        false => inner.split(|c: char| c.is_ascii_whitespace() || c == '/').next().unwrap_or_default(),
    };
    let tag = name.to_lowercase();
    match raw {
        Some(open) if !simple || tag != open => text(end, close),
        _ => Read { token: Token::End { tag }, end, looked: close },
    }
}
