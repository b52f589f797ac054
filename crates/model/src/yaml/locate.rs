//! Where a value stands in its text. Done by reading the document once more, so that only problems pay for it.

use saphyr_parser::{Event, Parser, Span};

use super::saturate;
use super::split::{Chunk, chunks};
use super::tabs::{forgiving, is_refused_tab};

/// A line and a column, both from 1.
type Position = (u32, u32);

/// Finds places in one text; cheaper than [`locate`] when several are wanted.
pub struct Locator<'a> {
    chunks: Vec<Chunk<'a>>,
}

/// Where the value at a JSON pointer of a document starts; the key, if the value starts on a later line. What does not
/// exist (a key that is missing) is looked for at the key of its nearest ancestor. `None` if there is no such document or nothing of it can be read.
pub fn locate(text: &str, document: usize, pointer: &str) -> Option<(u32, u32)> {
    Locator::new(text).value(document, pointer)
}

/// As [`locate`], but the place of the key instead of its value; the value itself in lists and at the root.
pub fn locate_key(text: &str, document: usize, pointer: &str) -> Option<(u32, u32)> {
    Locator::new(text).key(document, pointer)
}

impl<'a> Locator<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { chunks: chunks(text).collect() }
    }

    /// See [`locate`].
    pub fn value(&self, document: usize, pointer: &str) -> Option<(u32, u32)> {
        let found = self.find(document, pointer)?;
        // A value that starts on a later line than its key is looked for at the key.
        Some(if found.complete && found.value.0 == found.key.0 { found.value } else { found.key })
    }

    /// See [`locate_key`].
    pub fn key(&self, document: usize, pointer: &str) -> Option<(u32, u32)> {
        self.find(document, pointer).map(|found| found.key)
    }

    /// The size of a document in bytes: what a look into it may cost.
    pub(crate) fn size(&self, document: usize) -> usize {
        self.chunks.get(document).map_or(0, |chunk| chunk.text.len())
    }

    fn find(&self, document: usize, pointer: &str) -> Option<Found> {
        let chunk = self.chunks.get(document)?;
        let wanted: Vec<String> =
            pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        let walk = forgiving(chunk.text, |text| {
            let mut walk = Walk { wanted: &wanted, lines_before: chunk.lines_before, frames: Vec::new(), best: None };
            let mut parser = Parser::new_from_str(text);
            while let Some(event) = parser.next_event() {
                match event {
                    Ok((event, span)) => walk.event(&event, &span),
                    Err(error) if is_refused_tab(&error) => return Err(error),
                    // What stands before the fault can still be found.
                    Err(_) => break,
                }
                if walk.best.as_ref().is_some_and(|best| best.complete) {
                    break;
                }
            }
            Ok(walk)
        });
        walk.ok()?.best
    }
}

/// The deepest value on the way to the pointer so far.
struct Found {
    depth: usize,
    key: Position,
    value: Position,
    complete: bool,
}

struct Frame {
    is_mapping: bool,
    /// The values above and this one are on the way to the pointer.
    on_path: bool,
    /// In a mapping: whether the key that was read last is the wanted one, and where it stands. `None` before a key.
    key: Option<(bool, Position)>,
    next_index: usize,
}

struct Walk<'w> {
    wanted: &'w [String],
    lines_before: u32,
    frames: Vec<Frame>,
    best: Option<Found>,
}

impl Walk<'_> {
    fn event(&mut self, event: &Event<'_>, span: &Span) {
        let position = (self.lines_before + saturate(span.start.line()), saturate(span.start.col() + 1));
        match event {
            Event::Scalar(text, ..) => {
                self.node(position, Some(text));
            }
            Event::Alias(_) => {
                self.node(position, None);
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let on_path = self.node(position, None);
                let is_mapping = matches!(event, Event::MappingStart(..));
                self.frames.push(Frame { is_mapping, on_path, key: None, next_index: 0 });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.frames.pop();
            }
            _ => {}
        }
    }

    /// Takes note of a key or value; whether it is a value on the way to the pointer.
    fn node(&mut self, position: Position, text: Option<&str>) -> bool {
        let depth = self.frames.len();
        let wanted = depth.checked_sub(1).and_then(|at| self.wanted.get(at));
        let (on_path, key) = match self.frames.last_mut() {
            None => (true, position),
            Some(frame) if !frame.is_mapping => {
                let index = frame.next_index;
                frame.next_index += 1;
                (frame.on_path && wanted.is_some_and(|wanted| *wanted == index.to_string()), position)
            }
            Some(frame) => match frame.key.take() {
                None => {
                    let matches = frame.on_path && wanted.is_some_and(|wanted| text == Some(wanted.as_str()));
                    frame.key = Some((matches, position));
                    return false;
                }
                Some(key) => key,
            },
        };
        if on_path && self.best.as_ref().is_none_or(|best| best.depth < depth) {
            self.best = Some(Found { depth, key, value: position, complete: depth == self.wanted.len() });
        }
        on_path
    }
}
