// What real catalogs have and demos have not: too long, too many, from right to left, hostile, broken.
const NAME = 'a-name-as-long-as-names-may-be-' + 'x'.repeat(32);
const head = (kind, name, more = '') => `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`;
const list = (count, item) => Array.from({ length: count }, (_, at) => JSON.stringify(item(at))).join(', ');

export const LONG = `/catalog/default/component/${NAME}`;

export const STRESS = [
  head('Component', NAME, `  title: "A title whose author wanted to say everything at once: what it is, why it was built, and for whom"
  description: "${'A sentence that goes on. '.repeat(400)}"
  tags: [${list(300, (at) => `tag-${at}`)}]
  links: [{url: "javascript:alert(1)", title: bad}, {url: "https://example.com/${'path'.repeat(40)}"}]
`) + `spec: {type: service, lifecycle: production, owner: journeys, dependsOn: [${list(500, (at) => `component:part-${at}`)}]}\n`,
  head('Component', 'hostile', '  title: "<img src=x onerror=alert(1)>"\n  description: "**bold** [link](javascript:alert(1)) </p><script>alert(2)</script>"\n')
    + 'spec: {type: "<b>x</b>", lifecycle: odd, owner: nobody}\n',
  head('Component', 'right-to-left', '  title: "خدمة المدفوعات"\n  description: "وصف بالعربية (with English) هنا"\n')
    + 'spec: {type: service, lifecycle: experimental, owner: journeys}\n',
  head('Component', 'no-owner') + 'spec: {type: service, lifecycle: production}\n',
  head('Component', 'delivery') + 'spec: {type: service, lifecycle: production, owner: journeys}\n',
  `apiVersion: callboard.io/v1alpha1
kind: KindDefinition
metadata: {name: environment, description: A place where components run}
spec:
  kind: Environment
  plural: Environments
  icon: cloud
  apiVersions: [acme.example/v1]
  schema: {required: [region]}
  relations: [{path: spec.hosts, forward: hosts, reverse: runsOn, reverseTitle: runs on, defaultKind: Component}]
  columns: [{key: metadata.name, label: Name}, {key: spec.region, label: Region}, {key: spec.hosts, label: Hosted here}]
  layout:
    - {panel: fields, title: Where, fields: [{key: spec.region, label: Region}]}
    - {panel: related, title: Hosted here, relation: hosts}
`,
  `apiVersion: acme.example/v1
kind: Environment
metadata: {name: live, title: Live}
spec: {region: alps, hosts: [timetable, payments]}
`,
].join('---\n');
