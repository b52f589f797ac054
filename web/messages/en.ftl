# English

## Frame
skip-to-content = Skip to content
nav-main = Main
nav-open = Open menu
nav-home = Home
nav-catalog = Catalog
nav-apis = APIs
nav-graph = Graph
nav-search = Search
nav-settings = Settings
jump-placeholder = Search…
jump-label = Search the catalog
nav-admin = Administration
nav-support = Help
sidebar-narrow = Show icons alone
sidebar-wide = Show names
has-problems = has problems
read-on = Read on
see-all = See all
save = Save
none = None

## Palette and keys
palette-label = Go to
palette-placeholder = Search entities and pages…
palette-results = Results
palette-choose = choose
palette-open = open
palette-close = Close
palette-entities = Entities
palette-pages = Pages
palette-starred = Starred entities
palette-search = Search for “{ $text }”
keys-title = Keyboard
key-search = Search and go anywhere
key-palette = Command palette
key-filter = Filter the list
key-next = Next in the list
key-previous = Previous in the list
key-help = These keys

## Counting
count-entities =
    { $count ->
        [one] { $n } entity
       *[other] { $n } entities
    }
count-components =
    { $count ->
        [one] { $n } component
       *[other] { $n } components
    }
count-lines =
    { $count ->
        [one] { $n } line
       *[other] { $n } lines
    }
and-more =
    { $count ->
        [one] and { $n } more
       *[other] and { $n } more
    }
time-now = now
ago-seconds =
    { $count ->
        [one] { $n } second ago
       *[other] { $n } seconds ago
    }
ago-minutes =
    { $count ->
        [one] { $n } minute ago
       *[other] { $n } minutes ago
    }
ago-hours =
    { $count ->
        [one] { $n } hour ago
       *[other] { $n } hours ago
    }
ago-days =
    { $count ->
        [one] { $n } day ago
       *[other] { $n } days ago
    }
ago-months =
    { $count ->
        [one] { $n } month ago
       *[other] { $n } months ago
    }
ago-years =
    { $count ->
        [one] { $n } year ago
       *[other] { $n } years ago
    }
in-seconds =
    { $count ->
        [one] in { $n } second
       *[other] in { $n } seconds
    }
in-minutes =
    { $count ->
        [one] in { $n } minute
       *[other] in { $n } minutes
    }
in-hours =
    { $count ->
        [one] in { $n } hour
       *[other] in { $n } hours
    }
in-days =
    { $count ->
        [one] in { $n } day
       *[other] in { $n } days
    }
in-months =
    { $count ->
        [one] in { $n } month
       *[other] in { $n } months
    }
in-years =
    { $count ->
        [one] in { $n } year
       *[other] in { $n } years
    }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## Kinds
kind-component = Component
kind-api = API
kind-resource = Resource
kind-system = System
kind-domain = Domain
kind-group = Group
kind-user = User
kind-location = Location
kind-template = Template
kind-airesource = AI resource
kind-kinddefinition = Kind
kinds-component = Components
kinds-api = APIs
kinds-resource = Resources
kinds-system = Systems
kinds-domain = Domains
kinds-group = Groups
kinds-user = Users
kinds-location = Locations
kinds-template = Templates
kinds-airesource = AI resources
kinds-kinddefinition = Kinds
kinds-all = All kinds

## Relations, as the entity has them
relation-ownedBy = owned by
relation-ownerOf = owner of
relation-partOf = part of
relation-hasPart = has part
relation-providesApi = provides API
relation-apiProvidedBy = provided by
relation-consumesApi = consumes API
relation-apiConsumedBy = consumed by
relation-dependsOn = depends on
relation-dependencyOf = dependency of
relation-childOf = child of
relation-parentOf = parent of
relation-memberOf = member of
relation-hasMember = has member

## Catalog list
list-label = Entities
facets-title = Filters
facet-shown = Show
facet-kind = Kind
facet-type = Type
facet-lifecycle = Lifecycle
facet-owner = Owner
facet-nested = with groups within
facet-system = Part of
facet-tag = Tag
facet-namespace = Namespace
facet-health = Health
facet-problems = With problems
facet-orphans = Orphans
facet-text = Text
facet-more =
    { $count ->
        [one] { $n } more
       *[other] { $n } more
    }
shown-all = All
shown-owned = Owned by me
shown-starred = Starred
filter-label = Filter the list
filter-placeholder = Filter by name, title or description
filter-apply = Apply
chips-label = Active filters
chip-remove = Remove
chips-clear = Clear filters
column-name = Name
column-kind = Kind
column-type = Type
column-lifecycle = Lifecycle
column-owner = Owner
column-part-of = Part of
column-parent = Parent
column-member-of = Groups
column-email = Email
column-target = Target
column-tags = Tags
export = Export
pager-label = Pages
pager-range = { $first }–{ $last } of { $total }
pager-previous = Previous
pager-next = Next
star = Star
star-this = Star { $name }
star-all =
    { $count ->
        [one] Star it
       *[other] Star all { $n } here
    }
unstar-all =
    { $count ->
        [one] Take the star away
       *[other] Take all { $n } stars away
    }
starred = Starred
stars-full = This browser has no room for more stars. Remove one first.
empty-page = Nothing on this page
empty-page-what = The list has become shorter since this address was made.
empty-page-first = To the first page
empty-starred = No stars yet
empty-starred-what = Star what you use often and find it here.
empty-filtered = Nothing matches
empty-filtered-what = No entity has all of this at once.
empty-kind = No { $kind } yet
empty-kind-what = The catalog has entities of other kinds.
empty-kind-all = Show all kinds
empty-catalog = The catalog is empty
empty-catalog-what = Add a location to the configuration; what it describes appears here.

## Entity
tabs-label = Parts of this page
tab-overview = Overview
tab-relations = Relations
tab-graph = Graph
tab-source = Source
tab-inspect = Inspect
open-code = View code
actions = Actions
refresh = Read again
refresh-orphan = No source keeps this entity any more, so there is nothing to read again.
refresh-asked = Its source is being read again
refresh-asked-what = What changed shows when this page is loaded anew.
load-anew = Load anew
edit-source = Edit source
view-source = View source
inspect-entity = Inspect
copy-reference = Copy reference
copy-address = Copy address
copied = Copied
owner = Owner
part-of = Part of
details = Details
about = About
links = Links
relations = Relations
defined-in = Defined in
source-unknown = Unknown
missing-entity = not in the catalog
no-relations = No relations
no-relations-what = Nothing refers to this entity and it refers to nothing. Name its owner, system or dependencies in its source.
has-parts = Parts
no-parts = No parts yet
diagram = Diagram
provides-apis = Provides APIs
consumes-apis = Consumes APIs
providers = Providers
consumers = Consumers
definition = Definition
no-definition = This API has no definition.
apis-offered = APIs used by others
apis-used = APIs used of others
used-by = used by
provided-by = provided by
nobody-known = nobody known
targets = Targets
members = Members
no-members = No direct members
members-through = Members through sub-groups
through = through
parent-groups = Parent groups
subgroups = Sub-groups
groups = Groups
no-groups = In no group
owns = Owns
owns-through = Owns through groups
owns-nothing = Owns nothing yet

## Problems
problems-title = Problems
problems-count =
    { $count ->
        [one] { $n } problem
       *[other] { $n } problems
    }
problems-banner =
    { $count ->
        [one] This entity has a problem
       *[other] This entity has { $n } problems
    }
problems-inspect = Inspect
problems-all =
    { $count ->
        [one] See it
       *[other] See all { $n }
    }
orphan = Orphan
orphan-banner = Nothing keeps this entity any more
orphan-banner-what = The source that described it is gone or no longer names it.

## Source and inspect
provenance = Provenance
location = Location
origin = Registered as
last-read = Last read
read-problem = Last read failed
last-changed = Last changed
change-it = Change it
as-written = As written
as-written-what = What the source says
as-processed = As processed
as-processed-what = What readers see, with relations and status
processing = Processing
no-problems = Processed without problems
identity = Identity
reference = Reference
location-key = Location key
kept-alive-by = Kept by
provider = Provider
nobody-keeps = Nobody: it is an orphan
refresh-keys = Refreshed when these change
no-refresh-keys = Only its own source
changes = Changes
no-changes = No changes on record
change-created = Created
change-updated = Updated
change-deleted = Deleted
at-line = line { $line }
conflicts = Conflicts
conflicts-what = Other sources define this entity too; they were passed over.
stated-relations = Relations its source states
raw-json = Raw JSON
raw-json-what = As the API answers it

## Graph
graph-label = Relation graph
graph-depth = Steps
graph-explore = Open in the explorer
graph-what = Choose where to begin and how far to go.
graph-roots = Begin at
graph-draw = Draw
graph-no-roots = Where should it begin?
graph-no-roots-what = Write one or more entity references, or choose one of these.
graph-unread = “{ $text }” is no entity reference. Write kind:namespace/name.
graph-in-words = The same in words
graph-truncated =
    { $count ->
        [one] Only one entity is shown; there are more.
       *[other] Only the nearest { $n } entities are shown; there are more.
    }
graph-zoom-in = Zoom in
graph-zoom-out = Zoom out
graph-fit = Show all
graph-direction = Direction
direction-both = Both ways
direction-out = What it builds on
direction-in = What builds on it
graph-open = Show what { $name } relates to
graph-close = Hide what { $name } relates to

## Impact
tab-impact = Impact
impact-none = Nothing is known to depend on it
impact-none-what = No entity leads here through these relations. Choose others, or name dependencies in the entities that have them.
impact-show = Show
impact-all-the-way = All the way
impact-affected =
    { $count ->
        [one] { $n } entity would be affected.
       *[other] { $n } entities would be affected.
    }
impact-owners =
    { $count ->
        [0] Nobody owns them.
        [one] One owner to talk to.
       *[other] { $n } owners to talk to.
    }
impact-truncated = There are more than are followed.
impact-by = Divided by
impact-by-distance = By distance
impact-by-owner = By owner
impact-in-files = The files have them all.
impact-unowned = Without owner
impact-steps =
    { $count ->
        [one] One step away
       *[other] { $n } steps away
    }
graph-impact = What depends on { $name }

## Home and search
home-search = Search by name, title or description
home-mine = Mine
home-mine-none = Nothing names you or your groups as owner.
home-groups = My groups
home-catalog = In the catalog
home-no-groups = You are in no group of the catalog.
home-problems = Needs care
recent = Recent
search-empty = What are you looking for?
search-empty-what = Entities are found by name and title, exact names first.
search-nothing = Nothing found
search-nothing-what = No entity has this in its name or title. The catalog list also looks in descriptions.
search-found =
    { $count ->
        [one] { $n } result
       *[other] { $n } results
    }
search-in-catalog = Look in the catalog list

## Settings and sign-in
profile = Profile
signed-in-as = Signed in as
my-groups = Groups
my-groups-none = None
my-groups-what = Ownership follows from your user entity in the catalog and the groups it names.
appearance = Appearance and language
theme = Theme
theme-system = As the system
theme-light = Light
theme-dark = Dark
language = Language
sign-in = Sign in
sign-out = Sign out
sign-in-title = Sign in to { $name }
sign-in-with = Sign in with { $provider }
sign-in-not-done = You were not signed in
sign-in-guest = Enter as guest
sign-in-guest-what = Guests see everything the catalog has. For trials and development.
session-ended = Your session is over
session-ended-what = Sign in again; you will be back where you were.
sign-in-failed = Sign-in is not possible
sign-in-none-what = An administrator can set up a way to sign in under auth.providers in the configuration.

## Errors
error-no-page = There is no page here
error-no-page-what = The address may be mistyped, or the page may have moved.
error-no-entity = No such entity
error-no-entity-what = The catalog has no entity of this name that you may see. It may have been renamed or removed at its source.
error-hidden = This entity cannot be shown yet
error-hidden-what = Its source was read, but something in it must be corrected first:
error-foreign-form = This form came from another site
error-foreign-form-what = To protect you it was not carried out. Open the page here and try again.
error-bad-request = This cannot be done
error-bad-request-what = Something in the request is not as it must be:
error-not-allowed = You may not do this
error-not-allowed-what = What this page is for is not among what your roles allow. The reason is below, for whoever looks after access here.
error-broken = Something failed on our side
error-broken-what = It is not yours to fix. Try again; if it stays, quote the id below to the people who run this portal.
error-request-id = Request
error-to-catalog = To the catalog
error-to-search = Search

## Administration
admin-tab-problems = Problems
admin-tab-sources = Sources
admin-tab-kinds = Kinds
kinds-what = What entities of each kind must look like. Kinds of your own are defined by entities of the kind KindDefinition, read from any source that may bring them.
kinds-wrong =
    { $count ->
        [one] Something is wrong with a definition
       *[other] { $n } things are wrong with definitions
    }
kind-try-new = Try a new kind
kind-defined-by = Defined by
kind-api-versions = API versions
kind-builtin = Built in
kind-extended = Built in, extended by
kind-undefined = Nothing defines it
kind-field = Field
kind-forward = Relation
kind-reverse = In return
kind-target = To
kind-definition = Definition
kind-extension = Extension
kind-builtin-definition = Built-in definition
kind-try = What another definition would do
kind-try-what = Change the text and see which entities would no longer be valid. Nothing is applied: a definition is changed at its source.
kind-try-it = Show what it would do
kind-try-removal = Show what removing it would do
kind-refused = This definition cannot be used
kind-would-break =
    { $count ->
        [0] Nothing would break
        [one] One entity would no longer be valid
       *[other] { $n } entities would no longer be valid
    }
kind-checked = Looked at { $checked } of { $total } { $kind }.
kind-nothing-changed = Nothing was changed.
kind-breaks = Would no longer be valid
kind-repairs = Would become valid
kind-relations-same = No relation would come or go.
troubles-all = All
troubles-hidden = Not shown
troubles-stale = Shown with problems
troubles-conflicts = Conflicts
troubles-count = problems
troubles-none = Nothing is wrong
troubles-none-what = Every source was read and every entity in it is shown.
trouble-hidden = Not shown
trouble-stale = Shown as it last was right
trouble-shown = Shown
severity-error = Error
severity-warning = Warning
advice-InputError = Correct the source at this place. It is read again as soon as it changes, or with “Read again”.
advice-TypeError = Correct the value at this place so that it has the form its kind asks for.
advice-NotFoundError = Correct the path or address in the location that names it, or remove it there.
advice-NotAllowedError = An administrator can allow it: hosts under backend.reading.allow or integrations, kinds under catalog.rules in the configuration.
advice-ConflictError = Give one of the two another name or namespace, or remove one.
advice-Error = Correct the source, or look again when it can be reached.
count-sources =
    { $count ->
        [one] { $n } source
       *[other] { $n } sources
    }
named-by = Named by
next-read = Next read
entities = Entities
reading = being read
never-read = never

# History
tab-history = History
activity = Activity
activity-what = What came, changed and went in the catalog, newest first
versions = Versions
version-current = Now
version-show = Show
version-compare = Compare with now
version-first = The oldest version that is kept
version-shown = Version { $version }
versions-compared = Version { $from } and version { $to }
no-difference = Nothing of what its source says differs
restore-what = To go back to this version, put it back where it came from. What a program pushed can be restored through the API.
older = Older
blame = Since when
blame-what = Each part of what its source says, and since when it is so
blame-part = Part
blame-value = Value
blame-since = Since
blame-cause = From
at-least = at least
entity-gone = This entity is gone
entity-gone-what = Its source no longer has it. What it was is still kept.
entity-gone-history = What it was

# Registering
register = Register
register-what = Bring the descriptors of a repository into the catalog
register-address = Address of a file or a repository
register-look = Look
register-hint = The address of a catalog-info.yaml, of files with *, or of a repository that is looked through. Nothing changes by looking.
register-impossible = This address cannot be registered
register-files =
    { $count ->
        [one] Register this file
       *[other] Register these { $n } files
    }
register-again = Read again
register-nothing-changed = Nothing is changed yet.
register-nothing = there is nothing to register
register-readonly = Locations are not registered here: catalog.readonly is set.
register-registered = Registered
register-empty = There is no entity in it.
register-adds = Adds
register-changes = Changes
register-same = As it is
register-held = Held
register-duplicate = Twice
register-refused = Cannot be taken in
register-held-by = It comes from { $source } already, which keeps it.
register-show = What it would be
register-difference = What would change
register-none = No descriptor was found
register-proposal = This would be a beginning. Write it as catalog-info.yaml into the repository, then look again.

# Scheduled work
admin-tab-scheduled = Scheduled
scheduled-what = Who brings entities, when they were asked last, and when they are next.
last-run = Last asked
next-run = Next
last-result = What that changed
on-request = When something changes
run-now = Ask now
tally = { $added } new, { $updated } changed, { $removed } gone, { $unchanged } as they were
provider-lost =
    { $count ->
        [one] and one that another source has
       *[other] and { $n } that other sources have
    }

## Access
admin-tab-access = Access
access-open = Everybody may do everything
access-open-what = Roles decide as soon as permission.enabled and permission.rbac stand in the configuration; the documentation says how.
access-ask = What would be decided?
access-ask-what = For anybody, with the role and the policy that decide, and what would change it.
access-user = Person
access-permission = Permission
access-entity = Entity (where conditions decide)
access-decide = Decide
access-allowed = Allowed
access-denied = Not allowed
access-conditional = Allowed for some entities
access-groups = Groups, nearest first:
access-none = No roles yet
access-none-what = Nothing is allowed that no role allows. Name a file of roles in the configuration, or make roles through the API.
access-members = Members:
access-no-members = everybody who is signed in, if it is the default role; otherwise nobody
access-allows = Allows
access-denies = Denies
access-allows-if = Allows, if
access-conditions = Conditions
access-allows-nothing = It allows nothing.
access-source-configuration = from the configuration
access-source-csv-file = from the CSV file
access-source-roles-file = from the file of roles
access-source-rest = from the API
my-roles = My roles
through-group = through { $group }

## Audit
admin-tab-audit = Audit
audit-what = Every change and every sign-in, kept for as long as audit.retention says.
audit-by = By whom, such as user:default/ann
audit-none = Nothing was done yet
audit-older = Older
audit-when = When
audit-who = Who
audit-event = What
audit-request = Request
audit-outcome = Outcome
audit-failed = Failed
audit-succeeded = Succeeded

## Docs
nav-docs = Docs
docs-what = What entities are documented, and by whom
docs-none = No documentation yet
docs-none-what = An entity with the annotation backstage.io/techdocs-ref: dir:. and a folder docs beside its descriptor has documentation.
docs-mine = Mine
docs-all = All
docs-unreadable = This documentation cannot be read
docs-to-entity = To the entity
docs-nav = Pages of this documentation
docs-edit = Edit this page
docs-outline = On this page
docs-turn = Other pages
docs-previous = Previous
docs-next = Next
