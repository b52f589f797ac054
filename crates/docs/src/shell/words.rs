//! The few words around an article.

/// In one language.
pub(crate) struct Words {
    pub edit: &'static str,
    pub view: &'static str,
    pub skip: &'static str,
    pub header: &'static str,
    pub footer: &'static str,
    pub nav: &'static str,
    pub tabs: &'static str,
    pub toc: &'static str,
    pub previous: &'static str,
    pub next: &'static str,
    pub source: &'static str,
}

/// Backstage's reader finds the link for editing by its English words, so they are the default.
static ENGLISH: Words = Words {
    edit: "Edit this page",
    view: "View source of this page",
    skip: "Skip to content",
    header: "Header",
    footer: "Footer",
    nav: "Navigation",
    tabs: "Tabs",
    toc: "Table of contents",
    previous: "Previous",
    next: "Next",
    source: "Go to repository",
};

static ITALIAN: Words = Words {
    edit: "Modifica",
    view: "Vedi il sorgente di questa pagina",
    skip: "Vai al contenuto",
    header: "Intestazione",
    footer: "Piede",
    nav: "Navigazione",
    tabs: "Tabs",
    toc: "Indice",
    previous: "Precedente",
    next: "Successivo",
    source: "Apri repository",
};

pub(crate) fn of(language: &str) -> &'static Words {
    if language == "it" { &ITALIAN } else { &ENGLISH }
}
