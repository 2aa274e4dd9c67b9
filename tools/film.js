/* SPDX-License-Identifier: MIT */
/* The page of a film, tools/film.html: the state after a step, the drawings, the player, and the comparison of two execs. */
'use strict';
const NS = 'http://www.w3.org/2000/svg', PAGE = 4096n;
const FAULT = {file: 'f', shared: 's', 'file-copy': 'p', cow: 'c', anon: 'a', zero: 'z', again: '.'};
const $ = id => document.getElementById(id);

function number(data) {
  data.steps = data.steps.map(s => ({...s, start: BigInt('0x' + s.start), end: BigInt('0x' + s.end)}));
  return data;
}
const film = number(JSON.parse($('data').textContent)), step = film.steps;
const other = film.other ? number(film.other) : null;

/* ---- the state after a step ---- */

/* What remains of VMA @v when [start, end) is taken out of it. */
function rest(v, start, end) {
  const left = [];
  if (v.start < start) left.push({...v, end: start});
  if (v.end > end) left.push({...v, start: end, off: v.off + (end - v.start)});
  return left;
}

/* The VMAs and pages after step n, by the rule of docs/film.md. */
function state(steps, n) {
  let vmas = [];
  const pages = new Map();
  for (let i = 0; i <= n; i++) {
    const s = steps[i];
    if (!s.kind) continue;
    if (s.kind in FAULT) { pages.set(s.start, s.kind); continue; }
    const whole = s.kind === 'move' || s.kind === 'grow-stack';
    vmas = vmas.flatMap(v => v.start >= s.end || v.end <= s.start ? [v] : whole ? [] : rest(v, s.start, s.end));
    if (s.kind === 'unmap') {
      for (const p of [...pages.keys()]) if (p >= s.start && p < s.end) pages.delete(p);
    } else {
      vmas.push({start: s.start, end: s.end, perm: s.perm, name: s.name, off: BigInt(s.pgoff) * PAGE, file: s.file, step: i});
      vmas.sort((a, b) => a.start < b.start ? -1 : 1);
    }
  }
  return {vmas, pages};
}

/* ---- drawing ---- */

function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let x = Number(bytes), i = 0;
  while (x >= 1024 && i < 4) { x /= 1024; i++; }
  return (x < 10 && x % 1 ? x.toFixed(1) : Math.round(x)) + ' ' + units[i];
}
const hex = n => n.toString(16);
const color = perm => perm[1] === 'w' ? 'var(--rw)' : perm[2] === 'x' ? 'var(--rx)' : 'var(--r)';

function el(parent, name, attributes, text) {
  const e = document.createElementNS(NS, name);
  for (const k in attributes) e.setAttribute(k, attributes[k]);
  if (text !== undefined) e.textContent = text;
  parent.append(e);
  return e;
}
function words(svg, x, y, text, more = {}) {
  return el(svg, 'text', {x, y, 'font-size': 11, fill: 'var(--fg)', ...more}, text);
}
const SOFT = {fill: 'var(--soft)'}, MIDDLE = {'text-anchor': 'middle', ...SOFT}, END = {'text-anchor': 'end', ...SOFT};

function canvas(label) {
  const svg = document.createElementNS(NS, 'svg');
  for (const [k, v] of [['xmlns', NS], ['role', 'img'], ['aria-label', label]]) svg.setAttribute(k, v);
  return svg;
}
function framed(svg, width, height) {
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('width', width);
  svg.setAttribute('height', height);
  return svg;
}

const X = 230, W = 400, H = 34;     /* of a band */

function drawPages(svg, v, pages, y) {
  const count = (v.end - v.start) / PAGE, cells = count < 100n ? Number(count) : 100, w = (W - 8) / cells, bins = new Map();
  el(svg, 'rect', {x: X + 4, y: y + 18, width: W - 8, height: 12, fill: 'none', stroke: 'var(--line)', 'stroke-width': .5});
  for (const [p, kind] of pages) if (p >= v.start && p < v.end) bins.set(Number((p - v.start) / PAGE * BigInt(cells) / count), kind);
  for (const [cell, kind] of bins) {
    const x = X + 4 + cell * w;
    el(el(svg, 'rect', {x, y: y + 18, width: Math.max(w, 2), height: 12, fill: color(v.perm)}), 'title', {}, kind);
    if (w >= 7) words(svg, x + w / 2, y + 27.5, FAULT[kind], {'font-size': 10, 'text-anchor': 'middle', fill: 'var(--bg)'});
  }
}
function drawGap(svg, y, bytes) {
  el(svg, 'path', {d: `M${X} ${y + 3}v16M${X + W} ${y + 3}v16`, stroke: 'var(--line)', 'stroke-dasharray': '2 3'});
  words(svg, X + W / 2, y + 15, 'nothing: ' + size(bytes), MIDDLE);
  return y + 22;
}
function drawBands(svg, vmas, pages, s, n, y) {
  const at = new Map();
  let above = null;
  for (const v of [...vmas].reverse()) {
    if (above !== null && above > v.end) y = drawGap(svg, y, above - v.end);
    const hot = s.kind && s.start < v.end && s.end > v.start;
    el(svg, 'rect', {x: X, y, width: W, height: H, fill: v.step === n ? 'var(--new)' : 'var(--band)', stroke: color(v.perm), 'stroke-width': hot ? 3 : 1});
    words(svg, X + 5, y + 13, `${v.perm} ${v.name || 'anonymous'}`, {'font-size': 12});
    words(svg, X + W - 5, y + 13, size(v.end - v.start), END);
    if (above !== v.end) words(svg, X + W + 6, y + 9, hex(v.end));
    words(svg, X + W + 6, y + H + 3, hex(v.start));
    drawPages(svg, v, pages, y);
    at.set(v, y);
    above = v.start;
    y += H;
  }
  return [at, above ? drawGap(svg, y, above) : y];
}

/* The LOAD headers of a file; without headers, the pieces that are mapped. From high offsets to low, as the bands. */
function pieces(headers, list) {
  const loads = (headers || []).filter(h => h.type === 'LOAD').map(h => ({
    perm: h.perm, label: `LOAD ${h.perm} +${h.offset} ${size(parseInt(h.filesz, 16))}`, more: parseInt(h.memsz, 16) - parseInt(h.filesz, 16),
    from: BigInt('0x' + h.offset) & ~(PAGE - 1n), to: BigInt('0x' + h.offset) + BigInt('0x' + h.filesz)}));
  const rows = loads.length ? loads : list.map(v => ({perm: v.perm, label: `+${hex(v.off)} ${size(v.end - v.start)}`, more: 0, from: v.off, to: v.off + 1n}));
  return rows.sort((a, b) => a.from < b.from ? 1 : -1);
}
/* The files, each a bar, as near to its VMAs as there is room. */
function drawFiles(svg, data, vmas, at, n, y) {
  const files = new Map();
  for (const v of [...vmas].reverse()) if (v.file) files.set(v.file, [...files.get(v.file) || [], v]);
  for (const [name, list] of files) {
    y = Math.max(y, Math.min(...list.map(v => at.get(v))));
    words(svg, 8, y + 10, name, {'font-size': 12});
    y += 15;
    const rows = pieces(data.headers && data.headers[name], list);
    for (const p of rows) {
      const tall = p.more ? 30 : 17;
      el(svg, 'rect', {x: 8, y, width: 150, height: tall, fill: 'var(--band)', stroke: color(p.perm)});
      words(svg, 11, y + 12, p.label, {'font-size': 10});
      if (p.more) words(svg, 11, y + 25, `and ${size(p.more)} of zeros`, {'font-size': 10, fill: 'var(--soft)'});
      for (const v of list.filter(v => p === rows.find(q => v.off >= q.from && v.off < q.to))) {
        const to = at.get(v) + 17;
        el(svg, 'path', {d: `M158 ${y + 8}C195 ${y + 8} 195 ${to} ${X} ${to}`, fill: 'none', stroke: color(v.perm), 'stroke-width': v.step === n ? 3 : 1.2});
      }
      y += tall + 2;
    }
    y += 10;
  }
  return y;
}
function drawNoReturn(svg, ahead, y) {
  for (const dy of [0, 4]) el(svg, 'path', {d: `M0 ${y + dy}H${X + W + 110}`, stroke: 'var(--stop)', 'stroke-width': 1.5, ...(ahead ? {'stroke-dasharray': '6 4'} : {})});
  words(svg, 8, y + 18, ahead ? 'Point of no return: ahead. The old program still runs here, and gets an error if the exec fails.'
    : 'Point of no return: passed. The old address space is gone; an error now ends the process.', {fill: 'var(--stop)'});
  return y + 26;
}

/* The address space of @data after step n. */
function space(data, n) {
  const {vmas, pages} = state(data.steps, n), ahead = n < data.noreturn;
  const svg = canvas(`Address space after step ${n + 1}: ${vmas.length} VMAs; the table has them as text`);
  let y = ahead ? 0 : drawNoReturn(svg, false, 4);
  words(svg, X, y + 16, 'high addresses', {'font-size': 12, ...SOFT});
  const top = y + 30, [at, low] = drawBands(svg, vmas, pages, data.steps[n], n, top);
  words(svg, X, low + 14, 'address 0. Not to scale: each VMA is one band.', {'font-size': 12, ...SOFT});
  y = Math.max(low + 26, drawFiles(svg, data, vmas, at, n, top));
  if (ahead) y = drawNoReturn(svg, true, y + 6);
  return framed(svg, X + W + 110, y + 8);
}

/* ---- tables ---- */

/* A table of texts; a cell may be [text, class]. */
function fill(table, heads, rows, marked = () => false) {
  const make = (name, text, more = {}) => Object.assign(document.createElement(name), {textContent: text, ...more});
  const line = document.createElement('tr');
  line.append(...heads.map(h => make('th', h, {scope: 'col'})));
  table.replaceChildren(line, ...rows.map((cells, i) => {
    const tr = make('tr', '', marked(i) ? {className: 'new'} : {});
    tr.append(...cells.map(c => Array.isArray(c) ? make('td', c[0], {className: c[1]}) : make('td', c)));
    return tr;
  }));
}
const judged = (ours, theirs) => ours === theirs ? 'equal' : [theirs, 'differs'];

/* Linux's VMAs at the two moments at which they are known: before the first instruction, and at the end. */
function linuxAt(n) {
  return film.linux && (n === film.start ? film.linux.start : n === step.length - 1 ? film.linux.end : null);
}
/* Linux's end, permissions and name of the VMA that begins where @v does. */
function linuxCells(v, theirs) {
  const t = theirs.find(r => r[0] === hex(v.start));
  return t ? [judged(hex(v.end), t[1]), judged(v.perm, t[2]), v.name ? judged(v.name, t[3]) : 'equal'] : [['no VMA begins here', 'differs'], '', ''];
}
function showMaps(vmas, n) {
  const theirs = linuxAt(n), beside = vmas.map(v => theirs ? linuxCells(v, theirs) : []);
  const wrong = theirs && beside.filter(b => b.some(Array.isArray)).length + theirs.filter(r => !vmas.some(v => hex(v.start) === r[0])).length;
  $('verdict').textContent = theirs ? (wrong ? `Linux 6.1 differs in ${wrong} of ${theirs.length} VMAs.` : `Linux 6.1 has the same ${theirs.length} VMAs.`)
    : film.linux ? 'Linux 6.1 is beside it at start-thread and at the last step.' : '';
  fill($('maps'), ['start-end', 'perm', 'size', 'name', ...theirs ? ['Linux: end', 'perm', 'name'] : []],
    vmas.map((v, i) => [`${hex(v.start)}-${hex(v.end)}${v.step === n ? ' *' : ''}`, v.perm, size(v.end - v.start), v.name, ...beside[i]]), i => vmas[i].step === n);
}
function showHeaders() {
  for (const [name, list] of Object.entries(film.headers)) {
    if (!list.length) continue;
    const details = document.createElement('details'), summary = document.createElement('summary'), box = document.createElement('div'), table = document.createElement('table');
    summary.textContent = `${name}: ${list.length} program headers`;
    Object.assign(box, {className: 'scroll', tabIndex: 0});
    box.setAttribute('role', 'region');
    box.setAttribute('aria-label', 'Program headers of ' + name);
    fill(table, ['type', 'offset', 'vaddr', 'filesz', 'memsz', 'flags'], list.map(h => [h.type, h.offset, h.vaddr, h.filesz, h.memsz, h.perm]));
    box.append(table);
    details.append(summary, box);
    $('headers').append(details);
  }
}

/* ---- the stack ---- */

const stringsAt = step.findIndex(s => s.stage === 'copy-strings'), tablesAt = step.findIndex(s => s.stage === 'create-tables');
const isString = r => r.who.startsWith('copy_string');

/* One box a word or string, high addresses above, with a curve from each pointer to its string. What is not written yet has a dashed border. */
function drawStack(n) {
  const rows = [...film.stack].reverse(), svg = canvas(`The initial stack: ${rows.length} words and strings; the table has them as text`), place = new Map();
  rows.forEach((r, i) => {
    const y = 6 + i * 18, there = n >= (isString(r) ? stringsAt : tablesAt);
    place.set(r.at, y);
    words(svg, 4, y + 13, r.at, SOFT);
    el(svg, 'rect', {x: 104, y, width: 430, height: 18, fill: isString(r) ? 'var(--bg)' : 'var(--band)', stroke: 'var(--line)', ...(there ? {} : {'stroke-dasharray': '3 3'})});
    words(svg, 110, y + 13, r.what.replace(' string', ''), there ? {'font-weight': 'bold'} : SOFT);
    if (there) words(svg, 240, y + 13, (r.text || r.value).slice(0, 44));
  });
  rows.forEach((r, i) => {
    if (!r.to || !place.has(r.to) || n < tablesAt) return;
    const from = 6 + i * 18 + 9, to = place.get(r.to) + 9, bend = 545 + Math.min(80, Math.abs(from - to) / 6);
    el(svg, 'path', {d: `M534 ${from}C${bend} ${from} ${bend} ${to} 534 ${to}`, fill: 'none', stroke: 'var(--rx)', 'stroke-width': .8});
  });
  $('stackpicture').replaceChildren(framed(svg, 630, rows.length * 18 + 12));
}
function showStack() {
  const wrong = film.stack.filter(r => r.linux).length;
  $('stackverdict').textContent = !film.stack.length ? 'Not recorded.' : !film.linux ? ''
    : wrong ? `Linux 6.1 differs in ${wrong} of ${film.stack.length} words and strings.` : `Linux 6.1 has the same ${film.stack.length} words and strings; random bytes are not compared.`;
  const theirs = r => r.linux ? [r.linux, 'differs'] : r.what === 'random bytes' ? 'random' : 'equal';
  fill($('stack'), ['address', 'what', ...film.linux ? ['Linux 6.1'] : [], 'written by', 'value'],
    film.stack.map(r => [r.at, r.what, ...film.linux ? [theirs(r)] : [], r.who + '()', r.text || r.value]));
}

/* ---- the player ---- */

let now = 0, timer = null;

/* Every step a tick: stages are the tallest, page faults the shortest. */
function drawLine() {
  const svg = $('line'), at = i => (i + .5) * 1000 / step.length;
  step.forEach((s, i) => el(svg, 'path', {d: `M${at(i)} 30v${s.stage ? -20 : s.kind in FAULT ? -5 : -12}`, stroke: 'var(--line)', 'vector-effect': 'non-scaling-stroke'}));
  for (const dx of [-1.5, 1.5]) el(svg, 'path', {d: `M${at(film.noreturn) - 500 / step.length + dx} 0V34`, stroke: 'var(--stop)', 'vector-effect': 'non-scaling-stroke'});
  el(svg, 'path', {id: 'here', d: 'M0 0V34', stroke: 'var(--rx)', 'stroke-width': 4, 'vector-effect': 'non-scaling-stroke'});
}
function showSource(s) {
  const box = $('source'), snip = film.sources[s.where];
  box.replaceChildren();
  if (!snip) return;
  box.append(s.where + '\n');
  snip.lines.forEach((text, i) => {
    const meant = snip.first + i === snip.line, line = document.createElement(meant ? 'mark' : 'span');
    line.textContent = String(snip.first + i).padStart(5) + (meant ? ' > ' : '   ') + text + '\n';
    box.append(line);
  });
}
function markStage(strip, n) {
  let current = null;
  for (const b of strip.querySelectorAll('button')) {
    b.removeAttribute('aria-current');
    if (Number(b.dataset.n) <= n) current = b;
  }
  if (current) current.setAttribute('aria-current', 'step');
}
const shown = i => $('faults').checked || !(step[i].kind in FAULT);

/* Shows step n, or, with a direction, the next one in it that is not left out. */
function go(n, direction = 0) {
  n = Math.max(0, Math.min(step.length - 1, n));
  while (direction && !shown(n) && n + direction >= 0 && n + direction < step.length) n += direction;
  now = n;
  const s = step[n], {vmas} = state(step, n), home = s.kind in FAULT && vmas.find(v => v.start <= s.start && s.start < v.end);
  $('space').replaceChildren(space(film, n));
  showMaps(vmas, n);
  drawStack(n);
  showSource(s);
  markStage($('strip'), n);
  $('here').setAttribute('d', `M${(n + .5) * 1000 / step.length} 0V34`);
  $('at').value = n;
  $('at').setAttribute('aria-valuetext', `step ${n + 1} of ${step.length}: ${s.text}`);
  $('now').textContent = `Step ${n + 1} of ${step.length}, ${s.us} µs: ${s.text}` + (home ? ` in ${home.name || 'an anonymous VMA'} ${home.perm}` : '');
  $('calls').textContent = s.calls.map(c => c[0]).join(' ← ');
  history.replaceState(null, '', '#' + (n + 1));
}
function stop() {
  clearInterval(timer);
  timer = null;
  $('play').textContent = 'Play';
}
function play() {
  if (timer) return stop();
  if (now === step.length - 1) go(0);
  $('play').textContent = 'Pause';
  timer = setInterval(() => now === step.length - 1 ? stop() : go(now + 1, 1), Number($('speed').value));
}
function faster(by) {
  const speed = $('speed');
  speed.selectedIndex = Math.max(0, Math.min(speed.options.length - 1, speed.selectedIndex + by));
  speed.onchange();
}
function stageButton(strip, name, n, onclick) {
  const item = document.createElement('li'), b = document.createElement('button');
  b.textContent = name;
  b.dataset.n = n;
  b.onclick = onclick;
  item.append(b);
  strip.append(item);
}
function save() {
  const css = getComputedStyle(document.documentElement), value = name => css.getPropertyValue(name).trim();
  const text = $('space').innerHTML.replace(/var\((--\w+)\)/g, (m, name) => value(name)).replace('<svg ', `<svg style="background:${value('--bg')};font-family:monospace" `);
  const a = document.createElement('a');
  a.href = URL.createObjectURL(new Blob([text], {type: 'image/svg+xml'}));
  a.download = `step-${now + 1}.svg`;
  a.click();
}

/* ---- two execs ---- */

/* The moments that both have: the first time of each stage, and the end. */
function moments() {
  const names = [...new Set(step.filter(s => s.stage).map(s => s.stage))].filter(name => other.steps.some(s => s.stage === name));
  const last = (steps, name) => steps.map(s => s.stage).lastIndexOf(name);
  return [...names.map(name => [name, last(step, name), last(other.steps, name)]), ['the end', step.length - 1, other.steps.length - 1]].sort((a, b) => a[1] - b[1]);
}
/* VMAs of both by name, permissions and order: the n-th of its kind here is the n-th there. */
function pairs(ours, theirs) {
  const label = (list, program) => {
    const count = new Map();
    return new Map(list.map(v => {
      const kind = `${v.name === program ? 'the program' : v.name || 'anonymous'} ${v.perm}`;
      count.set(kind, (count.get(kind) || 0) + 1);
      return [kind + ' ' + count.get(kind), v];
    }));
  };
  const a = label(ours, programOf(film)), b = label(theirs, programOf(other));
  return [...new Set([...a.keys(), ...b.keys()])].map(key => [a.get(key), b.get(key)]);
}
const programOf = data => data.prog.split(' ')[0].split('/').pop();
const signed = n => (n < 0n ? '-' : '+') + hex(n < 0n ? -n : n);

function difference(a, b) {
  if (!a || !b) return [a ? 'in the first alone' : 'in the second alone', 'differs'];
  const said = [...a.start !== b.start ? ['moved by ' + signed(b.start - a.start)] : [], ...a.end - a.start !== b.end - b.start ? ['another size'] : []];
  return said.length ? [said.join(', '), 'differs'] : 'equal';
}
function compareAt(name, i, j) {
  const ours = state(step, i).vmas, theirs = state(other.steps, j).vmas, rows = pairs(ours, theirs);
  $('space1').replaceChildren(space(film, i));
  $('space2').replaceChildren(space(other, j));
  markStage($('strip2'), i);
  const text = v => v ? [`${hex(v.start)}-${hex(v.end)}`, size(v.end - v.start)] : ['', ''];
  fill($('differences'), ['name', 'perm', film.prog, 'size', other.prog, 'size', 'difference'], rows.map(([a, b]) => [(a || b).name || 'anonymous', (a || b).perm, ...text(a), ...text(b), difference(a, b)]));
  const equal = rows.filter(([a, b]) => difference(a, b) === 'equal').length;
  $('now2').textContent = `At ${name}: ${equal} of ${rows.length} VMAs are equal.`;
}
function startCompare() {
  $('view-compare').hidden = !other;
  if (!other) return;
  $('pair').textContent = `First: ${film.prog} (${film.cmdline}). Second: ${other.prog} (${other.cmdline}).`;
  for (const [name, i, j] of moments()) stageButton($('strip2'), name, i, () => compareAt(name, i, j));
  compareAt(...moments().at(-1));
}
function view(name) {
  stop();
  for (const v of ['film', 'compare']) {
    $(v).hidden = v !== name;
    $('view-' + v).setAttribute('aria-pressed', v === name);
  }
}

/* ---- the page ---- */

const KEYS = {ArrowRight: () => $('next').click(), ArrowLeft: () => $('prev').click(), ' ': play, Home: () => $('first').click(), End: () => $('last').click(),
  '-': () => faster(-1), '+': () => faster(1), f: () => $('faults').click()};

function start() {
  $('title').textContent = document.title = 'Film of an exec: ' + film.prog;
  $('about').textContent = film.about;
  step.forEach((s, i) => {
    if (!s.stage) return;
    if (i === film.noreturn) $('strip').append(Object.assign(document.createElement('li'), {className: 'noreturn', textContent: 'point of no return'}));
    stageButton($('strip'), s.stage, i, () => { stop(); go(i); });
  });
  $('at').max = step.length - 1;
  const on = {first: () => go(0), prev: () => go(now - 1, -1), next: () => go(now + 1, 1), last: () => go(step.length - 1)};
  for (const id in on) $(id).onclick = () => { stop(); on[id](); };
  $('at').oninput = e => { stop(); go(Number(e.target.value)); };
  $('play').onclick = play;
  $('save').onclick = save;
  $('speed').onchange = () => { if (timer) { stop(); play(); } };
  $('view-film').onclick = () => view('film');
  $('view-compare').onclick = () => view('compare');
  $('theme').onclick = () => {
    const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  };
  document.addEventListener('keydown', e => {
    const tag = e.target.tagName, own = /^(INPUT|SELECT|SUMMARY)$/.test(tag) || (tag === 'BUTTON' && (e.key === ' ' || e.key === 'Enter'));
    if (own || e.ctrlKey || e.altKey || e.metaKey || $('film').hidden || !KEYS[e.key]) return;
    e.preventDefault();
    KEYS[e.key]();
  });
  drawLine();
  showHeaders();
  showStack();
  startCompare();
  const asked = location.hash;
  const named = step.findIndex(s => s.stage === asked.slice(1));      /* #map-segments: the first step of that stage */
  go(named >= 0 ? named : (parseInt(asked.slice(1)) || 1) - 1);
  if (asked === '#compare' && other) view('compare');
}
start();
