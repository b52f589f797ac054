//! `> [!NOTE]` as GitHub has them become admonitions.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::super::block::capitalize;

static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?ms)^```.*?^```").expect("a valid pattern"));

static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)^> {0,3}\[!(note|tip|important|caution|warning)\] *(.*)\r?\n((?:>.*\r?\n)+)")
        .expect("a valid pattern")
});

static FENCED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)^>>> {0,3}\[!(note|tip|important|caution|warning)\] *(.*)\r?\n((?:.*\r?\n)+)>>>")
        .expect("a valid pattern")
});

static QUOTE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^> ?").expect("a valid pattern"));
static LINE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^").expect("a valid pattern"));

pub(super) fn convert(text: &str) -> Cow<'_, str> {
    if !text.contains("[!") {
        return Cow::Borrowed(text);
    }
    let text = replace(text, &QUOTED, &QUOTE);
    Cow::Owned(replace(&text, &FENCED, &LINE))
}

fn replace(text: &str, alert: &Regex, prefix: &Regex) -> String {
    let code: Vec<_> = CODE.find_iter(text).map(|found| found.range()).collect();
    let mut convert = |found: &Captures| {
        let all = found.get(0).map_or(0..0, |all| all.range());
        if code.iter().any(|code| code.start < all.start && all.end < code.end) {
            return found[0].to_owned();
        }
        let kind = found[1].to_lowercase();
        let class = match kind.as_str() {
            "caution" => "danger",
            "important" => "warning",
            other => other,
        };
        let title = match found[2].trim() {
            "" => capitalize(&kind),
            title => title.to_owned(),
        };
        let body = prefix.replace_all(found[3].trim(), "    ");
        format!("!!! {class} \"{title}\"\n{body}\n")
    };
    alert.replace_all(text, &mut convert).into_owned()
}
