//! A catalog list made ready to show: facets with counts, one page of rows, and what its references are called.

use std::sync::Arc;

use catalog::{CatalogReader, FacetValue, OrderField, PageRequest, QueryError};
use model::filter::Predicate;
use model::{EntityRef, ReadScope};

use super::entity::EntityView;
use super::kinds::{self, Column};
use super::labels::Labels;
use super::list_query::{Facet, ListQuery, Shown};
use crate::request::Ctx;

/// Fields the text filter looks in.
const TEXT_FIELDS: [&str; 4] = ["metadata.name", "metadata.title", "metadata.description", "spec.profile.displayname"];
/// Values of a facet that are listed; chosen ones always are.
const MAX_FACET_VALUES: usize = 50;

/// One value of a facet.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    /// The value in words; the title of an entity where the value is a reference.
    pub label: String,
    pub count: u64,
    pub chosen: bool,
}

/// A list, ready to show.
pub struct Listing {
    pub query: ListQuery,
    pub columns: Vec<Column>,
    pub kinds: Vec<FacetValue>,
    pub facets: Vec<(Facet, Vec<Choice>)>,
    /// How many of the kind are everybody's, mine and starred, in the order of [`Shown::EACH`].
    pub shown: [u64; 3],
    pub with_problems: u64,
    pub orphans: u64,
    pub rows: Vec<EntityView>,
    pub labels: Labels,
    pub total: u64,
}

impl Listing {
    /// Reads everything the list page shows.
    pub async fn read(
        reader: &CatalogReader,
        ctx: &Ctx,
        query: ListQuery,
        problematic: &[EntityRef],
    ) -> Result<Self, QueryError> {
        let scope = ctx.scope();
        let narrow = Narrow { query: &query, ctx, problematic };
        let count = |predicate: Predicate| reader.count(&scope, Some(&predicate));
        let plain = ListQuery { shown: Shown::All, ..query.clone() };
        let shown = Shown::EACH.map(|shown| {
            let query = ListQuery { shown, ..plain.clone() };
            count(Narrow { query: &query, ..narrow }.predicate(None))
        });
        let with_problems = match query.problems {
            _ if problematic.is_empty() => 0,
            true => count(narrow.predicate(None)),
            false => count(Predicate::All(vec![narrow.predicate(None), any_of(problematic)])),
        };
        let orphans = count(Predicate::All(vec![narrow.predicate(None), orphan()]));
        let any_kind = ListQuery { kind: None, ..query.clone() };
        let kinds = count_kinds(reader, &scope, Some(&Narrow { query: &any_kind, ..narrow }.predicate(None)));
        let counted = count_facets(reader, &scope, narrow).into_iter();
        let counted: Vec<_> = counted.map(|(facet, values)| (facet, most_frequent(&query, facet, &values))).collect();
        let (rows, total) = read_rows(reader, &scope, narrow, query.limit).await?;

        let facet_refs = counted.iter().filter(|(facet, _)| facet.holds_refs()).flat_map(|(_, values)| values);
        let facet_refs = facet_refs.filter_map(|value| EntityRef::parse_full(&value.value).ok());
        let labels = Labels::read(reader, &scope, rows.iter().flat_map(row_refs).chain(facet_refs).collect());
        let facets =
            counted.into_iter().map(|(facet, values)| (facet, choices(&query, facet, values, &labels))).collect();
        let columns = ctx.faces.columns(query.kind.as_deref()).to_vec();
        Ok(Self { columns, kinds, facets, shown, with_problems, orphans, rows, labels, total, query })
    }
}

/// The rows of a list and their number, for pages and exports alike: from the query's page on, at most `limit`.
///
/// The catalog leaves out of an order what lacks the field (contract catalog.md section 9.1); a list must not lose
/// entities because of its order, so those come after the others, by name.
pub async fn read_rows(
    reader: &CatalogReader,
    scope: &ReadScope,
    narrow: Narrow<'_>,
    limit: usize,
) -> Result<(Vec<EntityView>, u64), QueryError> {
    let query = narrow.query;
    let predicate = narrow.predicate(None);
    let columns = narrow.ctx.faces.columns(query.kind.as_deref());
    let sorted = columns.iter().find(|column| column.name() == query.sort).and_then(|column| column.sort_key());
    let key = sorted.as_deref().unwrap_or("metadata.name");
    let fields = kinds::list_fields(columns);
    let request = |predicate: Predicate, key: &str, descending: bool, offset: usize, limit: usize| PageRequest {
        cursor: None,
        predicate: Some(predicate),
        text: None,
        order: Some(OrderField { key: key.to_owned(), descending }),
        limit,
        offset,
        count: true,
        fields: fields.clone(),
    };
    let offset = (query.page - 1).saturating_mul(query.limit);
    let having = Predicate::All(vec![predicate.clone(), Predicate::Exists(key.into())]);
    let first = reader.page(scope, &request(having, key, query.descending, offset, limit)).await?;
    let (mut items, mut total) = (first.items, first.total);
    if key != "metadata.name" {
        let lacking = Predicate::All(vec![predicate, Predicate::Not(Box::new(Predicate::Exists(key.into())))]);
        let before = usize::try_from(total).unwrap_or(usize::MAX);
        let room = limit - items.len().min(limit);
        // A page that is full already needs the count alone.
        let rest = request(lacking, "metadata.name", false, offset.saturating_sub(before), room.max(1));
        let rest = reader.page(scope, &rest).await?;
        total += rest.total;
        items.extend(rest.items.into_iter().take(room));
    }
    Ok((items.iter().filter_map(|json| EntityView::parse(json)).collect(), total))
}

/// What a list leaves in.
#[derive(Clone, Copy)]
pub struct Narrow<'a> {
    pub query: &'a ListQuery,
    pub ctx: &'a Ctx,
    /// Entities with processing problems: status is not among the search rows (contract catalog.md section 7.1).
    pub problematic: &'a [EntityRef],
}

impl Narrow<'_> {
    /// Everything the address asks for, leaving out one facet where its own counts are wanted.
    pub fn predicate(self, but: Option<Facet>) -> Predicate {
        let query = self.query;
        let mut all = Vec::new();
        if let Some(kind) = &query.kind {
            all.push(Predicate::In("kind".into(), vec![kind.as_str().into()]));
        }
        for facet in Facet::EACH.into_iter().filter(|facet| Some(*facet) != but) {
            let values = query.values(facet);
            if !values.is_empty() {
                let values = values.iter().map(|value| value.to_lowercase().into_boxed_str()).collect();
                all.push(Predicate::In(query.key_of(facet).into(), values));
            }
        }
        match query.shown {
            Shown::All => {}
            Shown::Owned => {
                let mine = self.ctx.viewer.as_ref().map(|viewer| viewer.owners.as_slice()).unwrap_or_default();
                let mine = mine.iter().map(|owner| owner.as_str().into()).collect();
                all.push(Predicate::In("relations.ownedby".into(), mine));
            }
            Shown::Starred => all.push(any_of(self.ctx.stars.iter())),
        }
        if query.problems {
            all.push(any_of(self.problematic));
        }
        if query.orphans {
            all.push(orphan());
        }
        if !query.text.is_empty() {
            let fields = TEXT_FIELDS.map(Box::from).to_vec();
            all.push(Predicate::Contains(fields, query.text.trim().to_lowercase().into()));
        }
        Predicate::All(all)
    }
}

fn orphan() -> Predicate {
    let key = format!("metadata.annotations.{}", model::entity::ORPHAN);
    Predicate::In(key.into_boxed_str(), vec!["true".into()])
}

/// These entities and no others.
pub fn any_of<'a>(refs: impl IntoIterator<Item = &'a EntityRef>) -> Predicate {
    let is = |key: &str, value: &str| Predicate::In(key.into(), vec![value.into()]);
    Predicate::Any(
        refs.into_iter()
            .map(|r| {
                Predicate::All(vec![
                    is("metadata.name", r.name()),
                    is("metadata.namespace", r.namespace()),
                    is("kind", r.kind()),
                ])
            })
            .collect(),
    )
}

/// Counts every facet as if it were not narrowed by itself, so that its other values can be chosen too.
fn count_facets(reader: &CatalogReader, scope: &ReadScope, narrow: Narrow<'_>) -> Vec<(Facet, Arc<[FacetValue]>)> {
    let chosen = |facet: &Facet| !narrow.query.values(*facet).is_empty();
    let unchosen: Vec<String> =
        Facet::EACH.iter().filter(|facet| !chosen(facet)).map(|facet| facet.row_key().to_owned()).collect();
    let mut counted = reader.facets(scope, &unchosen, Some(&narrow.predicate(None)));
    Facet::EACH
        .into_iter()
        .map(|facet| {
            let key = facet.row_key();
            let values = if chosen(&facet) {
                reader.facets(scope, &[key.to_owned()], Some(&narrow.predicate(Some(facet)))).pop()
            } else {
                counted.iter().position(|(counted, _)| counted == key).map(|at| counted.swap_remove(at))
            };
            (facet, values.map(|(_, values)| values).unwrap_or_default())
        })
        .collect()
}

/// As many values of a facet as a list offers: those chosen and the most frequent. An organisation has thousands of systems, and
/// only what is offered needs a name.
fn most_frequent(query: &ListQuery, facet: Facet, values: &[FacetValue]) -> Vec<FacetValue> {
    let chosen = |value: &FacetValue| query.has(facet, &value.value);
    let mut ranked: Vec<&FacetValue> = values.iter().collect();
    let offered = MAX_FACET_VALUES.max(query.values(facet).len());
    if ranked.len() > offered {
        let rank = |value: &&FacetValue| (std::cmp::Reverse((chosen(value), value.count)), value.value.clone());
        let order = |a: &&FacetValue, b: &&FacetValue| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value));
        if query.values(facet).is_empty() {
            ranked.select_nth_unstable_by(offered, order);
        } else {
            ranked.sort_by_cached_key(rank);
        }
        ranked.truncate(offered);
    }
    ranked.into_iter().cloned().collect()
}

/// The values of a facet, most frequent first; those chosen stay even when nothing has them any more.
fn choices(query: &ListQuery, facet: Facet, values: Vec<FacetValue>, labels: &Labels) -> Vec<Choice> {
    let label = |value: &str| match EntityRef::parse_full(value).ok().filter(|_| facet.holds_refs()) {
        Some(entity_ref) => labels.title(&entity_ref).to_owned(),
        None => value.to_owned(),
    };
    let mut choices: Vec<Choice> = values
        .into_iter()
        .map(|FacetValue { value, count }| Choice {
            label: label(&value),
            chosen: query.has(facet, &value),
            value,
            count,
        })
        .collect();
    for value in query.values(facet) {
        if !choices.iter().any(|choice| choice.value.eq_ignore_ascii_case(value)) {
            choices.push(Choice { label: label(value), value: value.clone(), count: 0, chosen: true });
        }
    }
    choices.sort_by(|a, b| {
        (b.chosen, b.count).cmp(&(a.chosen, a.count)).then_with(|| a.label.to_lowercase().cmp(&b.label.to_lowercase()))
    });
    choices
}

/// Facets keep the casing of authors; two casings of a kind are one kind.
fn merge_casings(values: &[FacetValue]) -> Vec<FacetValue> {
    let mut merged: Vec<FacetValue> = Vec::with_capacity(values.len());
    for value in values {
        match merged.iter_mut().find(|known| known.value.eq_ignore_ascii_case(&value.value)) {
            Some(known) => known.count += value.count,
            None => merged.push(value.clone()),
        }
    }
    merged
}

/// The references a row shows.
fn row_refs(entity: &EntityView) -> Vec<EntityRef> {
    let shown = ["ownedBy", "partOf", "childOf", "memberOf"];
    entity.relations().into_iter().filter(|r| shown.contains(&r.kind.as_str())).map(|r| r.target_ref).collect()
}

/// The kinds there are, as their authors write them.
pub fn all_kinds(reader: &CatalogReader, scope: &ReadScope) -> Vec<String> {
    count_kinds(reader, scope, None).into_iter().map(|kind| kind.value).collect()
}

/// How many entities there are of each kind.
pub fn count_kinds(reader: &CatalogReader, scope: &ReadScope, predicate: Option<&Predicate>) -> Vec<FacetValue> {
    let counted = reader.facets(scope, &["kind".to_owned()], predicate).pop();
    counted.map(|(_, values)| merge_casings(&values)).unwrap_or_default()
}
