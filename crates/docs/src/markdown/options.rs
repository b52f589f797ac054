//! What can be set about the Markdown of a site: the settings of the extensions that are in force.
//! The defaults are those of TechDocs (contract techdocs.md section 4).

/// How heading texts become anchors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Slugs {
    /// Latin letters without their accents, everything else left out.
    #[default]
    Ascii,
    /// Every letter of every script.
    Unicode,
    /// Every letter, and capitals stay.
    UnicodeCased,
}

/// The anchor link behind a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permalink {
    No,
    /// The sign for a paragraph.
    Sign,
    Text(String),
}

/// How line numbers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberStyle {
    /// In a column of their own.
    Table,
    /// In front of each line.
    Inline,
    /// In front of each line, as an attribute: they are not copied with the code.
    Attribute,
}

/// A fence whose language is not shown as code but put into an element of its own, for a script to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomFence {
    pub name: String,
    pub class: String,
    /// `<div>` instead of `<pre><code>`.
    pub div: bool,
}

/// Where the pictures of emoji and icons come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmojiIndex {
    #[default]
    EmojiOne,
    Twemoji,
}

/// A host of code whose projects texts may name in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeHost {
    GitHub,
    GitLab,
    Bitbucket,
}

/// How texts may name users, issues and commits in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shorthand {
    /// The host that is meant where none is named.
    pub host: CodeHost,
    /// The project that is meant where none is named.
    pub user: String,
    pub repo: String,
    /// All of issues, pull requests and discussions are shown with `#`.
    pub normalize: bool,
}

/// Settings of the Markdown extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub permalink: Permalink,
    pub permalink_title: String,
    pub permalink_class: String,
    pub permalink_leading: bool,
    pub toc_marker: String,
    pub toc_title: String,
    /// The highest and lowest level of headings that the table of contents shows.
    pub toc_depth: (u8, u8),
    pub base_level: u8,
    pub separator: String,
    pub slugs: Slugs,
    /// `None`: only fences that ask for it.
    pub line_numbers: Option<bool>,
    pub number_style: NumberStyle,
    pub language_class: bool,
    /// Mark the words of code, for colours.
    pub code_words: bool,
    /// Highlight with Pygments' markup; otherwise leave it to a script.
    pub pygments: bool,
    pub line_anchors: bool,
    pub anchor_prefix: String,
    pub line_spans: String,
    pub custom_fences: Vec<CustomFence>,
    /// Labels of tabs become their anchors.
    pub tab_slugs: Option<Slugs>,
    pub custom_checkbox: bool,
    pub clickable_checkbox: bool,
    /// Admonitions, details and tabs by indent.
    pub indented_boxes: bool,
    /// The same between slashes.
    pub block_syntax: bool,
    /// Critic marks: `None` shows them, otherwise the changes are accepted or rejected.
    pub critic_accept: Option<bool>,
    pub glossary: Vec<(String, String)>,
    pub footnote_separator: String,
    pub backlink_text: String,
    pub emoji: EmojiIndex,
    /// `@user`, `project#1` and so on, as links.
    pub shorthand: Option<Shorthand>,
    /// `++ctrl+alt+del++`
    pub keys: bool,
    /// `$…$` and `$$…$$` for a script to find: as text, or else in the way of MathJax 2.
    pub arithmatex: Option<bool>,
    /// Indented code as `codehilite` shows it: whether it has line numbers.
    pub codehilite: Option<bool>,
    /// Snippets added to the end of every page.
    pub auto_append: Vec<String>,
    /// Folders, relative to the source, where snippets are looked for.
    pub snippet_paths: Vec<String>,
    pub dedent_snippets: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            permalink: Permalink::Sign,
            permalink_title: "Permanent link".to_owned(),
            permalink_class: "headerlink".to_owned(),
            permalink_leading: false,
            toc_marker: "[TOC]".to_owned(),
            toc_title: String::new(),
            toc_depth: (1, 6),
            base_level: 1,
            separator: "-".to_owned(),
            slugs: Slugs::Ascii,
            line_numbers: Some(true),
            number_style: NumberStyle::Table,
            language_class: true,
            code_words: true,
            pygments: true,
            line_anchors: false,
            anchor_prefix: String::new(),
            line_spans: String::new(),
            custom_fences: Vec::new(),
            tab_slugs: None,
            custom_checkbox: true,
            clickable_checkbox: false,
            indented_boxes: true,
            block_syntax: false,
            critic_accept: None,
            glossary: Vec::new(),
            footnote_separator: ":".to_owned(),
            backlink_text: "&#8617;".to_owned(),
            emoji: EmojiIndex::EmojiOne,
            shorthand: None,
            keys: false,
            arithmatex: None,
            codehilite: None,
            auto_append: Vec::new(),
            snippet_paths: vec![String::new()],
            dedent_snippets: false,
        }
    }
}
