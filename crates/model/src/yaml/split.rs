//! Cuts a stream into documents before any parsing, so that what is wrong with one stays its own problem.
//!
//! A line that starts with `---` or `...` followed by white space is a document marker everywhere in YAML, inside quoted
//! and block scalars too, which is what makes cutting by lines right.

/// The text of one document, its markers and directives included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk<'a> {
    pub text: &'a str,
    /// Lines of the stream before this text.
    pub lines_before: u32,
}

pub(super) fn chunks(text: &str) -> Chunks<'_> {
    Chunks { rest: text.strip_prefix('\u{feff}').unwrap_or(text), lines_before: 0 }
}

pub(super) struct Chunks<'a> {
    rest: &'a str,
    lines_before: u32,
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let mut started = false;
        let mut lines = 0;
        let mut end = 0;
        for line in self.rest.split_inclusive('\n') {
            if is_marker(line, b"---") {
                if started {
                    return Some(self.cut(end, lines));
                }
                started = true;
            } else if is_marker(line, b"...") {
                end += line.len();
                lines += 1;
                if started {
                    return Some(self.cut(end, lines));
                }
                continue;
            } else if !started {
                let content = line.trim_start();
                started = !content.is_empty() && !content.starts_with('#') && !line.starts_with('%');
            }
            end += line.len();
            lines += 1;
        }
        started.then(|| self.cut(end, lines))
    }
}

impl<'a> Chunks<'a> {
    fn cut(&mut self, end: usize, lines: u32) -> Chunk<'a> {
        let (text, rest) = self.rest.split_at(end);
        let chunk = Chunk { text, lines_before: self.lines_before };
        self.rest = rest;
        self.lines_before += lines;
        chunk
    }
}

fn is_marker(line: &str, marker: &[u8; 3]) -> bool {
    let line = line.as_bytes();
    line.starts_with(marker) && line.get(3).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(&str, u32)> {
        chunks(text).map(|chunk| (chunk.text, chunk.lines_before)).collect()
    }

    #[test]
    fn markers_at_the_line_start_cut_and_nothing_else() {
        assert_eq!(cut("a: 1\n---\nb: ---\n --- \n"), [("a: 1\n", 0), ("---\nb: ---\n --- \n", 1)]);
        assert_eq!(cut("a: 1\n---b: 2"), [("a: 1\n---b: 2", 0)]);
        assert_eq!(cut("---\r\na: 1\r\n---\r\n"), [("---\r\na: 1\r\n", 0), ("---\r\n", 2)]);
    }

    #[test]
    fn comments_and_directives_belong_to_the_document_that_follows() {
        assert_eq!(cut("# c\n%YAML 1.2\n---\na: 1\n"), [("# c\n%YAML 1.2\n---\na: 1\n", 0)]);
        assert_eq!(cut("a: 1\n...\n%TAG ! x\n---\nb: 1\n"), [("a: 1\n...\n", 0), ("%TAG ! x\n---\nb: 1\n", 2)]);
    }

    #[test]
    fn nothing_but_comments_is_no_document() {
        assert!(cut("").is_empty());
        assert!(cut("\u{feff}# only\n\n# comments").is_empty());
    }
}
