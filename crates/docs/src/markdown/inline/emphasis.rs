//! `*emphasis*`, `**strong**`, `^^inserted^^`, `^super^`, `~~deleted~~`, `~sub~` and `==marked==`, alone and in each other.
//!
//! Which sign closes which is told by patterns with look-around, tried in order at every sign. They are the language:
//! a different way to match them would differ where people's text is ambiguous.

use std::sync::LazyLock;

use fancy_regex::{Captures, Regex};

use super::super::document::{Document, MAX_DEPTH};
use super::super::dom::NodeId;
use super::{Found, Inline, Match};

/// Steps that one attempt to match may take before it counts as no match.
const BACKTRACK_LIMIT: usize = 200_000;

/// A pattern with look-around whose cost is bounded.
pub(in super::super) fn pattern(text: &str) -> Regex {
    fancy_regex::RegexBuilder::new(text).backtrack_limit(BACKTRACK_LIMIT).build().expect("a valid pattern")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `<a>text</a>`
    Single,
    /// `<a><b>text</b>text</a>`
    Double,
    /// `<a>text<b>text</b></a>`
    DoubleInner,
}

struct Item {
    pattern: Regex,
    shape: Shape,
    outer: &'static str,
    inner: &'static str,
    /// How many signs it begins with.
    opens: usize,
    /// What must follow somewhere for it to match.
    needs: &'static str,
    /// Whether its text may hold any other, itself included, and not only those behind it in order.
    holds_all: bool,
}

struct Sequence {
    sign: u8,
    items: Vec<Item>,
    /// Nothing matches behind a letter.
    smart: bool,
}

/// How an [`Item`] is written down.
struct Rule(String, Shape, &'static str, &'static str, usize, &'static str, bool);

fn sequence(sign: u8, smart: bool, rules: &[Rule]) -> Sequence {
    let items = rules.iter().map(|rule| Item {
        pattern: pattern(&format!("(?s)\\G{}", rule.0)),
        shape: rule.1,
        outer: rule.2,
        inner: rule.3,
        opens: rule.4,
        needs: rule.5,
        holds_all: rule.6,
    });
    Sequence { sign, items: items.collect(), smart }
}

/// Writes `text` with `@` as the sign, escaped for a pattern, and each name in angle brackets as its part.
fn with(text: &str, sign: &str, parts: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (name, part) in parts {
        text = text.replace(&format!("<{name}>"), part);
    }
    text.replace('@', sign)
}

static ASTERISK: LazyLock<Sequence> = LazyLock::new(|| {
    let parts = [
        ("in", r"(?:(?<=_)|(?<![\w@]))"),
        ("out", r"(?:(?=_)|(?![\w@]))"),
        ("text", r"(.+?@*?)"),
        ("limited", r"((?:[^@]|(?<=\w)@+?(?=\w)|(?<=\s)@+?(?=\s))+?)"),
    ];
    let rule = |text| with(text, r"\*", &parts);
    sequence(
        b'*',
        true,
        &[
            Rule(rule(r"<in>(@{3})(?![\s@])<text>(?<!\s)\1<out>"), Shape::Double, "strong", "em", 3, "***", false),
            Rule(
                rule(r"<in>(@{3})(?![\s@])<limited>(?<![\s@])@{2}<out><limited>(?<![\s@])@<out>"),
                Shape::Double,
                "em",
                "strong",
                3,
                "**",
                false,
            ),
            Rule(
                rule(r"<in>(@{3})(?![\s@])<limited>(?<![\s@])@<out><limited>(?<![\s@])@{2}<out>"),
                Shape::Double,
                "strong",
                "em",
                3,
                "**",
                false,
            ),
            Rule(
                rule(r"<in>(@{2})(?![\s@])<limited><in>@(?![\s@])<limited>(?<![\s@])@{3}<out>"),
                Shape::DoubleInner,
                "strong",
                "em",
                2,
                "***",
                false,
            ),
            Rule(rule(r"<in>(@{2})(?![\s@])<text>(?<!\s)\1<out>"), Shape::Single, "strong", "", 2, "**", false),
            Rule(
                rule(r"<in>(@)(?![\s@])<limited><in>@{2}(?![\s@])<limited>(?<!\s)@{3}<out>"),
                Shape::DoubleInner,
                "em",
                "strong",
                1,
                "***",
                false,
            ),
            Rule(
                rule(r"<in>(@)(?![@\s])((?:[^@]|@{2,}(?!@))+?)(?<![@\s])(@)<out>"),
                Shape::Single,
                "em",
                "",
                1,
                "*",
                true,
            ),
            Rule(rule(r"<in>(@)(?![\s@])<text>(?<!\s)\1<out>"), Shape::Single, "em", "", 1, "*", false),
        ],
    )
});

static UNDERSCORE: LazyLock<Sequence> = LazyLock::new(|| {
    let parts = [
        ("in", r"(?<!\w)"),
        ("out", r"(?!\w)"),
        ("text", r"(.+?_*?)"),
        ("limited", r"((?:[^_]|(?<=[^\W_])_+?(?=[^\W_])|(?<=\s)_+?(?=\s))+?)"),
    ];
    let rule = |text| with(text, "_", &parts);
    sequence(
        b'_',
        true,
        &[
            Rule(rule(r"<in>(_{3})(?![\s_])<text>(?<!\s)\1<out>"), Shape::Double, "strong", "em", 3, "___", false),
            Rule(
                rule(r"<in>(_{3})(?![\s_])<limited>(?<!\s)_{2}<out><limited>(?<!\s)_<out>"),
                Shape::Double,
                "em",
                "strong",
                3,
                "__",
                false,
            ),
            Rule(
                rule(r"<in>(_{3})(?![\s_])<limited>(?<!\s)_<out><limited>(?<!\s)_{2}<out>"),
                Shape::Double,
                "strong",
                "em",
                3,
                "__",
                false,
            ),
            Rule(
                rule(r"<in>(_{2})(?![\s_])<limited>(?<!\w)_(?![\s_])<limited>(?<!\s)_{3}<out>"),
                Shape::DoubleInner,
                "strong",
                "em",
                2,
                "___",
                false,
            ),
            Rule(rule(r"<in>(_{2})(?![\s_])<text>(?<!\s)\1<out>"), Shape::Single, "strong", "", 2, "__", false),
            Rule(
                rule(r"<in>(_)(?![\s_])<limited>(?<!\w)_{2}(?![\s_])<limited>(?<!\s)_{3}<out>"),
                Shape::DoubleInner,
                "em",
                "strong",
                1,
                "___",
                false,
            ),
            Rule(
                rule(r"(?<![\w_])(_)(?![_\s])((?:[^_]|_{2,}(?!_))+?)(?<![_\s])(_)<out>"),
                Shape::Single,
                "em",
                "",
                1,
                "_",
                true,
            ),
            Rule(rule(r"<in>(_)(?![\s_])<text>(?<!\s)\1<out>"), Shape::Single, "em", "", 1, "_", false),
        ],
    )
});

/// Carets and tildes follow the same rules: two of them for a change, one for a position.
fn change_and_position(
    sign: u8,
    escaped: &str,
    change: &'static str,
    position: &'static str,
    [one, two, three]: [&'static str; 3],
) -> Sequence {
    let parts = [
        ("in", r"(?:(?<=_)|(?<![\w@]))"),
        ("out", r"(?:(?=_)|(?![\w@]))"),
        ("smart", r"(.+?@*?)"),
        ("limited", r"((?:[^@]|(?<=\w)@+?(?=\w)|(?<=\s)@+?(?=\s))+?)"),
        ("text", r"(@|[^\s]+?)"),
    ];
    let rule = |text| with(text, escaped, &parts);
    sequence(
        sign,
        false,
        &[
            Rule(rule(r"(@{3})(?![\s@])<text>(?<!\s)\1"), Shape::Double, change, position, 3, three, false),
            Rule(
                rule(r"(@{3})(?![\s@])<text>(?<!\s)@{2}<out><text>(?<!\s)@"),
                Shape::Double,
                position,
                change,
                3,
                two,
                false,
            ),
            Rule(
                rule(r"(@{3})(?![\s@])<text>(?<!\s)@<out><limited>(?<!\s)@{2}"),
                Shape::Double,
                change,
                position,
                3,
                two,
                false,
            ),
            Rule(
                rule(r"(?<!@)(@{2})(?![\s@])<limited><in>@(?![\s@])<text>(?<!\s)@{3}"),
                Shape::DoubleInner,
                change,
                position,
                2,
                three,
                false,
            ),
            Rule(rule(r"<in>(@{2})(?![\s@])<smart>(?<!\s)\1<out>"), Shape::Single, change, "", 2, two, false),
            Rule(
                rule(r"(?<!@)(@)(?![\s@])<text><in>@{2}(?![\s@])<text>(?<!\s)@{3}"),
                Shape::DoubleInner,
                position,
                change,
                1,
                three,
                false,
            ),
            Rule(
                rule(r"(?<!@)(@)(?![@\s])((?:[^@\s]|@{2,}(?!@))+?)(?<![@\s])(@)(?!@)"),
                Shape::Single,
                position,
                "",
                1,
                one,
                true,
            ),
            Rule(rule(r"(@)(?!\s)<text>(?<!\s)\1"), Shape::Single, position, "", 1, one, false),
        ],
    )
}

static CARET: LazyLock<Sequence> = LazyLock::new(|| change_and_position(b'^', r"\^", "ins", "sup", ["^", "^^", "^^^"]));

static TILDE: LazyLock<Sequence> = LazyLock::new(|| change_and_position(b'~', "~", "del", "sub", ["~", "~~", "~~~"]));

static MARK: LazyLock<Sequence> = LazyLock::new(|| {
    let text = r"(?:(?<=_)|(?<![\w=]))(={2})(?![\s=])((?:(?<=\s)=+?(?=\s)|.)+?=*?)(?<!\s)\1(?:(?=_)|(?![\w=]))";
    sequence(b'=', true, &[Rule(text.to_owned(), Shape::Single, "mark", "", 2, "==", false)])
});

pub(super) fn asterisk(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    ASTERISK.find(doc, text, from)
}

pub(super) fn underscore(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    UNDERSCORE.find(doc, text, from)
}

pub(super) fn caret(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    CARET.find(doc, text, from)
}

pub(super) fn tilde(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    TILDE.find(doc, text, from)
}

pub(super) fn mark(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    MARK.find(doc, text, from)
}

/// How many `sign` stand at `at`; more than three mean nothing.
fn run_at(text: &str, at: usize, sign: u8) -> usize {
    text.as_bytes()[at..].iter().take(4).take_while(|byte| **byte == sign).count()
}

impl Sequence {
    /// The last place where a sign may close anything: behind text and before the end of a word. Behind it, no pattern
    /// is tried.
    fn last_closing(&self, text: &str) -> usize {
        if !self.smart {
            return text.len();
        }
        let mut end = text.len();
        while let Some(last) = text.as_bytes()[..end].iter().rposition(|byte| *byte == self.sign) {
            let run = text.as_bytes()[..=last].iter().rev().take_while(|byte| **byte == self.sign).count();
            let start = last + 1 - run;
            let after = text[last + 1..].chars().next();
            let ends_word = after.is_none_or(|c| !c.is_alphanumeric());
            let behind_text = run > 1 || text[..start].chars().next_back().is_some_and(|c| !c.is_whitespace());
            if ends_word && behind_text {
                return last;
            }
            end = start;
        }
        0
    }

    fn find(&self, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
        let mut at = from;
        let last = self.last_closing(text);
        loop {
            at += text.as_bytes()[at..].iter().position(|byte| *byte == self.sign)?;
            if at >= last || !doc.pay(0) {
                return None;
            }
            if self.smart && run_at(text, at, self.sign) > 3 {
                at += text.as_bytes()[at..].iter().take_while(|byte| **byte == self.sign).count();
                continue;
            }
            for (index, item) in self.items.iter().enumerate() {
                if let Some(found) = self.matches(doc, item, text, at) {
                    let end = found.get(0)?.end();
                    let element = self.build(doc, &found, index, 0);
                    return Match::new(Found::Element(element), at..end);
                }
            }
            at += 1;
        }
    }

    fn matches<'t>(&self, doc: &mut Document, item: &Item, text: &'t str, at: usize) -> Option<Captures<'t, str>> {
        let run = run_at(text, at, self.sign);
        if run < item.opens || (self.smart && run != item.opens) {
            return None;
        }
        if self.smart && text[..at].chars().next_back().is_some_and(|c| c != '_' && c.is_alphanumeric()) {
            return None;
        }
        let rest = &text[at + item.opens..];
        if !rest.contains(item.needs) {
            return None;
        }
        doc.pay(8 * rest.len());
        item.pattern.captures_from_pos(text, at).ok().flatten()
    }

    fn build(&self, doc: &mut Document, found: &Captures<str>, index: usize, depth: usize) -> NodeId {
        let item = &self.items[index];
        let part = |number| found.get(number).map(|part| part.as_str()).unwrap_or_default();
        let outer = doc.dom.new_node(item.outer);
        match item.shape {
            Shape::Single => self.fill(doc, part(2), outer, None, index, depth),
            Shape::Double => {
                let inner = doc.dom.new_node(item.inner);
                self.fill(doc, part(2), inner, None, index, depth);
                doc.dom.append(outer, inner);
                if found.get(3).is_some() {
                    self.fill(doc, part(3), outer, Some(inner), index, depth);
                }
            }
            Shape::DoubleInner => {
                let inner = doc.dom.new_node(item.inner);
                self.fill(doc, part(2), outer, None, index, depth);
                doc.dom.append(outer, inner);
                self.fill(doc, part(3), inner, None, index, depth);
            }
        }
        outer
    }

    /// Puts `text` into `parent`, behind `last` if there is one, with what the later rules find in it.
    fn fill(&self, doc: &mut Document, text: &str, parent: NodeId, last: Option<NodeId>, index: usize, depth: usize) {
        let mut last = last;
        let mut plain = 0;
        let mut at = 0;
        let end = self.last_closing(text);
        let put = |doc: &mut Document, last: Option<NodeId>, text: &str| match last {
            _ if text.is_empty() => {}
            Some(last) => doc.dom.get_mut(last).tail = text.into(),
            None => doc.dom.get_mut(parent).text = text.into(),
        };
        while let Some(offset) = text.as_bytes()[at..].iter().position(|byte| *byte == self.sign) {
            at += offset;
            if at >= end || depth >= MAX_DEPTH || !doc.pay(0) {
                break;
            }
            let mut matched = false;
            for (number, item) in self.items.iter().enumerate() {
                if at >= text.len() || (!self.items[index].holds_all && number <= index) {
                    continue;
                }
                let Some(found) = self.matches(doc, item, text, at) else { continue };
                put(doc, last, &text[plain..at]);
                let element = self.build(doc, &found, number, depth + 1);
                doc.dom.append(parent, element);
                last = Some(element);
                at = found.get(0).map_or(at + 1, |all| all.end());
                plain = at;
                matched = true;
            }
            if !matched {
                at += 1;
            }
        }
        put(doc, last, &text[plain..]);
    }
}
