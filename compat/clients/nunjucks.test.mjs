// Templates made by chance from the grammar, rendered by nunjucks itself and by us: the texts are equal, or both refuse.
// FUZZ_SEED and FUZZ_CASES choose others; a failure says which seed it was.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';

const seed = Number(process.env.FUZZ_SEED ?? 1);
const cases = Number(process.env.FUZZ_CASES ?? 4000);

const context = {
  name: 'My Service', count: 3, zero: 0, empty: '', flag: true, off: false, price: 12.5, nothing: null, big: 1e21, small: 1e-7,
  list: ['b', 'a', 'c'], numbers: [10, 9, 1, 2.5], tags: [], nested: [[1, 2], ['x', 'y']],
  obj: { k: 'v', n: { x: [1, 2, { y: 'deep' }] }, 10: 'ten', 2: 'two' },
  people: [{ n: 'ada', age: 36 }, { n: 'Bob', age: 17 }, { n: 'cyd', age: 36 }],
  text: 'line one\n  line two\n', html: '<b class="x">bold</b> & more', unicode: 'Perché ☕', repo: 'github.com?owner=acme&repo=web',
  values: { name: 'svc', component_id: 'svc-1', owner: 'group:default/team-a', description: 'A service', port: 8080, enabled: true, tags: ['a', 'b'] },
  parameters: { name: 'svc', repoUrl: 'github.com?owner=acme&repo=web', owner: 'team-a', ci: 'actions' },
  steps: { publish: { output: { remoteUrl: 'https://git.example/acme/web' } } },
};

function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function grammar(next) {
  const pick = (...items) => items[Math.floor(next() * items.length)];
  const chance = share => next() < share;
  const atom = () => pick(
    'name', 'count', 'zero', 'empty', 'flag', 'off', 'price', 'nothing', 'list', 'numbers', 'tags', 'nested', 'obj', 'people', 'text',
    'html', 'unicode', 'repo', 'missing', 'missing.deep', 'obj.k', 'obj.n.x', 'obj["n"]', 'list[0]', 'list[9]', 'people[0].n', 'big',
    'small', '0', '1', '2', '3.5', '10', '"a"', "'b c'", '""', '"3"', '"a,b,c"', 'true', 'false', 'none', 'null', '[]', '{}',
    'name.length', 'list.length', 'x', 'y', 'loop.index', 'range(3)', 'range(1, 7, 2)', 'nested[1][0]', 'obj["10"]');
  const filter = depth => pick(
    'abs', 'batch(2)', 'batch(2, "-")', 'capitalize', 'center(20)', 'center(7)', 'default("d")', 'default("d", true)', 'd(1)', 'dictsort',
    'dictsort(true)', 'dictsort(false, "value")', 'dump', 'dump(2)', 'first', 'float', 'float(1.5)', 
    'groupby("age")', 'groupby("n.x")', 'indent', 'indent(2, true)', 'int', 'int(7)', 'int(default=8)', 'int(0, 16)', 'join',
    'join(", ")', 'join("-", "n")', 'last', 'length', 'list', 'lower', 'nl2br', 'reject("odd")', 'select("odd")', 'select("gt", 2)',
    'rejectattr("age")', 'selectattr("n")', 'replace("a", "z")', 'replace("a", "z", 1)', 'replace("", "-")', 'replace(r/[aeiou]/g, "*")',
    'reverse', 'round', 'round(1)', 'round(0, "floor")', 'round(1, "ceil")', 'slice(2)', 'slice(3, "-")', 'sort', 'sort(true)',
    'sort(false, true)', 'sort(attribute="n")', 'sort(reverse=true, attribute="age")', 'string', 'striptags', 'striptags(true)', 'sum',
    'sum("age")', 'sum(none, 5)', 'title', 'trim', 'truncate(5)', 'truncate(5, true)', 'truncate(4, false, "~")', 'upper', 'urlencode',
    'urlize', 'wordcount', 'nosuch', `default(${expr(depth - 1)})`);
  const method = depth => pick(
    '.toUpperCase()', '.toLowerCase()', '.split(" ")', '.split(",")', '.split("")', '.split(r/[ ,]/)', '.slice(1)', '.slice(-2)',
    '.slice(0, 2)', '.substring(1, 3)', '.substr(-3, 2)', '.indexOf("a")', '.lastIndexOf("e")', '.includes("a")', '.startsWith("M")',
    '.endsWith("e")', '.replace("e", "E")', '.replaceAll("e", "E")', '.replace(r/(\\w)(\\w)/g, "$2$1")', '.trim()', '.concat("z")',
    '.charAt(1)', '.padStart(5, "ab")', '.padEnd(4)', '.repeat(2)', '.join("+")', '.reverse()', '.concat([7])', '.push(9)', '.pop()',
    '.toString()', '.toFixed(2)', '.match(r/[a-c]/g)', '.length', '[1]', '.nosuch', '.nosuch()', '.sort()', '.at(-1)', '.flat()',
    '.shift()', '.splice(0, 1)', `.includes(${atom()})`, `[${expr(depth - 1)}]`);
  const is = () => pick('defined', 'undefined', 'none', 'null', 'odd', 'even', 'string', 'number', 'mapping', 'iterable', 'truthy',
    'falsy', 'lower', 'upper', 'divisibleby(3)', 'eq(3)', 'ne("a")', 'gt(2)', 'le(3)', 'sameas(true)', 'callable', 'escaped');
  // The original refuses to call a method of a literal `none` before it knows whether it will be called.
  const receiver = () => pick(atom().replace(/^(none|null)$/, 'nothing'));
  // What is marked safe is an object there, which other filters stumble over: it is printed at once.
  const safe = () => pick('escape', 'e', 'forceescape', 'safe');
  function expr(depth) {
    if (depth <= 0) return atom();
    const e = () => expr(depth - 1);
    return pick(
      atom, atom,
      () => `${e()} | ${filter(depth)}`, () => `${e()} | ${filter(depth)} | ${filter(depth)}`, () => `${atom()} | ${filter(depth)}`,
      () => `${receiver()}${method(depth)}`, () => `(${e()})${method(depth)}`,
      () => `${e()} ${pick('+', '-', '*', '/', '//', '%', '**', '~', '+', '~')} ${e()}`,
      () => `${e()} ${pick('==', '!=', '===', '!==', '<', '>', '<=', '>=')} ${e()}`,
      () => `${e()} ${pick('and', 'or')} ${e()}`, () => `not ${e()}`, () => `-${atom()}`,
      () => `${e()} ${pick('in', 'not in')} ${e()}`, () => `(${e()} ${pick('is', 'is not')} ${is()})`,
      () => `${e()} if ${e()} else ${e()}`, () => `${e()} if ${e()}`, () => `(${e()})`, () => `(${e()}, ${e()})`,
      () => `[${e()}, ${e()}]`, () => `{a: ${e()}, "b": ${e()}}`)();
  }
  function body(depth) {
    return Array.from({ length: 1 + Math.floor(next() * 3) }, () => part(depth)).join('');
  }
  function part(depth) {
    const open = () => pick('{% ', '{% ', '{%- '), close = () => pick(' %}', ' %}', ' -%}');
    const tag = text => open() + text + close();
    const print = () => pick('${{ ', '${{ ', '${{- ') + pick(() => expr(2), () => expr(2), () => `${atom()} | ${safe()}`)() + pick(' }}', ' }}', ' -}}');
    if (depth <= 0) return pick(() => pick('text ', '\n', ' a $ b { c ', '<x>', '  '), print)();
    const inner = () => body(depth - 1);
    return pick(
      () => pick('text ', '\n', '{# note #}', '{#- note -#}', '$', ' { '), print, print,
      () => tag(`if ${expr(2)}`) + inner() + (chance(0.3) ? tag(`elif ${expr(1)}`) + inner() : '') + (chance(0.5) ? tag('else') + inner() : '') + tag('endif'),
      () => tag(`for x in ${expr(1)}`) + inner() + (chance(0.4) ? tag('else') + inner() : '') + tag('endfor'),
      () => tag(`for x, y in ${pick('obj', 'nested', 'people', 'list', expr(1))}`) + inner() + tag('endfor'),
      () => tag(`set ${pick('x', 'y', 'name', 'x, y')} = ${expr(2)}`), () => tag('set x') + inner() + tag('endset'),
      () => tag('macro m(a, b="d", c=count)') + '<${{ a }}|${{ b }}|${{ c }}|${{ x }}>' + tag('endmacro') + '${{ ' +
        pick('m(1)', 'm(1, 2)', 'm(b=3)', 'm()', 'm(1, c=2)', 'm(1, 2, 3, 4)', 'm(a=1, b=2)') + ' }}',
      // What a macro calls back sees the variables of that macro there, by accident; here those around it.
      () => tag('macro w(t)') + '[${{ t }}:${{ caller() }}]' + tag('endmacro') + tag('call w("t")') + 'called ${{ count + 1 }}' + tag('endcall'),
      () => tag(`filter ${pick('upper', 'replace("a", "b")', 'trim', 'title')}`) + inner() + tag('endfilter'),
      () => tag(`switch ${expr(1)}`) + tag('case 3') + inner() + tag('case "a"') + tag('case true') + inner() + (chance(0.6) ? tag('default') + inner() : '') + tag('endswitch'),
      () => tag('raw') + '${{ x }}{% if %}' + tag('endraw').replaceAll('-', ''))();
  }
  return () => (chance(0.6) ? `[\${{ ${expr(3)} }}]` : chance(0.1) ? `{% block z %}${body(2)}{% endblock %}` : body(2));
}

function original(template) {
  const environment = new nunjucks.Environment([], { autoescape: false, tags: { variableStart: '${{', variableEnd: '}}' } });
  try {
    return { text: environment.renderString(template, structuredClone(context)) };
  } catch (error) {
    return { error: String(error.message) };
  }
}

/** Those that come out different, each as one line, the shortest first. */
function different(templates) {
  const input = templates.map(template => JSON.stringify({ template, context })).join('\n');
  const run = spawnSync(process.env.NUNJUCKS_LINES, { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  assert.equal(run.status, 0, run.stderr);
  const ours = run.stdout.trimEnd().split('\n').map(line => JSON.parse(line));
  const pairs = templates.map((template, at) => ({ template, theirs: original(template), ours: ours[at] }));
  const unequal = pairs.filter(pair => pair.theirs.text !== pair.ours.text);
  return unequal.sort((a, b) => a.template.length - b.template.length).map(pair => JSON.stringify(pair));
}

test(`${cases} templates made by chance give what nunjucks gives`, () => {
  const unequal = different(Array.from({ length: cases }, grammar(random(seed))));
  assert.equal(unequal.length, 0, `seed ${seed}: ${unequal.length} differ, the shortest:\n${unequal.slice(0, 5).join('\n')}`);
});

const corpus = fileURLToPath(new URL('../../../shared/corpus/templates', import.meta.url));

test('files of templates give what nunjucks gives', { skip: !existsSync(corpus) && 'the corpus of templates is not here' }, () => {
  const entries = readdirSync(corpus, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const files = entries.map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const unequal = different(files);
  assert.ok(files.length > 0);
  assert.equal(unequal.length, 0, `${unequal.length} of ${files.length} differ:\n${unequal.slice(0, 5).join('\n')}`);
});
