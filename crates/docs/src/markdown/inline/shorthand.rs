//! `@user`, `@user/project`, `project#1`, `!2` and commits, where a site asks for it, become links to its code host.

use std::sync::LazyLock;

use fancy_regex::{Captures, Regex};

use super::super::document::Document;
use super::super::dom::{NodeId, Text};
use super::super::options::{CodeHost, Shorthand};
use super::{Found, Inline, Match, pattern};

/// How a code host names things.
struct Names {
    host: CodeHost,
    key: &'static str,
    label: &'static str,
    url: &'static str,
    user: &'static str,
    issue: &'static str,
    pull: &'static str,
    commit: &'static str,
    compare: (&'static str, &'static str, &'static str),
    hash: usize,
}

const HOSTS: [Names; 3] = [
    Names {
        host: CodeHost::GitHub,
        key: "github",
        label: "GitHub",
        url: "https://github.com",
        user: r"[a-zA-Z\d](?:[-a-zA-Z\d_]{0,37}[a-zA-Z\d])?",
        issue: "issues",
        pull: "pull",
        commit: "commit",
        compare: ("compare", "...", ""),
        hash: 7,
    },
    Names {
        host: CodeHost::GitLab,
        key: "gitlab",
        label: "GitLab",
        url: "https://gitlab.com",
        user: r"[\.a-zA-Z\d_](?:[-a-zA-Z\d_\.]{0,37}[-a-zA-Z\d_])?",
        issue: "-/issues",
        pull: "-/merge_requests",
        commit: "-/commit",
        compare: ("-/compare", "...", ""),
        hash: 8,
    },
    Names {
        host: CodeHost::Bitbucket,
        key: "bitbucket",
        label: "Bitbucket",
        url: "https://bitbucket.org",
        user: r"[-a-zA-Z\d_]{1,39}",
        issue: "issues",
        pull: "pull-requests",
        commit: "commits/commit",
        compare: ("branches/commits", "..", "#diff"),
        hash: 7,
    },
];

const REPO: &str = r"[-._a-zA-Z\d]{0,99}[a-zA-Z\d]";
const REFERENCE: &str =
    r"(?:(?P<issue>(?:\#|!|\?)[1-9][0-9]*)|(?P<commit>@[a-f\d]{40})(?:\.{3}(?P<diff>[a-f\d]{40}))?)";

/// The patterns of one base host, in the order they run.
struct Patterns {
    repositories: [Regex; 2],
    mentions: [Regex; 2],
    references: [Regex; 2],
    own: Regex,
}

static PATTERNS: LazyLock<[Patterns; 3]> = LazyLock::new(|| {
    let all: Vec<String> = HOSTS.iter().map(|host| format!("{}:{}", host.key, host.user)).collect();
    let all = all.join("|");
    HOSTS.each_ref().map(|host| {
        let own = host.user;
        Patterns {
            repositories: [
                pattern(&format!(r"(?P<mention>(?<![a-zA-Z])@(?:{all}))\b/(?P<repo>{REPO})\b")),
                pattern(&format!(r"(?P<mention>(?<![a-zA-Z])@{own})\b/(?P<repo>{REPO})\b")),
            ],
            mentions: [
                pattern(&format!(r"(?P<mention>(?<![a-zA-Z])@(?:{all}))\b")),
                pattern(&format!(r"(?P<mention>(?<![a-zA-Z])@{own})\b")),
            ],
            references: [
                pattern(&format!(r"(?<![@/])(?:(?P<user>\b(?:{all}))/)(?P<repo>{REPO}){REFERENCE}\b")),
                pattern(&format!(r"(?<![@/])(?:(?P<user>\b{own})/)?(?P<repo>{REPO}){REFERENCE}\b")),
            ],
            own: pattern(
                r"(?:(?<![a-zA-Z])(?P<issue>(?:\#|!|\?)[1-9][0-9]*)|(?P<commit>(?<![@/])\b[a-f\d]{40})(?:\.{3}(?P<diff>[a-f\d]{40}))?)\b",
            ),
        }
    })
});

/// Runs the patterns one after the other; the texts of links are finished, so none looks into another's.
pub(super) fn shorthand(_: &mut Inline, doc: &mut Document, text: &str, from: usize) -> Option<Match> {
    let options = doc.options.shorthand.clone()?;
    let base = HOSTS.iter().position(|host| host.host == options.host).unwrap_or(0);
    let patterns = &PATTERNS[base];
    let at_sign = text[from..].contains('@');
    if !at_sign && !may_refer(&text.as_bytes()[from..]) {
        return None;
    }
    for pattern in patterns.repositories.iter().filter(|_| at_sign) {
        if let Some(found) = pattern.captures_from_pos(text, from).ok().flatten() {
            let (host, user) = named(base, &part(&found, "mention")[1..]);
            let repo = part(&found, "repo");
            let link = link(doc, &HOSTS[host], "repository", &format!("{user}/{repo}"), &format!("/{user}/{repo}"));
            doc.dom.set_attr(link, "title", format!("{} Repository: {user}/{repo}", HOSTS[host].label));
            return Match::new(Found::Element(link), found.get(0)?.range());
        }
    }
    for pattern in patterns.mentions.iter().filter(|_| at_sign) {
        if let Some(found) = pattern.captures_from_pos(text, from).ok().flatten() {
            let (host, user) = named(base, &part(&found, "mention")[1..]);
            let link = link(doc, &HOSTS[host], "mention", &format!("@{user}"), &format!("/{user}"));
            doc.dom.set_attr(link, "title", format!("{} User: {user}", HOSTS[host].label));
            return Match::new(Found::Element(link), found.get(0)?.range());
        }
    }
    if !may_refer(&text.as_bytes()[from..]) {
        return None;
    }
    for pattern in patterns.references.iter().chain([&patterns.own]) {
        let mut at = from;
        while let Some(found) = pattern.captures_from_pos(text, at).ok().flatten() {
            let range = found.get(0)?.range();
            match reference(doc, &options, base, &found) {
                Some(found) => return Match::new(found, range),
                None => at = range.end,
            }
        }
    }
    None
}

/// Whether there is a number behind a sign, or a commit.
fn may_refer(bytes: &[u8]) -> bool {
    let issue = bytes.windows(2).any(|pair| matches!(pair[0], b'#' | b'!' | b'?') && matches!(pair[1], b'1'..=b'9'));
    let mut run = 0;
    issue
        || bytes.iter().any(|byte| {
            run = if matches!(byte, b'0'..=b'9' | b'a'..=b'f') { run + 1 } else { 0 };
            run >= 40
        })
}

fn part<'t>(found: &Captures<'t, str>, name: &str) -> &'t str {
    found.name(name).map(|part| part.as_str()).unwrap_or_default()
}

/// The host and the user of `gitlab:user`, or of `user` at the base host.
fn named(base: usize, text: &str) -> (usize, &str) {
    match text.split_once(':') {
        Some((host, user)) => (HOSTS.iter().position(|known| known.key == host).unwrap_or(base), user),
        None => (base, text),
    }
}

fn link(doc: &mut Document, host: &Names, kind: &str, text: &str, path: &str) -> NodeId {
    let link = doc.dom.new_node("a");
    doc.dom.set_attr(link, "href", format!("{}{path}", host.url));
    doc.dom.set_attr(link, "class", format!("magiclink magiclink-{} magiclink-{kind}", host.key));
    doc.dom.get_mut(link).text = Text::atomic(text);
    link
}

fn reference(doc: &mut Document, options: &Shorthand, base: usize, found: &Captures<str>) -> Option<Found> {
    let user = match part(found, "user") {
        "" => options.user.as_str(),
        user => user,
    };
    let (number, user) = named(base, user);
    let repo = match part(found, "repo") {
        "" => options.repo.as_str(),
        repo => repo,
    };
    if user.is_empty() || repo.is_empty() {
        return None;
    }
    let host = &HOSTS[number];
    let own_user = user == options.user && number == base;
    let prefix = match (own_user && repo == options.repo, own_user) {
        (true, _) => String::new(),
        (false, true) => repo.to_owned(),
        (false, false) => format!("{user}/{repo}"),
    };
    let commit = part(found, "commit").trim_start_matches('@');
    if !commit.is_empty() {
        let at = if prefix.is_empty() { "" } else { "@" };
        let short = &commit[..host.hash];
        let diff = part(found, "diff");
        let (kind, title, short, path) = match diff {
            "" => ("commit", "Commit", short.to_owned(), format!("/{user}/{repo}/{}/{commit}", host.commit)),
            diff => {
                let (word, dots, end) = host.compare;
                let path = format!("/{user}/{repo}/{word}/{commit}{dots}{diff}{end}");
                ("compare", "Compare", format!("{short}...{}", &diff[..host.hash]), path)
            }
        };
        let link = link(doc, host, kind, &format!("{prefix}{at}{short}"), &path);
        doc.dom.set_attr(link, "title", format!("{} {title}: {user}/{repo}@{short}", host.label));
        return Some(Found::Element(link));
    }
    let issue = part(found, "issue");
    let value = &issue[1..];
    let (kind, title, word) = match issue.as_bytes()[0] {
        b'#' => ("issue", "Issue", host.issue),
        b'!' => ("pull", "Pull Request", host.pull),
        _ if host.host == CodeHost::GitHub => ("discussion", "Discussion", "discussions"),
        _ => return Some(Found::Text(found.get(0)?.as_str().to_owned())),
    };
    let sign = if options.normalize { "#" } else { &issue[..1] };
    let link = link(doc, host, kind, &format!("{prefix}{sign}{value}"), &format!("/{user}/{repo}/{word}/{value}"));
    doc.dom.set_attr(link, "title", format!("{} {title}: {user}/{repo} #{value}", host.label));
    Some(Found::Element(link))
}
