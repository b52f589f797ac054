//! Keeps secrets out of the log, whatever library logged them.

use std::io::{self, Write};
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use anyhow::{Context, Result};
use arc_swap::ArcSwap;
use tracing_subscriber::fmt::MakeWriter;

const BLANK: &[u8] = b"***";

/// Shorter values are left: blanking them would blank half the log.
const SHORTEST: usize = 4;

/// A writer to standard error that blanks secrets. All of them are looked for at once, in time that hardly grows with
/// their number, and a line without any is written as it is. Cheap to clone.
#[derive(Clone)]
pub struct Redactor(Arc<ArcSwap<AhoCorasick>>);

impl Redactor {
    /// # Errors
    /// There are more secrets than can be looked for.
    pub fn new(secrets: &[String]) -> Result<Self> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(finder(secrets)?))))
    }

    /// Replaces the values that must never be written.
    ///
    /// # Errors
    /// As [`Redactor::new`]; then nothing changed.
    pub fn set_secrets(&self, secrets: &[String]) -> Result<()> {
        self.0.store(Arc::new(finder(secrets)?));
        Ok(())
    }
}

/// Finds secrets as they are and as JSON lines have them: keys in PEM have line ends, which are escaped there.
fn finder(secrets: &[String]) -> Result<AhoCorasick> {
    let long = secrets.iter().filter(|secret| secret.len() >= SHORTEST);
    let forms = long.flat_map(|secret| {
        let quoted = serde_json::Value::from(secret.as_str()).to_string();
        [secret.clone(), quoted[1..quoted.len() - 1].to_owned()]
    });
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(forms).context("secrets cannot be looked for")
}

fn redact(finder: &AhoCorasick, line: &[u8], mut write: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    if !finder.is_match(line) {
        return write(line);
    }
    let mut clean = Vec::with_capacity(line.len());
    finder.replace_all_with_bytes(line, &mut clean, |_, _, clean| {
        clean.extend_from_slice(BLANK);
        true
    });
    write(&clean)
}

impl<'a> MakeWriter<'a> for Redactor {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

/// Takes a line of the log in one piece, as it is given.
pub struct Line<'a>(&'a Redactor);

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // Whoever read the log may have gone away, which is no reason to stop.
        let _ = redact(&self.0.0.load(), line, |clean| io::stderr().lock().write_all(clean));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn secrets_never_reach_the_log() {
        let secrets = ["hunter2", "hunter2-long", "ab", "a \"quoted\"\nkey"].map(str::to_owned);
        let finder = finder(&secrets).unwrap();
        for (line, clean) in [
            ("token=hunter2-long about", "token=*** about"),
            ("hunter2hunter2", "******"),
            ("nothing to hide, ab", "nothing to hide, ab"),
            ("a \"quoted\"\nkey", "***"),
            (r#"{"message":"a \"quoted\"\nkey"}"#, r#"{"message":"***"}"#),
        ] {
            let mut written = Vec::new();
            redact(&finder, line.as_bytes(), |bytes| written.write_all(bytes)).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), clean);
        }
    }
}
