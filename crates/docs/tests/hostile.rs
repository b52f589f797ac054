//! Sources that try to cost more than they may. Each is rendered in a moment, and all of it is still there as text.

use std::time::{Duration, Instant};

use docs::Site;
use docs::markdown::{Alone, Options, render};

/// Far above what any of these takes, on a slow machine and without optimisation.
const MOST: Duration = Duration::from_secs(60);

fn takes_a_moment(name: &str, source: &str) {
    let start = Instant::now();
    let slashes = Options { block_syntax: true, ..Options::default() };
    for options in [Options::default(), slashes] {
        let page = render(source, &options, &Alone);
        assert!(page.html.len() < 200 * source.len() + 10_000, "{name} grows to {} bytes", page.html.len());
    }
    assert!(start.elapsed() < MOST, "{name} takes {:?}", start.elapsed());
}

#[test]
fn repeated_openings_are_cheap() {
    for sign in [
        "*a ",
        "_a ",
        "**a _b ~c ^d ",
        "[a](",
        "[",
        "![",
        "<a ",
        "<!-- ",
        "<?",
        "`a ``",
        "{++",
        "==a ",
        "$a",
        "&",
        "&#",
        "a@",
        "http://",
        "<div markdown>",
        "++a",
        "\"[x](y '",
    ] {
        takes_a_moment(sign, &sign.repeat(1_500));
    }
    takes_a_moment("stars", &format!("{}a{}", "*".repeat(20_000), "*".repeat(20_000)));
    takes_a_moment("runs", &(1..400).map(|length| format!("{}a", "`".repeat(length))).collect::<String>());
}

#[test]
fn repeated_blocks_are_cheap() {
    for line in [
        "# a\n",
        "a\n---\n",
        ": a\n",
        "- a\n",
        "1. a\n\n",
        "| a | b |\n|---|---|\n",
        "[^1]: x\n",
        "*[A]: x\n",
        "!!! note\n",
        "/// note\n",
        "=== \"a\"\n",
        "```\n",
        "--8<-- \"a\"\n",
        "> a\n\n",
    ] {
        takes_a_moment(line, &line.repeat(700));
    }
    takes_a_moment("references", &format!("[^1]: x\n\n{}", "[^1] ".repeat(1_000)));
    takes_a_moment("cells", &format!("{}\n{}", "|a".repeat(10_000), "|-".repeat(10_000)));
}

#[test]
fn depth_is_bounded() {
    takes_a_moment("quotes", &format!("{}x", "> ".repeat(5_000)));
    takes_a_moment("lists in a line", &format!("{}x", "- ".repeat(5_000)));
    takes_a_moment("lists", &(0..300).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect::<String>());
    takes_a_moment("boxes", &(0..200).map(|depth| format!("{}!!! note\n", "    ".repeat(depth))).collect::<String>());
    takes_a_moment("elements", &"<div markdown>\n".repeat(1_000));
    takes_a_moment("slashes", &(0..300).map(|depth| format!("{} note\n", "/".repeat(303 - depth))).collect::<String>());
}

#[test]
fn a_page_that_is_too_costly_stays_readable() {
    let source = format!("first words\n\n{}\n\nlast words", "[a](".repeat(40_000));
    let page = render(&source, &Options::default(), &Alone);
    assert!(page.html.contains("first words") && page.html.contains("last words"));
    assert!(page.warnings.iter().any(|warning| warning.contains("too costly")));
}

#[test]
fn sites_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Site>();
}
