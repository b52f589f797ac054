# Italiano

## Frame
skip-to-content = Vai al contenuto
nav-main = Principale
nav-open = Apri il menu
nav-home = Inizio
nav-catalog = Catalogo
nav-apis = API
nav-graph = Grafo
nav-search = Cerca
nav-settings = Impostazioni
jump-placeholder = Cerca…
jump-label = Cerca nel catalogo
nav-admin = Amministrazione
nav-support = Assistenza
sidebar-narrow = Mostra solo le icone
sidebar-wide = Mostra i nomi
has-problems = ha problemi
read-on = Continua a leggere
see-all = Vedi tutto
save = Salva
none = Nessuno

## Palette and keys
palette-label = Vai a
palette-placeholder = Cerca entità e pagine…
palette-results = Risultati
palette-choose = scegli
palette-open = apri
palette-close = Chiudi
palette-entities = Entità
palette-pages = Pagine
palette-starred = Entità con stella
palette-search = Cerca «{ $text }»
keys-title = Tastiera
key-search = Cerca e vai ovunque
key-palette = Tavolozza dei comandi
key-filter = Filtra l’elenco
key-next = Successivo nell’elenco
key-previous = Precedente nell’elenco
key-help = Questi tasti

## Counting
count-entities =
    { $count ->
        [one] { $n } entità
       *[other] { $n } entità
    }
count-components =
    { $count ->
        [one] { $n } componente
       *[other] { $n } componenti
    }
count-lines =
    { $count ->
        [one] { $n } riga
       *[other] { $n } righe
    }
and-more =
    { $count ->
        [one] e un altro
       *[other] e altri { $n }
    }
time-now = adesso
ago-seconds =
    { $count ->
        [one] { $n } secondo fa
       *[other] { $n } secondi fa
    }
ago-minutes =
    { $count ->
        [one] { $n } minuto fa
       *[other] { $n } minuti fa
    }
ago-hours =
    { $count ->
        [one] { $n } ora fa
       *[other] { $n } ore fa
    }
ago-days =
    { $count ->
        [one] { $n } giorno fa
       *[other] { $n } giorni fa
    }
ago-months =
    { $count ->
        [one] { $n } mese fa
       *[other] { $n } mesi fa
    }
ago-years =
    { $count ->
        [one] { $n } anno fa
       *[other] { $n } anni fa
    }
in-seconds =
    { $count ->
        [one] tra { $n } secondo
       *[other] tra { $n } secondi
    }
in-minutes =
    { $count ->
        [one] tra { $n } minuto
       *[other] tra { $n } minuti
    }
in-hours =
    { $count ->
        [one] tra { $n } ora
       *[other] tra { $n } ore
    }
in-days =
    { $count ->
        [one] tra { $n } giorno
       *[other] tra { $n } giorni
    }
in-months =
    { $count ->
        [one] tra { $n } mese
       *[other] tra { $n } mesi
    }
in-years =
    { $count ->
        [one] tra { $n } anno
       *[other] tra { $n } anni
    }
month-1 = gennaio
month-2 = febbraio
month-3 = marzo
month-4 = aprile
month-5 = maggio
month-6 = giugno
month-7 = luglio
month-8 = agosto
month-9 = settembre
month-10 = ottobre
month-11 = novembre
month-12 = dicembre

## Kinds
kind-component = Componente
kind-api = API
kind-resource = Risorsa
kind-system = Sistema
kind-domain = Dominio
kind-group = Gruppo
kind-user = Utente
kind-location = Posizione
kind-template = Modello
kind-airesource = Risorsa IA
kind-kinddefinition = Tipo di entità
kinds-component = Componenti
kinds-api = API
kinds-resource = Risorse
kinds-system = Sistemi
kinds-domain = Domini
kinds-group = Gruppi
kinds-user = Utenti
kinds-location = Posizioni
kinds-template = Modelli
kinds-airesource = Risorse IA
kinds-kinddefinition = Tipi di entità
kinds-all = Tutti i tipi di entità

## Relations, as the entity has them
relation-ownedBy = di proprietà di
relation-ownerOf = proprietario di
relation-partOf = parte di
relation-hasPart = ha come parte
relation-providesApi = offre l’API
relation-apiProvidedBy = offerta da
relation-consumesApi = usa l’API
relation-apiConsumedBy = usata da
relation-dependsOn = dipende da
relation-dependencyOf = dipendenza di
relation-childOf = figlio di
relation-parentOf = genitore di
relation-memberOf = membro di
relation-hasMember = ha come membro

## Catalog list
list-label = Entità
facets-title = Filtri
facet-shown = Mostra
facet-kind = Tipo di entità
facet-type = Tipologia
facet-lifecycle = Ciclo di vita
facet-owner = Proprietario
facet-nested = con i gruppi interni
facet-system = Parte di
facet-tag = Etichetta
facet-namespace = Spazio dei nomi
facet-health = Salute
facet-problems = Con problemi
facet-orphans = Orfane
facet-text = Testo
facet-more =
    { $count ->
        [one] Un altro
       *[other] Altri { $n }
    }
shown-all = Tutte
shown-owned = Mie e dei miei gruppi
shown-starred = Con stella
filter-label = Filtra l’elenco
filter-placeholder = Filtra per nome, titolo o descrizione
filter-apply = Applica
chips-label = Filtri attivi
chip-remove = Togli
chips-clear = Togli i filtri
column-name = Nome
column-kind = Tipo di entità
column-type = Tipologia
column-lifecycle = Ciclo di vita
column-owner = Proprietario
column-part-of = Parte di
column-parent = Gruppo superiore
column-member-of = Gruppi
column-email = Email
column-target = Destinazione
column-tags = Etichette
export = Esporta
pager-label = Pagine
pager-range = { $first }–{ $last } di { $total }
pager-previous = Precedente
pager-next = Successiva
star = Stella
star-this = Stella a { $name }
star-all =
    { $count ->
        [one] Aggiungi la stella
       *[other] Aggiungi la stella a tutte e { $n }
    }
unstar-all =
    { $count ->
        [one] Togli la stella
       *[other] Togli tutte e { $n } le stelle
    }
starred = Con stella
stars-full = Questo browser non ha posto per altre stelle. Toglierne prima una.
empty-page = Niente in questa pagina
empty-page-what = L’elenco è più corto di quando è stato creato questo indirizzo.
empty-page-first = Alla prima pagina
empty-starred = Ancora nessuna stella
empty-starred-what = Metti una stella a ciò che usi spesso e lo trovi qui.
empty-filtered = Nessun risultato
empty-filtered-what = Nessuna entità ha tutto questo insieme.
empty-kind = Ancora nessuna entità: { $kind }
empty-kind-what = Il catalogo ha entità di altri tipi.
empty-kind-all = Mostra tutti i tipi
empty-catalog = Il catalogo è vuoto
empty-catalog-what = Aggiungi una posizione alla configurazione; ciò che descrive appare qui.

## Entity
tabs-label = Parti di questa pagina
tab-overview = Panoramica
tab-relations = Relazioni
tab-graph = Grafo
tab-source = Sorgente
tab-inspect = Ispeziona
open-code = Vedi il codice
actions = Azioni
refresh = Rileggi
refresh-orphan = Nessuna sorgente descrive più questa entità: non c’è nulla da rileggere.
refresh-asked = La sorgente viene riletta
refresh-asked-what = Le modifiche si vedono ricaricando questa pagina.
load-anew = Ricarica
edit-source = Modifica la sorgente
view-source = Vedi la sorgente
inspect-entity = Ispeziona
copy-reference = Copia il riferimento
copy-address = Copia l’indirizzo
copied = Copiato
owner = Proprietario
part-of = Parte di
details = Dettagli
about = Informazioni
links = Collegamenti
relations = Relazioni
defined-in = Definita in
source-unknown = Sconosciuto
missing-entity = non nel catalogo
no-relations = Nessuna relazione
no-relations-what = Niente rimanda a questa entità ed essa non rimanda a niente. Indica nel suo sorgente il proprietario, il sistema o le dipendenze.
has-parts = Parti
no-parts = Ancora nessuna parte
diagram = Diagramma
provides-apis = API offerte
consumes-apis = API usate
providers = Chi la offre
consumers = Chi la usa
definition = Definizione
no-definition = Questa API non ha una definizione.
apis-offered = API usate da altri
apis-used = API di altri in uso
used-by = usata da
provided-by = offerta da
nobody-known = nessuno noto
targets = Destinazioni
members = Membri
no-members = Nessun membro diretto
members-through = Membri tramite sottogruppi
through = tramite
parent-groups = Gruppi superiori
subgroups = Sottogruppi
groups = Gruppi
no-groups = In nessun gruppo
owns = Possiede
owns-through = Possiede tramite gruppi
owns-nothing = Non possiede ancora nulla

## Problems
problems-title = Problemi
problems-count =
    { $count ->
        [one] { $n } problema
       *[other] { $n } problemi
    }
problems-banner =
    { $count ->
        [one] Questa entità ha un problema
       *[other] Questa entità ha { $n } problemi
    }
problems-inspect = Ispeziona
problems-all =
    { $count ->
        [one] Vedilo
       *[other] Vedi tutti e { $n }
    }
orphan = Orfana
orphan-banner = Niente mantiene più questa entità
orphan-banner-what = La sorgente che la descriveva non c’è più o non la nomina più.

## Source and inspect
provenance = Provenienza
location = Posizione
origin = Registrata come
last-read = Ultima lettura
read-problem = Ultima lettura fallita
last-changed = Ultima modifica
change-it = Modificala
as-written = Come è scritta
as-written-what = Ciò che dice la sorgente
as-processed = Come è elaborata
as-processed-what = Ciò che si legge, con relazioni e stato
processing = Elaborazione
no-problems = Elaborata senza problemi
identity = Identità
reference = Riferimento
location-key = Chiave di posizione
kept-alive-by = Mantenuta da
provider = Fornitore
nobody-keeps = Nessuno: è orfana
refresh-keys = Si aggiorna quando cambiano
no-refresh-keys = Solo la sua sorgente
changes = Modifiche
no-changes = Nessuna modifica registrata
change-created = Creata
change-updated = Modificata
change-deleted = Eliminata
at-line = riga { $line }
conflicts = Conflitti
conflicts-what = Anche altre sorgenti definiscono questa entità; sono state ignorate.
stated-relations = Relazioni dichiarate dalla sua sorgente
raw-json = JSON
raw-json-what = Come risponde l’API

## Graph
graph-label = Grafo delle relazioni
graph-depth = Passi
graph-explore = Apri nell’esploratore
graph-what = Scegli da dove cominciare e fin dove andare.
graph-roots = Comincia da
graph-draw = Disegna
graph-no-roots = Da dove cominciare?
graph-no-roots-what = Scrivi uno o più riferimenti di entità, o scegli uno di questi.
graph-unread = «{ $text }» non è un riferimento. Scrivi kind:namespace/name.
graph-in-words = Lo stesso a parole
graph-truncated =
    { $count ->
        [one] È mostrata solo un’entità; ce ne sono altre.
       *[other] Sono mostrate solo le { $n } entità più vicine; ce ne sono altre.
    }
graph-zoom-in = Avvicina
graph-zoom-out = Allontana
graph-fit = Mostra tutto
graph-direction = Direzione
direction-both = Entrambe
direction-out = Ciò su cui si basa
direction-in = Ciò che si basa su di essa
graph-open = Mostra le relazioni di { $name }
graph-close = Nascondi le relazioni di { $name }

## Impact
tab-impact = Impatto
impact-none = Non risulta che qualcosa ne dipenda
impact-none-what = Nessuna entità porta qui attraverso queste relazioni. Scegline altre, o indica le dipendenze nelle entità che le hanno.
impact-show = Mostra
impact-all-the-way = Fino in fondo
impact-affected =
    { $count ->
        [one] { $n } entità ne risentirebbe.
       *[other] { $n } entità ne risentirebbero.
    }
impact-owners =
    { $count ->
        [0] Nessuno le possiede.
        [one] Un proprietario da sentire.
       *[other] { $n } proprietari da sentire.
    }
impact-truncated = Ce ne sono più di quante se ne seguano.
impact-by = Suddivisione
impact-by-distance = Per distanza
impact-by-owner = Per proprietario
impact-in-files = I file le hanno tutte.
impact-unowned = Senza proprietario
impact-steps =
    { $count ->
        [one] A un passo
       *[other] A { $n } passi
    }
graph-impact = Che cosa dipende da { $name }

## Home and search
home-search = Cerca per nome, titolo o descrizione
home-mine = Di mia competenza
home-mine-none = Nulla indica te o i tuoi gruppi come responsabili.
home-groups = I miei gruppi
home-catalog = Nel catalogo
home-no-groups = Non sei in nessun gruppo del catalogo.
home-problems = Da sistemare
recent = Recenti
search-empty = Che cosa cerchi?
search-empty-what = Le entità si trovano per nome e titolo, prima i nomi esatti.
search-nothing = Nessun risultato
search-nothing-what = Nessuna entità ha questo nel nome o nel titolo. L’elenco del catalogo cerca anche nelle descrizioni.
search-found =
    { $count ->
        [one] { $n } risultato
       *[other] { $n } risultati
    }
search-in-catalog = Cerca nell’elenco del catalogo

## Settings and sign-in
profile = Profilo
signed-in-as = Accesso come
my-groups = Gruppi
my-groups-none = Nessuno
my-groups-what = La proprietà deriva dalla tua entità utente nel catalogo e dai gruppi che indica.
appearance = Aspetto e lingua
theme = Tema
theme-system = Come il sistema
theme-light = Chiaro
theme-dark = Scuro
language = Lingua
sign-in = Accedi
sign-out = Esci
sign-in-title = Accedi a { $name }
sign-in-with = Accedi con { $provider }
sign-in-not-done = L’accesso non è riuscito
sign-in-guest = Entra come ospite (guest)
sign-in-guest-what = Gli ospiti vedono tutto il catalogo. Per prove e sviluppo.
session-ended = La sessione è terminata
session-ended-what = Accedi di nuovo: tornerai dove eri.
sign-in-failed = Accesso non possibile
sign-in-none-what = Un amministratore può impostare un modo di accedere in auth.providers nella configurazione.

## Errors
error-no-page = Qui non c’è nessuna pagina
error-no-page-what = L’indirizzo può essere sbagliato, o la pagina spostata.
error-no-entity = Entità inesistente
error-no-entity-what = Il catalogo non ha un’entità con questo nome che tu possa vedere. Può essere stata rinominata o tolta alla sorgente.
error-hidden = Questa entità non può ancora essere mostrata
error-hidden-what = La sua sorgente è stata letta, ma prima va corretto quanto segue:
error-foreign-form = Questo modulo viene da un altro sito
error-foreign-form-what = Per proteggerti non è stato eseguito. Apri la pagina qui e riprova.
error-bad-request = Non si può fare
error-bad-request-what = Qualcosa nella richiesta non è come dovrebbe:
error-not-allowed = Non ti è permesso
error-not-allowed-what = Ciò a cui serve questa pagina non è tra quanto i tuoi ruoli permettono. Il motivo è qui sotto, per chi cura gli accessi.
error-broken = Qualcosa non ha funzionato da parte nostra
error-broken-what = Non dipende da te. Riprova; se continua, indica l’identificativo qui sotto a chi gestisce il portale.
error-request-id = Richiesta
error-to-catalog = Al catalogo
error-to-search = Cerca

## Administration
admin-tab-problems = Problemi
admin-tab-sources = Sorgenti
admin-tab-kinds = Tipi
kinds-what = Come devono essere le entità di ciascun tipo. I tuoi tipi sono definiti da entità di tipo KindDefinition, lette da ogni sorgente che può portarle.
kinds-wrong =
    { $count ->
        [one] C’è qualcosa che non va in una definizione
       *[other] Ci sono { $n } cose che non vanno nelle definizioni
    }
kind-try-new = Prova un nuovo tipo
kind-defined-by = Definito da
kind-api-versions = Versioni API
kind-builtin = Predefinito
kind-extended = Predefinito, esteso da
kind-undefined = Nessuno lo definisce
kind-field = Campo
kind-forward = Relazione
kind-reverse = In senso inverso
kind-target = Verso
kind-definition = Definizione
kind-extension = Estensione
kind-builtin-definition = Definizione predefinita
kind-try = Che cosa farebbe un’altra definizione
kind-try-what = Cambia il testo e guarda quali entità non sarebbero più valide. Nulla viene applicato: una definizione si cambia alla sua sorgente.
kind-try-it = Mostra che cosa farebbe
kind-try-removal = Mostra che cosa farebbe toglierla
kind-refused = Questa definizione non si può usare
kind-would-break =
    { $count ->
        [0] Non si romperebbe nulla
        [one] Un’entità non sarebbe più valida
       *[other] { $n } entità non sarebbero più valide
    }
kind-checked = Guardate { $checked } di { $total } { $kind }.
kind-nothing-changed = Nulla è stato cambiato.
kind-breaks = Non sarebbero più valide
kind-repairs = Diventerebbero valide
kind-relations-same = Nessuna relazione si aggiungerebbe o sparirebbe.
troubles-all = Tutti
troubles-hidden = Non mostrate
troubles-stale = Mostrate con problemi
troubles-conflicts = Conflitti
troubles-count = problemi
troubles-none = Nessun problema
troubles-none-what = Ogni sorgente è stata letta e ogni sua entità è mostrata.
trouble-hidden = Non mostrata
trouble-stale = Mostrata nell’ultima versione corretta
trouble-shown = Mostrata
severity-error = Errore
severity-warning = Avviso
advice-InputError = Correggi la sorgente in questo punto. Viene riletta appena cambia, o con «Rileggi».
advice-TypeError = Correggi il valore in questo punto, nella forma richiesta dal suo tipo.
advice-NotFoundError = Correggi il percorso o l’indirizzo nella posizione che lo nomina, oppure toglilo da lì.
advice-NotAllowedError = Un amministratore può consentirlo: gli host in backend.reading.allow o integrations, i tipi in catalog.rules della configurazione.
advice-ConflictError = Dai a una delle due un altro nome o spazio dei nomi, oppure rimuovine una.
advice-Error = Correggi la sorgente, oppure riprova quando sarà raggiungibile.
count-sources =
    { $count ->
        [one] { $n } sorgente
       *[other] { $n } sorgenti
    }
named-by = Nominata da
next-read = Prossima lettura
entities = Entità
reading = in lettura
never-read = mai

# Storia
tab-history = Storia
activity = Attività
activity-what = Che cosa è arrivato, cambiato e sparito nel catalogo, dal più recente
versions = Versioni
version-current = Ora
version-show = Mostra
version-compare = Confronta con ora
version-first = La versione più vecchia conservata
version-shown = Versione { $version }
versions-compared = Versione { $from } e versione { $to }
no-difference = Niente di ciò che dice la fonte è diverso
restore-what = Per tornare a questa versione, rimettila dov’era. Ciò che ha inviato un programma si può ripristinare tramite l’API.
older = Precedenti
blame = Da quando
blame-what = Ogni parte di ciò che dice la fonte, e da quando è così
blame-part = Parte
blame-value = Valore
blame-since = Da
blame-cause = Provenienza
at-least = almeno
entity-gone = Questa entità non c’è più
entity-gone-what = La fonte non la contiene più. Ciò che era è ancora conservato.
entity-gone-history = Che cos’era

# Registrare
register = Registra
register-what = Porta nel catalogo i descrittori di un repository
register-address = Indirizzo di un file o di un repository
register-look = Guarda
register-hint = L’indirizzo di un catalog-info.yaml, di più file con *, o di un repository che viene esaminato. Guardare non cambia niente.
register-impossible = Questo indirizzo non si può registrare
register-files =
    { $count ->
        [one] Registra questo file
       *[other] Registra questi { $n } file
    }
register-again = Leggi di nuovo
register-nothing-changed = Per ora non è cambiato niente.
register-nothing = non c’è niente da registrare
register-readonly = Qui non si registrano posizioni: catalog.readonly è attivo.
register-registered = Registrato
register-empty = Non contiene nessuna entità.
register-adds = Aggiunge
register-changes = Cambia
register-same = Com’è
register-held = Occupata
register-duplicate = Doppia
register-refused = Non si può accogliere
register-held-by = Viene già da { $source }, che la tiene.
register-show = Come sarebbe
register-difference = Che cosa cambierebbe
register-none = Nessun descrittore trovato
register-proposal = Questo sarebbe un inizio. Scrivilo come catalog-info.yaml nel repository, poi guarda di nuovo.

# Lavoro programmato
admin-tab-scheduled = Programmati
scheduled-what = Chi porta le entità, quando gli è stato chiesto l’ultima volta e quando sarà la prossima.
last-run = Ultima volta
next-run = Prossima
last-result = Che cosa è cambiato
on-request = Quando qualcosa cambia
run-now = Chiedi ora
tally = { $added } nuove, { $updated } cambiate, { $removed } sparite, { $unchanged } come prima
provider-lost =
    { $count ->
        [one] e una tenuta da un’altra fonte
       *[other] e { $n } tenute da altre fonti
    }

## Access
admin-tab-access = Accessi
access-open = Tutti possono fare tutto
access-open-what = I ruoli decidono non appena permission.enabled e permission.rbac stanno nella configurazione; la documentazione dice come.
access-ask = Che cosa verrebbe deciso?
access-ask-what = Per chiunque, con il ruolo e la regola che decidono, e ciò che cambierebbe l’esito.
access-user = Persona
access-permission = Permesso
access-entity = Entità (dove decidono condizioni)
access-decide = Decidi
access-allowed = Permesso
access-denied = Non permesso
access-conditional = Permesso per alcune entità
access-groups = Gruppi, dal più vicino:
access-none = Ancora nessun ruolo
access-none-what = Nulla è permesso che nessun ruolo permetta. Nomina un file di ruoli nella configurazione, o crea ruoli tramite l’API.
access-members = Membri:
access-no-members = tutti coloro che hanno effettuato l’accesso, se è il ruolo predefinito; altrimenti nessuno
access-allows = Permette
access-denies = Nega
access-allows-if = Permette, se
access-conditions = Condizioni
access-allows-nothing = Non permette nulla.
access-source-configuration = dalla configurazione
access-source-csv-file = dal file CSV
access-source-roles-file = dal file dei ruoli
access-source-rest = dall’API
my-roles = I miei ruoli
through-group = tramite { $group }

## Audit
admin-tab-audit = Registro
audit-what = Ogni modifica e ogni accesso, conservati per quanto dice audit.retention.
audit-by = Da chi, per esempio user:default/ann
audit-none = Ancora non è stato fatto nulla
audit-older = Precedenti
audit-when = Quando
audit-who = Chi
audit-event = Che cosa
audit-request = Richiesta
audit-outcome = Esito
audit-failed = Non riuscito
audit-succeeded = Riuscito

## Docs
nav-docs = Documenti
docs-what = Quali entità sono documentate, e da chi
docs-none = Ancora nessuna documentazione
docs-none-what = Un’entità con l’annotazione backstage.io/techdocs-ref: dir:. e una cartella docs accanto al suo descrittore ha una documentazione.
docs-mine = Miei
docs-all = Tutti
docs-unreadable = Questa documentazione non si può leggere
docs-to-entity = All’entità
docs-nav = Pagine di questa documentazione
docs-edit = Modifica questa pagina
docs-outline = In questa pagina
docs-turn = Altre pagine
docs-previous = Precedente
docs-next = Successiva
