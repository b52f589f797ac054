//! A made-up catalog with the mix and the degrees of a typical organisation: 70 % Component, 10 % API, 10 % Resource,
//! 4 % System, 4 % User, 1 % Domain, 1 % Group; each entity with title, description, labels, tags, annotations and a link,
//! each component with an owner, a system, one provided and one consumed API and two dependencies.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A file is full with so many entities or bytes.
const PER_FILE: usize = 1000;
const BYTES_PER_FILE: usize = 4 << 20;

/// What to make.
pub struct Shape {
    pub entities: usize,
    pub seed: u64,
    /// Bytes of each API definition.
    pub definition: usize,
    /// Few groups, systems and APIs have most of the relations, most users are in one group, and definitions have 5 to
    /// 200 kB, as in large organisations; otherwise everything is spread evenly.
    pub skewed: bool,
}

/// The numbers of each kind.
struct Counts {
    apis: usize,
    resources: usize,
    systems: usize,
    users: usize,
    domains: usize,
    groups: usize,
    components: usize,
}

impl Counts {
    fn of(entities: usize) -> Self {
        let share = |percent: usize| (entities * percent / 100).max(1);
        let (apis, resources, systems, users) = (share(10), share(10), share(4), share(4));
        let (domains, groups) = (share(1), share(1));
        let components = entities.saturating_sub(apis + resources + systems + users + domains + groups);
        Self { apis, resources, systems, users, domains, groups, components }
    }
}

/// SplitMix64: small, seeded, the same everywhere.
/// The same numbers for the same seed.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// Like [`Random::below`]; skewed, most of it falls on the first few.
    fn target(&mut self, limit: usize, skewed: bool) -> usize {
        let number = self.below(limit);
        if skewed { (number as f64 * (number as f64 / limit as f64).powi(3)) as usize } else { number }
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const WORDS: &[&str] = &[
    "billing", "orders", "search", "mail", "stock", "route", "price", "seat", "track", "media", "claims", "audit",
    "pay", "ship", "plan", "risk",
];
const TAGS: &[&str] =
    &["java", "go", "rust", "python", "typescript", "kotlin", "tier-1", "tier-2", "batch", "public", "pci", "gdpr"];

/// Writes the catalog: `catalog-info.yaml` names the files beside it.
pub fn catalog(folder: &Path, shape: &Shape) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let counts = Counts::of(shape.entities);
    let mut random = Random(shape.seed);
    let mut documents = Vec::with_capacity(PER_FILE);
    let mut files = 0;
    let mut flush = |documents: &mut Vec<String>, force: bool| -> Result<()> {
        let is_full = documents.len() >= PER_FILE || documents.iter().map(String::len).sum::<usize>() >= BYTES_PER_FILE;
        if is_full || (force && !documents.is_empty()) {
            fs::write(folder.join(format!("part-{files:05}.yaml")), documents.join("---\n"))?;
            files += 1;
            documents.clear();
        }
        Ok(())
    };
    let kinds: [(&str, usize); 7] = [
        ("Domain", counts.domains),
        ("Group", counts.groups),
        ("User", counts.users),
        ("System", counts.systems),
        ("API", counts.apis),
        ("Resource", counts.resources),
        ("Component", counts.components),
    ];
    for (kind, count) in kinds {
        for number in 0..count {
            documents.push(entity(kind, number, &counts, shape, &mut random));
            flush(&mut documents, false)?;
        }
    }
    flush(&mut documents, true)?;
    fs::write(
        folder.join("catalog-info.yaml"),
        "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: generated}\nspec: {targets: [./part-*.yaml]}\n",
    )?;
    Ok(())
}

fn entity(kind: &str, number: usize, counts: &Counts, shape: &Shape, random: &mut Random) -> String {
    let name = format!("{}-{number}", kind.to_lowercase());
    let (first, second) = (random.pick(WORDS), random.pick(WORDS));
    let mut text = format!(
        "apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n  title: {first} {second} {number}\n  \
         description: The {kind} that looks after {first} for {second}, number {number} of its kind\n  \
         labels: {{tier: t{}, region: r{}}}\n  tags: [{}, {first}]\n  annotations:\n    \
         example.com/slug: org/{first}-{number}\n    example.com/dashboard: d{}\n  links:\n    \
         - {{url: 'https://example.com/{kind}/{number}', title: Dashboard}}\nspec:\n",
        random.below(4),
        random.below(6),
        random.pick(TAGS),
        random.below(1000),
    );
    let skewed = shape.skewed;
    let group = random.target(counts.groups, skewed);
    let system = random.target(counts.systems, skewed);
    let lifecycle = random.pick(&["production", "production", "production", "experimental", "deprecated"]);
    // Writing to a String cannot fail.
    let _ = match kind {
        "Domain" => writeln!(text, "  owner: group-{group}"),
        "Group" => {
            let parent =
                if number == 0 { String::new() } else { format!("\n  parent: group-{}", random.below(number)) };
            writeln!(text, "  type: team\n  children: []{parent}")
        }
        "User" => {
            let other = if skewed { 0 } else { random.below(counts.groups) };
            writeln!(
                text,
                "  profile: {{displayName: Person {number}, email: p{number}@example.com}}\n  memberOf: [group-{group}, group-{other}]"
            )
        }
        "System" => writeln!(text, "  owner: group-{group}\n  domain: domain-{}", random.below(counts.domains)),
        "API" => {
            let bytes = if skewed { 5_000 << (random.below(5333) / 1000) } else { shape.definition };
            let body = "x".repeat(bytes.saturating_sub(60));
            writeln!(
                text,
                "  type: openapi\n  lifecycle: {lifecycle}\n  owner: group-{group}\n  system: system-{system}\n  \
                 definition: 'openapi: 3.1.0, info: {{title: {name}}}, x: {body}'"
            )
        }
        "Resource" => {
            let kind = random.pick(&["database", "bucket", "queue", "cluster"]);
            writeln!(text, "  type: {kind}\n  owner: group-{group}\n  system: system-{system}")
        }
        _ => {
            let kind = random.pick(&["service", "service", "library", "website"]);
            writeln!(
                text,
                "  type: {kind}\n  lifecycle: {lifecycle}\n  owner: group-{group}\n  system: system-{system}\n  \
                 providesApis: [api-{}]\n  consumesApis: [api-{}]\n  dependsOn: [resource:resource-{}, component:component-{}]",
                random.target(counts.apis, skewed),
                random.target(counts.apis, skewed),
                random.target(counts.resources, skewed),
                random.below(counts.components),
            )
        }
    };
    text
}
