//! Everything that is wrong in the catalog, by what it is wrong with: entities nobody sees yet included.

use catalog::Trouble;
use model::{EntityRef, Problem, Severity};
use serde_json::{Value, json};

use super::export::to_csv_rows;
use crate::urls;

/// Subjects on a page.
pub const PAGE: usize = 50;
const MAX_TEXT: usize = 200;

/// Which part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    #[default]
    All,
    /// Never became visible.
    Hidden,
    /// Shown with the last good body.
    Stale,
    /// Defined by more than one source.
    Conflicts,
}

impl Part {
    pub const EACH: [Part; 4] = [Part::All, Part::Hidden, Part::Stale, Part::Conflicts];

    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Hidden => "hidden",
            Self::Stale => "stale",
            Self::Conflicts => "conflicts",
        }
    }

    fn has(self, subject: &Subject) -> bool {
        let conflict = subject.problems.iter().any(is_conflict);
        match self {
            Self::All => true,
            Self::Hidden => !subject.visible,
            Self::Stale => subject.visible && !conflict,
            Self::Conflicts => conflict,
        }
    }
}

fn is_conflict(problem: &Problem) -> bool {
    problem.name == "ConflictError"
}

/// What to show, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TroubleQuery {
    pub part: Part,
    pub text: String,
    /// Counts from 1.
    pub page: usize,
}

impl TroubleQuery {
    pub fn parse(query: &str) -> Self {
        let mut read = Self { page: 1, ..Self::default() };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "show" => read.part = Part::EACH.into_iter().find(|part| part.code() == value).unwrap_or_default(),
                "q" => read.text = value.trim().chars().take(MAX_TEXT).collect(),
                "page" => read.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        read
    }

    /// The address of this list at a path.
    pub fn address(&self, path: &str) -> String {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let part = if self.part == Part::All { "" } else { self.part.code() };
        let query = urls::query([("show", part), ("q", &self.text), ("page", &page)]);
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// An entity or a source with what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub entity_ref: Option<EntityRef>,
    /// `type:target`.
    pub location: Option<String>,
    pub visible: bool,
    pub problems: Vec<Problem>,
}

impl Subject {
    /// Troubles come sorted by what they are about.
    pub fn of(troubles: Vec<Trouble>) -> Vec<Self> {
        let mut subjects: Vec<Self> = Vec::new();
        for Trouble { entity_ref, location, visible, problem } in troubles {
            match subjects.last_mut() {
                Some(last) if last.entity_ref == entity_ref && last.location == location => last.problems.push(problem),
                _ => subjects.push(Self { entity_ref, location, visible, problems: vec![problem] }),
            }
        }
        // What keeps something from being seen comes first, then errors, then warnings.
        subjects.sort_by_key(|subject| (subject.visible, !subject.is_error()));
        subjects
    }

    pub fn is_error(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    fn has(&self, text: &str) -> bool {
        let entity_ref = self.entity_ref.iter().map(EntityRef::as_str);
        let mut said: Vec<&str> = entity_ref.chain(self.location.as_deref()).collect();
        for problem in &self.problems {
            said.extend([problem.name.as_str(), problem.message.as_str()]);
            said.extend(problem.place.iter().map(|place| place.source.as_str()));
        }
        said.iter().any(|said| said.to_lowercase().contains(text))
    }
}

/// The subjects a query asks for, and how many there are of each part.
pub struct TroubleList {
    pub query: TroubleQuery,
    pub subjects: Vec<Subject>,
    /// In the order of [`Part::EACH`].
    pub counts: [usize; 4],
}

impl TroubleList {
    pub fn new(troubles: Vec<Trouble>, query: TroubleQuery) -> Self {
        let mut subjects = Subject::of(troubles);
        let text = query.text.to_lowercase();
        subjects.retain(|subject| subject.has(&text));
        let counts = Part::EACH.map(|part| subjects.iter().filter(|subject| part.has(subject)).count());
        subjects.retain(|subject| query.part.has(subject));
        Self { query, subjects, counts }
    }

    /// The subjects of the page the query asks for.
    pub fn page(&self) -> &[Subject] {
        let from = (self.query.page - 1).saturating_mul(PAGE).min(self.subjects.len());
        &self.subjects[from..(from + PAGE).min(self.subjects.len())]
    }

    /// One object per problem.
    pub fn to_json(&self) -> Value {
        self.problems().map(|(subject, problem)| row(subject, problem)).collect()
    }

    /// One line per problem.
    pub fn to_csv(&self) -> String {
        let rows = self.problems().map(|(subject, problem)| {
            let row = row(subject, problem);
            COLUMNS.map(|column| row[column].clone())
        });
        to_csv_rows(&COLUMNS, rows)
    }

    fn problems(&self) -> impl Iterator<Item = (&Subject, &Problem)> {
        self.subjects.iter().flat_map(|subject| subject.problems.iter().map(move |problem| (subject, problem)))
    }
}

const COLUMNS: [&str; 10] =
    ["severity", "ref", "visible", "name", "message", "source", "line", "column", "pointer", "location"];

fn row(subject: &Subject, problem: &Problem) -> Value {
    let place = problem.place.as_ref();
    json!({
        "severity": problem.severity,
        "ref": subject.entity_ref,
        "visible": subject.visible,
        "name": problem.name,
        "message": problem.message,
        "source": place.map(|place| &place.source),
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
        "pointer": problem.pointer,
        "location": subject.location,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(name: &str, visible: bool, problem: Problem) -> Trouble {
        let entity_ref = Some(EntityRef::new("component", "default", name));
        Trouble { entity_ref, location: Some("file:/a.yaml".to_owned()), visible, problem }
    }

    fn list(query: &str) -> TroubleList {
        let troubles = vec![
            trouble("a", true, Problem::warning("ConflictError", "twice")),
            trouble("b", true, Problem::error("TypeError", "one")),
            trouble("b", true, Problem::error("TypeError", "two, and more")),
            trouble("c", false, Problem::error("InputError", "three")),
        ];
        TroubleList::new(troubles, TroubleQuery::parse(query))
    }

    #[test]
    fn what_nobody_sees_comes_first_and_each_thing_once() {
        let all = list("");
        let names: Vec<_> = all.subjects.iter().filter_map(|s| Some(s.entity_ref.as_ref()?.name())).collect();
        assert_eq!(names, ["c", "b", "a"]);
        assert_eq!(all.counts, [3, 1, 1, 1]);
        assert_eq!(list("show=conflicts").page().len(), 1);
        assert_eq!(list("q=TWO").counts, [1, 0, 1, 0]);
        assert_eq!((list("page=9").page().len(), list("page=x").page().len()), (0, 3));
    }

    #[test]
    fn an_export_has_a_line_for_each_problem() {
        let csv = list("q=two").to_csv();
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines.len(), 3, "{csv}");
        assert_eq!(lines[2], "error,component:default/b,true,TypeError,\"two, and more\",,,,,file:/a.yaml");
        assert_eq!(list("").to_json().as_array().map(Vec::len), Some(4));
    }

    #[test]
    fn an_address_survives_reading_and_writing() {
        for address in ["/p", "/p?show=hidden&q=a+b&page=2"] {
            let query = TroubleQuery::parse(address.split_once('?').map_or("", |(_, query)| query));
            assert_eq!(query.address("/p"), address);
        }
    }
}
