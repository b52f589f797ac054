//! Colours for code: the words of the languages people document with, under the class names of Pygments.
//!
//! This is no parser. It knows comments, strings, numbers and words, which is what colours are for, and it looks at each
//! byte about once; a highlighter with grammars costs more than all else that a page needs.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::serialize::escape_into_code;

/// A piece of code with the class it is shown in; pieces without one are left out.
type Piece = (&'static str, std::ops::Range<usize>);

/// What a language looks like.
#[derive(Debug, Default)]
struct Language {
    /// Begin comments that end with the line.
    comments: &'static [&'static str],
    block: Option<(&'static str, &'static str)>,
    /// Quotes of strings, with their class.
    strings: &'static [(&'static str, &'static str)],
    keywords: &'static str,
    builtins: &'static str,
    constants: &'static str,
    any_case: bool,
    /// `$name` and `${name}`.
    variables: bool,
    /// `@name`
    decorators: bool,
    /// `key:` and `key =` at the begin of a line, or before a colon.
    keys: Option<char>,
}

const DOUBLE: (&str, &str) = ("\"", "s2");
const SINGLE: (&str, &str) = ("'", "s1");
const C_LIKE: Language = Language {
    comments: &["//"],
    block: Some(("/*", "*/")),
    strings: &[DOUBLE, SINGLE],
    keywords: "",
    builtins: "",
    constants: "true false null NULL nullptr",
    any_case: false,
    variables: false,
    decorators: true,
    keys: None,
};

static PYTHON: Language = Language {
    comments: &["#"],
    strings: &[("\"\"\"", "sd"), ("'''", "sd"), DOUBLE, SINGLE],
    keywords: "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield match case",
    builtins: "print len range int str list dict set tuple open super isinstance enumerate zip map filter sorted sum min max any all self",
    constants: "True False None",
    block: None,
    any_case: false,
    variables: false,
    decorators: true,
    keys: None,
};

static SCRIPT: Language = Language {
    strings: &[DOUBLE, SINGLE, ("`", "sb")],
    keywords: "abstract as async await break case catch class const continue debugger declare default delete do else enum export extends finally for from function get if implements import in instanceof interface let new of private protected public readonly return set static super switch this throw try type typeof var void while with yield namespace module keyof infer satisfies",
    builtins: "string number boolean any unknown never object Array Promise Map Set Record console document window require module exports JSON Math Object",
    constants: "true false null undefined NaN",
    ..C_LIKE
};

static JAVA: Language = Language {
    keywords: "abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float for goto if implements import instanceof int interface long native new package private protected public record return sealed short static strictfp super switch synchronized this throw throws transient try var void volatile while fun val when object companion data override open internal lateinit suspend by init using namespace string decimal async await foreach readonly struct sizeof typedef union unsigned signed auto template typename virtual constexpr bool explicit friend inline mutable operator extern register include define ifdef ifndef endif",
    ..C_LIKE
};

static GO: Language = Language {
    strings: &[DOUBLE, SINGLE, ("`", "sb")],
    keywords: "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var",
    builtins: "append cap close copy delete len make new panic print println recover string int int64 int32 uint byte rune bool error float64 any",
    constants: "true false nil iota",
    ..C_LIKE
};

static RUST: Language = Language {
    strings: &[DOUBLE],
    keywords: "as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait type unsafe use where while",
    builtins: "String Vec Option Result Box Some None Ok Err bool u8 u16 u32 u64 usize i32 i64 f64 str char",
    ..C_LIKE
};

static SHELL: Language = Language {
    comments: &["#"],
    strings: &[DOUBLE, SINGLE],
    keywords: "if then else elif fi for while until do done case esac in function select",
    builtins: "alias cd echo eval exec exit export printf pwd read return set shift source test trap unset sudo",
    constants: "true false",
    variables: true,
    block: None,
    any_case: false,
    decorators: false,
    keys: None,
};

static YAML: Language = Language {
    comments: &["#"],
    strings: &[DOUBLE, SINGLE],
    constants: "true false null yes no on off True False",
    keys: Some(':'),
    keywords: "",
    builtins: "",
    block: None,
    any_case: false,
    variables: false,
    decorators: false,
};

static JSON: Language = Language { strings: &[DOUBLE], keys: Some('"'), decorators: false, ..C_LIKE };

static INI: Language = Language {
    comments: &["#", ";"],
    strings: &[DOUBLE, SINGLE],
    constants: "true false",
    keys: Some('='),
    keywords: "",
    builtins: "",
    block: None,
    any_case: false,
    variables: false,
    decorators: false,
};

static SQL: Language = Language {
    comments: &["--"],
    block: Some(("/*", "*/")),
    strings: &[SINGLE, DOUBLE],
    keywords: "add all alter and any as asc begin between by case check column commit constraint create cross database default delete desc distinct drop else end exists foreign from full group having if in index inner insert into is join key left like limit not offset on or order outer primary references right rollback select set table then union unique update using values view when where with",
    builtins: "bigint boolean char date decimal float int integer json jsonb numeric real serial smallint text timestamp uuid varchar count sum avg min max coalesce now",
    constants: "true false null",
    any_case: true,
    variables: false,
    decorators: false,
    keys: None,
};

static DOCKER: Language = Language {
    keywords: "FROM AS RUN CMD LABEL EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG ONBUILD STOPSIGNAL HEALTHCHECK SHELL",
    builtins: "",
    constants: "",
    ..SHELL
};

static HCL: Language = Language {
    comments: &["#", "//"],
    keywords: "resource data variable output module provider terraform locals for in if dynamic",
    keys: Some('='),
    decorators: false,
    ..C_LIKE
};

static RUBY: Language = Language {
    keywords: "alias and begin break case class def defined do else elsif end ensure for if in module next not or redo rescue retry return self super then undef unless until when while yield require attr_accessor attr_reader puts",
    constants: "true false nil",
    variables: false,
    builtins: "",
    ..SHELL
};

static CSS: Language = Language { comments: &[], decorators: true, keys: Some(':'), ..C_LIKE };

enum Kind {
    Words(&'static Language),
    Markup,
    Diff,
}

fn kind(name: &str) -> Option<Kind> {
    let language = match name.to_lowercase().as_str() {
        "python" | "py" | "python3" | "py3" | "pycon" => &PYTHON,
        "javascript" | "js" | "jsx" | "typescript" | "ts" | "tsx" => &SCRIPT,
        "java" | "kotlin" | "kt" | "scala" | "csharp" | "c#" | "c" | "cpp" | "c++" | "groovy" | "swift" | "dart"
        | "php" => &JAVA,
        "go" | "golang" => &GO,
        "rust" | "rs" => &RUST,
        "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" | "powershell" | "make" | "makefile" => &SHELL,
        "yaml" | "yml" => &YAML,
        "json" | "json5" | "jsonc" => &JSON,
        "toml" | "ini" | "cfg" | "properties" | "dosini" => &INI,
        "sql" | "postgresql" | "mysql" | "sqlite3" => &SQL,
        "dockerfile" | "docker" => &DOCKER,
        "hcl" | "terraform" | "tf" => &HCL,
        "ruby" | "rb" => &RUBY,
        "css" | "scss" | "less" => &CSS,
        "html" | "xml" | "svg" | "vue" | "html+jinja" => return Some(Kind::Markup),
        "diff" | "udiff" => return Some(Kind::Diff),
        _ => return None,
    };
    Some(Kind::Words(language))
}

/// The lines of `source`, escaped, with their words marked. A mark never goes beyond its line.
pub(super) fn lines(source: &str, language: &str) -> Vec<String> {
    // A placeholder must stay in one piece.
    let language = if source.contains('\u{2}') { "" } else { language };
    let pieces = match kind(language) {
        Some(Kind::Words(language)) => words(source, language),
        Some(Kind::Markup) => markup(source),
        Some(Kind::Diff) => diff(source),
        None => Vec::new(),
    };
    let mut pieces = pieces.into_iter().peekable();
    let mut lines = Vec::new();
    let mut start = 0;
    for line in source.split('\n') {
        let end = start + line.len();
        let mut html = String::with_capacity(line.len() + line.len() / 2);
        let mut at = start;
        while let Some((class, range)) = pieces.peek().filter(|(_, range)| range.start < end.max(start + 1)) {
            let (from, to) = (range.start.max(at), range.end.min(end));
            escape_into_code(&mut html, &source[at..from.min(end)]);
            if from < to {
                html.push_str("<span class=\"");
                html.push_str(class);
                html.push_str("\">");
                escape_into_code(&mut html, &source[from..to]);
                html.push_str("</span>");
                at = to;
            }
            if range.end > end {
                break;
            }
            pieces.next();
        }
        escape_into_code(&mut html, &source[at..end]);
        lines.push(html);
        start = end + 1;
    }
    lines
}

type Classes = HashMap<&'static str, &'static str>;

/// The words of each language with their classes.
static CLASSES: LazyLock<Vec<(&'static Language, Classes)>> = LazyLock::new(|| {
    let all: [&'static Language; 14] =
        [&PYTHON, &SCRIPT, &JAVA, &GO, &RUST, &SHELL, &YAML, &JSON, &INI, &SQL, &DOCKER, &HCL, &RUBY, &CSS];
    let classes = all.into_iter().map(|language| {
        let lists = [(language.builtins, "nb"), (language.constants, "kc"), (language.keywords, "k")];
        let words = lists.into_iter().flat_map(|(list, class)| list.split_whitespace().map(move |word| (word, class)));
        (language, words.collect())
    });
    classes.collect()
});

fn class_of(language: &Language, word: &str) -> &'static str {
    let Some((_, words)) = CLASSES.iter().find(|(known, _)| std::ptr::eq(*known, language)) else { return "" };
    match language.any_case {
        true => words.get(word.to_ascii_lowercase().as_str()).copied().unwrap_or_default(),
        false => words.get(word).copied().unwrap_or_default(),
    }
}

fn words(source: &str, language: &Language) -> Vec<Piece> {
    let bytes = source.as_bytes();
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut line_start = true;
    while at < bytes.len() {
        let byte = bytes[at];
        let rest = &source[at..];
        if byte == b'\n' {
            line_start = true;
            at += 1;
            continue;
        }
        if byte == b' ' || byte == b'\t' || (line_start && byte == b'-') {
            at += 1;
            continue;
        }
        let first = std::mem::replace(&mut line_start, false);
        let end = comment(source, at, language)
            .or_else(|| if first { key(rest, language).map(|(class, length)| (class, at + length)) } else { None });
        let end = end.or_else(|| string(source, at, language));
        if let Some((class, end)) = end {
            pieces.push((class, at..end));
            at = end;
            continue;
        }
        if byte.is_ascii_digit() {
            let length =
                bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')).count();
            let class = if rest[..length].contains('.') { "mf" } else { "mi" };
            pieces.push((class, at..at + length));
            at += length;
            continue;
        }
        let sigil = (byte == b'$' && language.variables) || (byte == b'@' && language.decorators);
        if byte.is_ascii_alphabetic() || byte == b'_' || sigil {
            let name = usize::from(sigil) + usize::from(sigil && bytes.get(at + 1) == Some(&b'{'));
            let length = bytes[at + name..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            let end = at + name + length;
            let end = end + usize::from(name == 2 && bytes.get(end) == Some(&b'}'));
            let word = &source[at..end];
            let class = match byte {
                b'$' => "nv",
                b'@' => "nd",
                _ => class_of(language, word),
            };
            let class = match class {
                "" if !sigil && bytes.get(end) == Some(&b'(') && !language.keywords.is_empty() => "nf",
                class => class,
            };
            if !class.is_empty() {
                pieces.push((class, at..end));
            }
            at = end.max(at + 1);
            continue;
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    pieces
}

fn comment(source: &str, at: usize, language: &Language) -> Option<(&'static str, usize)> {
    let rest = &source[at..];
    if let Some((begin, end)) = language.block
        && rest.starts_with(begin)
    {
        let length = rest[begin.len()..].find(end).map_or(rest.len(), |offset| begin.len() + offset + end.len());
        return Some(("cm", at + length));
    }
    // A sign in the middle of a word is none.
    let alone = at == 0 || source.as_bytes()[at - 1].is_ascii_whitespace() || language.comments.contains(&"//");
    let begins = language.comments.iter().any(|sign| rest.starts_with(sign));
    (alone && begins).then(|| ("c1", at + rest.find('\n').unwrap_or(rest.len())))
}

/// A key at the begin of a line, and its length.
fn key(rest: &str, language: &Language) -> Option<(&'static str, usize)> {
    let sign = language.keys?;
    let line = rest.split('\n').next().unwrap_or_default();
    match sign {
        '"' => {
            let end = 1 + line.strip_prefix('"')?.find('"')? + 1;
            line[end..].trim_start().starts_with(':').then_some(("nt", end))
        }
        '=' if line.starts_with('[') => Some(("k", line.len())),
        sign => {
            let end = line.find(|c: char| !(c.is_alphanumeric() || "_-./\"'$<>@".contains(c)))?;
            let after = line[end..].trim_start_matches(' ').strip_prefix(sign)?;
            let separate = sign == '=' || after.is_empty() || after.starts_with([' ', '\r']);
            (end > 0 && separate).then_some((if sign == '=' { "na" } else { "nt" }, end))
        }
    }
}

fn string(source: &str, at: usize, language: &Language) -> Option<(&'static str, usize)> {
    let rest = &source[at..];
    let (quote, class) = language.strings.iter().find(|(quote, _)| rest.starts_with(quote))?;
    let many = quote.len() == 3 || *quote == "`";
    let bytes = rest.as_bytes();
    let mut end = quote.len();
    while end < bytes.len() {
        if bytes[end] == b'\\' {
            end += 2;
        } else if rest.is_char_boundary(end) && rest[end..].starts_with(quote) {
            return Some((class, at + end + quote.len()));
        } else if bytes[end] == b'\n' && !many {
            // A quote that does not close in its line is an apostrophe.
            return None;
        } else {
            end += 1;
        }
    }
    many.then_some((*class, source.len()))
}

fn markup(source: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(offset) = source[at..].find('<') {
        at += offset;
        let rest = &source[at..];
        if rest.starts_with("<!--") {
            let end = at + rest.find("-->").map_or(rest.len(), |end| end + 3);
            pieces.push(("c", at..end));
            at = end;
            continue;
        }
        let name = rest[1..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || "/-:?!_".contains(c)))
            .map_or(rest.len(), |n| n + 1);
        if name == 1 {
            at += 1;
            continue;
        }
        pieces.push(("nt", at..at + name));
        let Some(close) = rest.find('>') else { break };
        let mut inside = at + name;
        let end = at + close;
        while inside < end {
            let part = &source[inside..end];
            if let Some(quote) = part.chars().next().filter(|c| *c == '"' || *c == '\'') {
                let length = part[1..].find(quote).map_or(part.len(), |length| length + 2);
                pieces.push(("s", inside..inside + length));
                inside += length;
            } else if part.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let length =
                    part.find(|c: char| !(c.is_ascii_alphanumeric() || "-:_".contains(c))).unwrap_or(part.len());
                pieces.push(("na", inside..inside + length));
                inside += length;
            } else {
                inside += part.chars().next().map_or(1, char::len_utf8);
            }
        }
        pieces.push(("nt", end..end + 1));
        at = end + 1;
    }
    pieces
}

fn diff(source: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for line in source.split('\n') {
        let class = match line.as_bytes().first() {
            Some(b'+') => "gi",
            Some(b'-') => "gd",
            Some(b'@') => "gu",
            _ => "",
        };
        if !class.is_empty() {
            pieces.push((class, start..start + line.len()));
        }
        start += line.len() + 1;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn words_are_marked_and_nothing_is_lost() {
        let html = lines("def f(x):  # a & b\n    return \"\"\"two\nlines\"\"\" + 'é' + 1.5", "python");
        assert_eq!(
            html,
            [
                "<span class=\"k\">def</span> <span class=\"nf\">f</span>(x):  <span class=\"c1\"># a &amp; b</span>",
                "    <span class=\"k\">return</span> <span class=\"sd\">\"\"\"two</span>",
                "<span class=\"sd\">lines\"\"\"</span> + <span class=\"s1\">'é'</span> + <span class=\"mf\">1.5</span>",
            ]
        );
        assert_eq!(
            lines("a: b # c\n- x-y: 1", "yaml")[1],
            "- <span class=\"nt\">x-y</span>: <span class=\"mi\">1</span>"
        );
        assert_eq!(lines("it's $HOME", "sh"), ["it's <span class=\"nv\">$HOME</span>"]);
    }

    #[test]
    fn placeholders_stay_whole() {
        assert_eq!(lines("x = \u{2}czjqqkd:0\u{3}1", "py"), ["x = \u{2}czjqqkd:0\u{3}1"]);
    }

    #[test]
    fn any_text_in_any_language_keeps_its_characters() {
        let text = "\"a\\\n'é\\\"`x\n\n<p a='é\n-->/* x\n# \\\\\\é ${ü @ü $ü\n+ü\n[s]\nk = \"v\nü: ü\n\"ü\": 1\\";
        let tags = regex::Regex::new("<[^>]*>").unwrap();
        for language in [
            "python", "ts", "java", "go", "rust", "sh", "yaml", "json", "toml", "sql", "docker", "tf", "rb", "css",
            "html", "diff", "?",
        ] {
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                let html = lines(&text[..end], language).join("\n");
                let plain = tags.replace_all(&html, "").into_owned();
                let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
                assert_eq!(plain, text[..end], "{language}");
            }
        }
    }
}
