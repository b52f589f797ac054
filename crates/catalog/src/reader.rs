//! Every read of the catalog goes through here, and each takes a [`ReadScope`].

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::sync::Arc;

use bytes::Bytes;
use model::{EntityRef, ReadScope, fields::FieldSet, filter::Predicate};
use parking_lot::RwLock;
use store::CatalogStore;
use uuid::Uuid;

use crate::bodies::{Bodies, Found, deliver};
use crate::history::Past;
use crate::index::{Head, Index, Item, Order, Position};
use crate::memo::Memo;
use crate::query::*;

type Result<T> = std::result::Result<T, QueryError>;

/// Entities that are named in one go.
const NAMES_AT_ONCE: usize = 256;

/// What full text looks at when neither fields nor an order are named.
const DEFAULT_TEXT_FIELD: &str = "metadata.uid";

/// Answers reads from the index; large bodies are fetched from the store when asked for. Cheap to clone.
#[derive(Clone)]
pub struct CatalogReader {
    index: Arc<RwLock<Index>>,
    bodies: Bodies,
    memo: Arc<Memo>,
    past: Arc<Past>,
}

impl CatalogReader {
    /// A reader of what an index shows; the store has the large texts.
    pub fn of(index: Arc<RwLock<Index>>, store: Arc<dyn CatalogStore>) -> Self {
        Self::new(index, Bodies::Now(store))
    }

    pub(crate) fn new(index: Arc<RwLock<Index>>, bodies: Bodies) -> Self {
        Self { index, bodies, memo: Arc::default(), past: Arc::default() }
    }

    pub(crate) fn store(&self) -> &Arc<dyn CatalogStore> {
        self.bodies.store()
    }

    pub(crate) fn past(&self) -> &Arc<Past> {
        &self.past
    }

    /// Whether there is such an entity to see.
    pub fn sees(&self, scope: &ReadScope, entity_ref: &EntityRef) -> bool {
        self.index.read().visible_number_of(entity_ref, scope).is_some()
    }

    /// Increases with every change that any read may show: two reads between which it stayed show the same. Taken before
    /// a read, it is never newer than what the read shows. It starts anew with each process.
    pub fn generation(&self) -> u64 {
        self.index.read().generation()
    }

    /// One page in an order, with cursors both ways.
    pub async fn page(&self, scope: &ReadScope, request: &PageRequest) -> Result<Page> {
        let cursor = request.cursor.as_deref().map(Cursor::decode).transpose()?;
        let is_first = cursor.is_none();
        let cursor = cursor.unwrap_or_else(|| Cursor::first(request));
        let (found, mut page) = self.find_page(&self.index.read(), scope, request, cursor, is_first);
        page.items = self.deliver(found, request.fields.as_ref()).await?;
        Ok(page)
    }

    /// The page without its items, and where those are.
    fn find_page(
        &self,
        index: &Index,
        scope: &ReadScope,
        request: &PageRequest,
        mut cursor: Cursor,
        is_first: bool,
    ) -> (Vec<Found>, Page) {
        let order_field = cursor.order();
        let key = order_field.as_ref().map(|order| order.key.as_str());
        let mut selection = index.select(scope, cursor.predicate.as_ref());
        let text = cursor.full_text_filter.as_ref().filter(|text| !text.term.trim().is_empty());
        let like = text.map(TextFilter::pattern);
        let mut containing = None;
        if let (Some(text), Some(like)) = (text, &like) {
            let default = || vec![key.unwrap_or(DEFAULT_TEXT_FIELD).to_owned()];
            let fields = text.fields.as_ref().map(|fields| fields.iter().map(|field| field.to_lowercase()).collect());
            let fields: Vec<String> = fields.unwrap_or_else(default);
            selection = std::borrow::Cow::Owned(index.containing(selection, &fields, like));
            // Looked for in the sort field alone, it decides which values of an entity have a place.
            containing = (fields.len() == 1 && Some(fields[0].as_str()) == key).then_some(like);
        }
        let descending = order_field.as_ref().is_some_and(|order| order.descending);
        if is_first && request.count {
            cursor.total_items = index.ordered(&selection, key);
        }
        let after = cursor.order_field_values.as_ref().map(|(value, id)| Position { value: value.as_deref(), id: *id });
        // Going back is going forward in the opposite order.
        let mut order = Order { key, descending: descending != cursor.is_previous, containing, passed: 0 };
        let begins = key.filter(|_| is_first && text.is_none());
        let beginning = begins.map(|key| (scope.clone(), cursor.predicate.clone(), key.to_owned(), order.descending));
        if let Some(beginning) = &beginning {
            order.passed = self.memo.passed(index.generation(), beginning);
        }
        // One item more tells whether there is a next page; when going back, there is: the page we came from.
        let extra = usize::from(!cursor.is_previous && request.limit > 0);
        let skip = if is_first { request.offset } else { 0 };
        let walk = index.walk(&selection, order, after, skip, request.limit.saturating_add(extra));
        if let (Some(beginning), Some(passed)) = (beginning, walk.passed)
            && passed > order.passed
        {
            self.memo.keep_passed(index.generation(), beginning, passed);
        }
        let mut items = walk.items;
        let more = cursor.is_previous || items.len() > request.limit;
        items.truncate(request.limit);
        if cursor.is_previous {
            items.reverse();
        }
        let place = |item: &Item<'_>| -> Place { (item.value.map(str::to_owned), index.id_of(item.number)) };
        let mut page = Page { total: cursor.total_items, ..Page::default() };
        if let (Some(first), Some(last)) = (items.first().map(place), items.last().map(place)) {
            let origin = cursor.first_sort_field_values.clone().unwrap_or_else(|| first.clone());
            let go = |place: Place, is_previous: bool| {
                let mut cursor = cursor.clone();
                cursor.order_field_values = Some(place);
                cursor.first_sort_field_values = Some(origin.clone());
                cursor.is_previous = is_previous;
                cursor.encode()
            };
            page.next_cursor = more.then(|| go(last, false));
            page.previous_cursor = (!is_first && first != origin).then(|| go(first, true));
        }
        (items.iter().filter_map(|item| Found::at(index, item.number)).collect(), page)
    }

    /// The older list; without limit and offset it answers everything.
    pub async fn list(&self, scope: &ReadScope, request: &ListRequest) -> Result<List> {
        let (found, more) = {
            let index = self.index.read();
            let selection = index.select(scope, request.predicate.as_ref());
            let (numbers, more) = if request.limit.is_none() && request.offset.is_none() {
                let key = request.order.first().map(|order| order.key.to_lowercase());
                let descending = request.order.first().is_some_and(|order| order.descending);
                let order = Order { key: key.as_deref(), descending, containing: None, passed: 0 };
                let items = index.walk(&selection, order, None, 0, usize::MAX).items;
                (items.into_iter().map(|item| item.number).collect(), false)
            } else {
                let offset = request.offset.unwrap_or(0);
                let end = offset.saturating_add(request.limit.unwrap_or(usize::MAX));
                let mut numbers = listed(&index, selection.iter().collect(), &request.order, end);
                let more = numbers.len() > end;
                numbers.truncate(end);
                numbers.drain(..offset.min(numbers.len()));
                (numbers, more)
            };
            (numbers.into_iter().filter_map(|number| Found::at(&index, number)).collect(), more)
        };
        Ok(List { items: self.deliver(found, request.fields.as_ref()).await?, more })
    }

    pub async fn by_ref(&self, scope: &ReadScope, entity_ref: &EntityRef) -> Result<Option<EntityHit>> {
        let found = {
            let index = self.index.read();
            index.visible_number_of(entity_ref, scope).and_then(|number| Found::at(&index, number))
        };
        self.hit(found).await
    }

    pub async fn by_uid(&self, scope: &ReadScope, uid: Uuid) -> Result<Option<EntityHit>> {
        let found = {
            let index = self.index.read();
            let number = index.number_of_id(uid).filter(|number| index.is_visible(*number, scope));
            number.and_then(|number| Found::at(&index, number))
        };
        self.hit(found).await
    }

    /// Entities in the order of the references; `None` where there is none, it is hidden, or `predicate` is false.
    pub async fn by_refs(
        &self,
        scope: &ReadScope,
        refs: &[String],
        predicate: Option<&Predicate>,
        fields: Option<&FieldSet>,
    ) -> Result<Vec<Option<Bytes>>> {
        let found: Vec<Option<Found>> = {
            let index = self.index.read();
            let predicate = predicate.map(|predicate| index.resolved(predicate, scope));
            let find = |text: &String| {
                let number = index.visible_number_of(&EntityRef::parse_full(text).ok()?, scope)?;
                let meant = predicate.as_ref().is_none_or(|predicate| index.holds(number, predicate));
                if meant { Found::at(&index, number) } else { None }
            };
            refs.iter().map(find).collect()
        };
        let there: Vec<bool> = found.iter().map(Option::is_some).collect();
        let mut items = self.deliver(found.into_iter().flatten().collect(), fields).await?.into_iter();
        Ok(there.into_iter().map(|there| if there { items.next() } else { None }).collect())
    }

    /// The entity, then what emitted it, and so on up; `None` when there is no such entity to see.
    pub async fn ancestry(&self, scope: &ReadScope, entity_ref: &EntityRef) -> Result<Option<Vec<Ancestor>>> {
        let found: Vec<Found> = {
            let index = self.index.read();
            index.ancestors(entity_ref, scope).into_iter().filter_map(|number| Found::at(&index, number)).collect()
        };
        if found.is_empty() {
            return Ok(None);
        }
        // Each is the parent of the one before it.
        let mut parents: Vec<Vec<EntityRef>> = found[1..].iter().map(|found| vec![found.entity_ref.clone()]).collect();
        parents.push(Vec::new());
        let bodies = self.deliver(found, None).await?;
        Ok(Some(bodies.into_iter().zip(parents).map(|(json, parents)| Ancestor { json, parents }).collect()))
    }

    /// How many entities have which value of each key.
    pub fn facets(&self, scope: &ReadScope, keys: &[String], predicate: Option<&Predicate>) -> Facets {
        let index = self.index.read();
        let selection = OnceCell::new();
        let count = |key: &str| index.facet(selection.get_or_init(|| index.select(scope, predicate)), key);
        let counts = |key: &String| self.memo.counts(index.generation(), scope, predicate, key, || count(key));
        keys.iter().map(|key| (key.clone(), counts(key))).collect()
    }

    /// The values of one key with how many entities have them, and for each the same of another key: how many of which type there
    /// are of each kind, for instance.
    pub fn facets_by(
        &self,
        scope: &ReadScope,
        outer: &str,
        inner: &str,
        predicate: Option<&Predicate>,
    ) -> Vec<(FacetValue, Vec<FacetValue>)> {
        let index = self.index.read();
        index.facets_by(&index.select(scope, predicate), outer, inner)
    }

    /// What fails with an entity; `None` when there is no such entity to see.
    pub fn impact(&self, scope: &ReadScope, request: &ImpactRequest) -> Option<Impact> {
        let mut impact = self.index.read().impact(scope, request)?;
        let refs: Vec<EntityRef> = impact.items.iter().map(|item| item.entity_ref.clone()).collect();
        for (item, name) in impact.items.iter_mut().zip(self.names(scope, &refs)) {
            item.name = name;
        }
        Some(impact)
    }

    /// Who belongs to a group, directly and through the groups below it.
    pub fn membership(&self, scope: &ReadScope, group: &EntityRef) -> Membership {
        self.index.read().membership(scope, group)
    }

    /// What somebody owns things as: these, and the groups above them.
    pub fn owners(&self, scope: &ReadScope, own: &[EntityRef]) -> Vec<EntityRef> {
        self.index.read().owners(scope, own)
    }

    /// The groups somebody is in and those above, nearest first, with the group below by which each was reached. It looks at
    /// the whole catalog: it says what somebody may see, not what is seen.
    pub fn groups_of(&self, member: &EntityRef, max_depth: Option<usize>) -> Vec<(EntityRef, Option<EntityRef>)> {
        self.index.read().groups_of(member, max_depth)
    }

    /// How many entities match.
    pub fn count(&self, scope: &ReadScope, predicate: Option<&Predicate>) -> u64 {
        self.index.read().select(scope, predicate).len()
    }

    /// The relation graph around some entities.
    pub fn graph(&self, scope: &ReadScope, request: &GraphRequest) -> Graph {
        self.index.read().graph(scope, request)
    }

    /// What entities are called, in the order of the references; `None` for what is not there or hidden.
    pub fn names(&self, scope: &ReadScope, refs: &[EntityRef]) -> Vec<Option<EntityName>> {
        let mut names = Vec::with_capacity(refs.len());
        // Whoever writes need not wait for a long list.
        for part in refs.chunks(NAMES_AT_ONCE) {
            let index = self.index.read();
            let name = |entity_ref| index.name_of(index.visible_number_of(entity_ref, scope)?);
            names.extend(part.iter().map(name));
        }
        names
    }

    /// Entities whose name or title has the text: exact name first, then prefix, then anywhere.
    pub fn suggest(&self, scope: &ReadScope, text: &str, limit: usize) -> Vec<Suggestion> {
        self.index.read().suggest(scope, text, limit)
    }

    async fn deliver(&self, found: Vec<Found>, fields: Option<&FieldSet>) -> Result<Vec<Bytes>> {
        deliver(&self.bodies, found, fields).await
    }

    async fn hit(&self, found: Option<Found>) -> Result<Option<EntityHit>> {
        let Some(found) = found else { return Ok(None) };
        let entity_ref = found.entity_ref.clone();
        let etag = Head::of(&found.body.json).names().etag.unwrap_or_default();
        let json = self.deliver(vec![found], None).await?.pop();
        Ok(json.map(|json| EntityHit { json, etag, entity_ref }))
    }
}

/// Numbers in the order of the older list, at least those before `end` and one more in their places.
///
/// Entities that lack a field come behind those that have it, in both directions; ids decide among equals. Without an
/// order it is the order of references. Fields are looked up as written, so one in upper case orders nothing. With one
/// field, an entity stands in the place of each of its values; with several, only in that of the first.
fn listed(index: &Index, mut numbers: Vec<u32>, order: &[OrderField], end: usize) -> Vec<u32> {
    if order.is_empty() {
        sort_head(&mut numbers, end, |a, b| index.ref_of(*a).cmp(&index.ref_of(*b)));
        return numbers;
    }
    let keys: Vec<(&str, bool)> = order.iter().map(|field| (field.key.as_str(), field.descending)).collect();
    let mut places: Vec<(Vec<Option<&str>>, u32)> = Vec::with_capacity(numbers.len());
    for number in numbers {
        if let [(key, _)] = keys[..] {
            let before = places.len();
            places.extend(index.values(number, key).map(|value| (vec![Some(value)], number)));
            if places.len() == before {
                places.push((vec![None], number));
            }
        } else {
            places.push((keys.iter().map(|(key, last)| index.value_of(number, key, *last)).collect(), number));
        }
    }
    sort_head(&mut places, end, |(a, a_number), (b, b_number)| {
        let fields = a.iter().zip(b).zip(&keys).map(|((a, b), (_, descending))| match (a, b) {
            (Some(a), Some(b)) if *descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
        fields.fold(Ordering::Equal, Ordering::then).then(a_number.cmp(b_number))
    });
    places.into_iter().map(|(_, number)| number).collect()
}

/// Sorts what comes before `end`; what is behind keeps any order.
fn sort_head<T>(items: &mut [T], end: usize, compare: impl Fn(&T, &T) -> Ordering + Copy) {
    if end < items.len() {
        items.select_nth_unstable_by(end, compare);
        items[..end].sort_unstable_by(compare);
    } else {
        items.sort_unstable_by(compare);
    }
}
