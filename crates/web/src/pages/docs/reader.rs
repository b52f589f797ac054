//! `/docs/{namespace}/{kind}/{name}/…`: a page of an entity's documentation, with the navigation of its site and the outline of
//! the page. What a page links to by relative addresses, pictures among it, is served below the same address.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use docs::markdown::Heading;
use docs::{DocsError, LibraryError, NavEntry, Page, PageLink, Sanitizer, Site, source};
use http::{HeaderValue, header};
use maud::{Markup, PreEscaped, html};
use model::{Entity, EntityRef, RefDefaults};

use super::address;
use crate::WebState;
use crate::components::{entity_link, icon::Icon, layout};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::{Ctx, SignedIn};
use crate::urls;
use crate::view::labels::Labels;

/// Pictures may lie elsewhere: badges do. Scripts and styles may not.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; media-src 'self' https:; \
     connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'",
);

/// A file of the source may be looked at, but nothing in it runs.
const FILE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

type Triplet = (String, String, String);

/// Without the slash at the end, relative addresses would lead astray.
pub async fn root(Path((namespace, kind, name)): Path<Triplet>) -> Redirect {
    Redirect::permanent(&address(&EntityRef::new(&kind, &namespace, &name)))
}

/// The first page.
pub async fn first(
    signed_in: SignedIn,
    state: State<WebState>,
    Path(triplet): Path<Triplet>,
) -> Result<Response, Failure> {
    page(signed_in, state, triplet, String::new()).await
}

/// Any other page, or a file.
pub async fn other(
    signed_in: SignedIn,
    state: State<WebState>,
    Path((namespace, kind, name, path)): Path<(String, String, String, String)>,
) -> Result<Response, Failure> {
    page(signed_in, state, (namespace, kind, name), path).await
}

/// What was found at an address.
enum Found {
    Page(Box<Page>, Vec<NavEntry>),
    File(Vec<u8>),
    /// A page lies there, with a slash behind.
    Folder,
    Nothing,
}

async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    (namespace, kind, name): Triplet,
    path: String,
) -> Result<Response, Failure> {
    let entity_ref = EntityRef::new(&kind, &namespace, &name);
    let entity = read(&state, &ctx, &entity_ref).await?;
    if let Some(elsewhere) = entity.annotation(source::ENTITY) {
        let defaults = RefDefaults { kind: Some("component"), namespace: None };
        let target = EntityRef::parse(elsewhere, defaults).map_err(|error| Failure::BadRequest(error.to_string()))?;
        let below = entity.annotation(source::ENTITY_PATH).unwrap_or_default().trim_start_matches('/');
        return Ok(Redirect::to(&format!("{}{below}", address(&target))).into_response());
    }
    let library = Arc::clone(&state.docs);
    let (wanted, of) = (path.clone(), entity.clone());
    let found = tokio::task::spawn_blocking(move || {
        let site = library.site(&of)?;
        find(&site, &wanted).map(|found| (site, found))
    });
    let found = found.await.map_err(|error| Failure::Broken(error.to_string()))?;
    match found {
        Err(error) => Ok(unreadable(&ctx, &entity, &error).into_response()),
        Ok((_, Found::Nothing)) => Err(Failure::NoPage),
        Ok((_, Found::Folder)) => Ok(Redirect::to(&format!("{}{path}/", address(&entity_ref))).into_response()),
        Ok((_, Found::File(bytes))) => Ok(file(&path, bytes)),
        Ok((site, Found::Page(page, navigation))) => {
            let labels = Labels::read(&state.catalog, &ctx.scope(), vec![entity_ref.clone()]);
            let shown = show(&ctx, &entity_ref, &labels, &site, &page, &navigation);
            Ok(([(header::CONTENT_SECURITY_POLICY, POLICY)], shown).into_response())
        }
    }
}

async fn read(state: &WebState, ctx: &Ctx, entity_ref: &EntityRef) -> Result<Entity, Failure> {
    let hit = state.catalog.by_ref(&ctx.scope(), entity_ref).await?;
    let hit = hit.ok_or_else(|| Failure::NoEntity(entity_ref.clone()))?;
    serde_json::from_slice(&hit.json).map_err(|error| Failure::Broken(error.to_string()))
}

fn find(site: &Site, path: &str) -> Result<Found, LibraryError> {
    match site.render(path) {
        Ok(page) => return Ok(Found::Page(Box::new(page), site.navigation()?)),
        Err(DocsError::NoPage { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    if let Some((_, source)) = site.assets().find(|(at, _)| *at == path) {
        let source = source.to_owned();
        return Ok(Found::File(site.read(&source)?));
    }
    let folder = format!("{path}/");
    Ok(if site.urls().contains(&folder) { Found::Folder } else { Found::Nothing })
}

fn file(path: &str, bytes: Vec<u8>) -> Response {
    let extension = path.rsplit('.').next().unwrap_or_default().to_lowercase();
    let media = match extension.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "ico" => "image/vnd.microsoft.icon",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "json" => "application/json",
        _ => "text/plain; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_SECURITY_POLICY, FILE_POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60")),
    ];
    (headers, bytes).into_response()
}

/// Documentation that cannot be read says why, for whoever writes it.
fn unreadable(ctx: &Ctx, entity: &Entity, error: &LibraryError) -> Markup {
    let t = ctx.t();
    let entity_ref = entity.entity_ref();
    let body = html! {
        (layout::heading(&t.text("nav-docs"), entity.title().unwrap_or(entity_ref.name()), html! {}))
        section.banner data-tone="bad" role="alert" {
            (Icon::Warning) div { p.banner-title { (t.text("docs-unreadable")) } p.wrap { (error) } }
            a.button href=(urls::entity(&entity_ref)) { (t.text("docs-to-entity")) }
        }
    };
    layout::page(ctx, &t.text("nav-docs"), body)
}

fn show(
    ctx: &Ctx,
    entity_ref: &EntityRef,
    labels: &Labels,
    site: &Site,
    page: &Page,
    navigation: &[NavEntry],
) -> Markup {
    let t = ctx.t();
    let base = address(entity_ref);
    let site_name = &site.config().site_name;
    let title = if page.title == *site_name { page.title.clone() } else { format!("{} · {site_name}", page.title) };
    let body = html! {
        div.docs {
            nav.docs-nav aria-label=(t.text("docs-nav")) {
                details.docs-fold open {
                    summary { span.docs-site { bdi { (site_name) } } }
                    (entries(&base, page, navigation))
                    p.docs-of { (entity_link(t, entity_ref, labels)) }
                }
            }
            article.docs-page {
                @if let Some(href) = page.edit_url.as_deref().and_then(urls::external) {
                    a.docs-edit.quiet-link href=(href) rel="noreferrer" { (Icon::Edit) (t.text("docs-edit")) }
                }
                // Cleaned of all that runs.
                (PreEscaped(page.html(&Sanitizer::default())))
                (turn(t, &base, page))
            }
            @let headings = below_title(&page.toc);
            @if !headings.is_empty() {
                aside.docs-outline aria-label=(t.text("docs-outline")) {
                    p.eyebrow { (t.text("docs-outline")) }
                    (outline(&headings))
                }
            }
        }
    };
    layout::page(ctx, &title, body)
}

fn entries(base: &str, page: &Page, entries_of: &[NavEntry]) -> Markup {
    html! {
        ul {
            @for entry in entries_of {
                li {
                    @match entry {
                        NavEntry::Page(link) => {
                            a href={ (base) (link.url) } aria-current=[(link.url == page.url).then_some("page")] { bdi { (link.title) } }
                        }
                        NavEntry::Section { title, children } => {
                            details open[holds(children, page)] { summary { bdi { (title) } } (entries(base, page, children)) }
                        }
                        NavEntry::Link { title, url } => {
                            @match urls::external(url) {
                                Some(href) => { a href=(href) rel="noreferrer" { bdi { (title) } " " (Icon::External) } }
                                None => { span { bdi { (title) } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether a page stands in a part of the navigation.
fn holds(entries: &[NavEntry], page: &Page) -> bool {
    entries.iter().any(|entry| match entry {
        NavEntry::Page(link) => link.url == page.url,
        NavEntry::Section { children, .. } => holds(children, page),
        NavEntry::Link { .. } => false,
    })
}

/// The headings below the page's title.
fn below_title(headings: &[Heading]) -> Vec<&Heading> {
    match headings {
        [only] if only.level == 1 => only.children.iter().collect(),
        several => several.iter().collect(),
    }
}

fn outline(headings: &[&Heading]) -> Markup {
    html! {
        ul {
            @for heading in headings {
                li {
                    // Text with its entities, and no elements.
                    a href={ "#" (heading.id) } { (PreEscaped(Sanitizer::default().clean(&heading.title))) }
                    @let below: Vec<&Heading> = heading.children.iter().collect();
                    @if !below.is_empty() { (outline(&below)) }
                }
            }
        }
    }
}

fn turn(t: Messages, base: &str, page: &Page) -> Markup {
    let link = |to: &PageLink, key: &str, rel: &str| {
        html! { a rel=(rel) href={ (base) (to.url) } { span.quiet { (t.text(key)) } bdi { (to.title) } } }
    };
    html! {
        @if page.previous.is_some() || page.next.is_some() {
            nav.docs-turn aria-label=(t.text("docs-turn")) {
                @if let Some(to) = &page.previous { (link(to, "docs-previous", "prev")) } @else { span {} }
                @if let Some(to) = &page.next { (link(to, "docs-next", "next")) }
            }
        }
    }
}
